//! Every kind of step proves what it did: its verification, and its rule for a request whose answer was lost. The steps are
//! those of tests/all/never_table.rs: a kind without a row there fails here too.

use drdeck::runbook::kinds::Kind;
use drdeck::runbook::{Attempt, Found, Progress, Work};

use crate::fixture_steps::{Scene, ago, intent, kind};
use crate::never_table::{Row, Way};
use crate::steps_shop::Desk;

/// Minutes that any step may take.
const PATIENCE: u32 = 240;

/// Minutes that pass after what makes a step possible: backups are taken, replicas catch up.
const AFTER: u32 = 60;

/// A step, as a runbook has it.
pub(crate) fn written(word: &str, keys: &str) -> String {
    format!("kind = \"{word}\"\n{keys}")
}

fn step_of(row: &Row) -> Kind {
    kind(&written(row.word, row.keys))
}

/// A third of the kinds each, so that they are proven side by side.
async fn proven(third: usize) {
    let finds: Vec<&Row> = Row::all().into_iter().filter(|row| row.way == Way::Finds).collect();
    for row in finds.into_iter().skip(third).step_by(3) {
        let mut desk = Desk::open("").await;
        desk.run.mode = row.mode;
        desk.run.choices = row.choices.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for (word, keys) in row.before {
            desk.confirm(&written(word, keys), PATIENCE).await;
            desk.wait(AFTER);
        }
        // It holds at the end; what it did is found by reading at every moment, and before it nothing is; it would send nothing again.
        let said = desk.confirm(&written(row.word, row.keys), PATIENCE).await;
        assert!(!said.is_empty(), "{} says what was seen", row.word);
        desk.server.stop();
    }
}

#[tokio::test]
async fn what_aws_tells_is_verified_and_found_again_by_reading_first_third() {
    Box::pin(proven(0)).await;
}

#[tokio::test]
async fn what_aws_tells_is_verified_and_found_again_by_reading_second_third() {
    Box::pin(proven(1)).await;
}

#[tokio::test]
async fn what_aws_tells_is_verified_and_found_again_by_reading_last_third() {
    Box::pin(proven(2)).await;
}

#[test]
fn where_nothing_was_read_no_kind_says_that_it_is_done_or_was_not_carried_out() {
    for row in Row::all() {
        let (kind, scene) = (step_of(row), Scene::new());
        let attempt = Attempt { intent: intent(), call: None, at: ago(90), outcome: None };
        let found = kind.step().reconcile(&scene.world(), &attempt);
        assert!(!matches!(found, Found::Applied(_) | Found::NotApplied(_)), "{}: {found:?}", row.word);
        let progress = kind.step().verify(&scene.world());
        let by_word = kind.step().asks().is_some();
        let claims = matches!(progress, Progress::Done(_) | Progress::Failed { .. });
        assert!(by_word || !claims, "{}: {progress:?}", row.word);
    }
}

#[test]
fn what_sends_nothing_sends_nothing_whatever_was_read() {
    for row in Row::all().into_iter().filter(|row| row.way == Way::SendsNothing) {
        let work = step_of(row).step().work(&Scene::new().world());
        assert!(work.calls().is_empty() && !matches!(work, Work::Command(_)), "{}: {work:?}", row.word);
    }
}

#[test]
fn every_kind_says_how_it_proves_itself() {
    for row in Row::all() {
        let evidence = step_of(row).step().evidence();
        assert!(!evidence.done.is_empty(), "{} does not say when it is done: StepKind::evidence", row.word);
        let lost = "does not say what is done about a lost answer: StepKind::evidence";
        assert!(!evidence.lost.is_empty(), "{} {lost}", row.word);
    }
}
