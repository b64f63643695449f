//! The whole shop rehearsed on paper: by the real binary, from start to end, and nothing is sent.

use std::path::Path;

use drdeck::demo;
use drdeck::runbook::{Runbook, nest, parse};

use crate::run_kit::Stage;

/// A runbook of the shop, with those that it takes in.
pub(crate) fn shop(name: &str) -> Runbook {
    let read = |(name, text): &(&'static str, &'static str)| {
        let runbook = parse::parse(text, Path::new(&format!("{name}.toml")), &[]);
        (runbook.unwrap_or_else(|wrong| panic!("{wrong}")), *text)
    };
    let all: Vec<(Runbook, &str)> = demo::RUNBOOKS.iter().map(read).collect();
    let known: Vec<(&Runbook, &str)> = all.iter().map(|(runbook, text)| (runbook, *text)).collect();
    let own = all.iter().find(|(runbook, _)| runbook.name == name).expect("a runbook of the shop").0.clone();
    nest::take_in(own, &known).unwrap_or_else(|wrong| panic!("{}", wrong.join("\n")))
}

#[test]
fn a_rehearsal_of_the_whole_shop_sends_no_change_and_says_what_it_cannot_know() {
    let stage = Stage::shop("calm", "0m");
    let mut talk = stage.start(&["runbook", "run", "shop-failover", "--tabletop"]);
    stage.play(&mut talk, &[]);
    let ran = talk.end();
    assert_eq!(ran.code, Some(0), "{}{}", ran.said, ran.errors);
    assert_eq!(stage.changes(), Vec::<String>::new(), "a rehearsal on paper sends nothing");
    assert!(ran.said.contains("TABLETOP: nothing is sent"), "{}", ran.said);
    let runbook = shop("shop-failover");
    // Sentences are broken where the line ends.
    let whole = |card: &str| card.split_whitespace().collect::<Vec<_>>().join(" ");
    let cards: Vec<String> = ran.said.split("\n== step ").skip(1).map(whole).collect();
    for (index, step) in runbook.steps.iter().enumerate() {
        let head = format!("{} of {} {} ", index + 1, runbook.steps.len(), step.id);
        let own: Vec<&String> = cards.iter().filter(|card| card.starts_with(&head)).collect();
        assert!(!own.is_empty(), "step {} was shown:\n{}", step.id, ran.said);
        // What would have been sent, or waited for: whether it works, paper does not tell.
        let sends =
            |card: &&&String| card.contains(" by hand aws ") || card.contains("nothing; it waits until it is so");
        let admits = |card: &&String| card.contains("a rehearsal on paper cannot know");
        assert!(own.iter().filter(sends).all(admits), "{}:\n{}", step.id, ran.said);
    }
    let admitted = cards.iter().filter(|card| card.contains("a rehearsal on paper cannot know")).count();
    assert!(admitted >= 20, "{admitted} cards say what paper cannot know");
}
