//! A state folder with a run of every kind: driven, broken off, paused, finished, given up, empty, broken.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use drdeck::console::runs::{Observed, Runs, other_holder};
use drdeck::engine::core::{Attended, Watched};
use drdeck::journal::{Holder, Journal, Lock, Objectives, Place, Record, Run, Shelf, Verdict};
use drdeck::model::{Moment, Span, Text};
use drdeck::runbook::{Direction, IntentId, Mode, Outcome, RunId, parse};
use serde_json::Value as Json;

use crate::journal_kit::{
    accepted, at, call, closed, confirmed, decided, done, every_record, opened_as, protected, served, session,
};

/// The runs of the folder, by what became of them.
pub(crate) const FINISHED: RunId = crate::journal_kit::RUN;
pub(crate) const PAUSED: RunId = RunId::new(1_795_183_201_000, 2);
pub(crate) const BROKEN: RunId = RunId::new(1_795_183_202_000, 3);
pub(crate) const ABORTED: RunId = RunId::new(1_795_183_203_000, 4);
pub(crate) const BROKEN_OFF: RunId = RunId::new(1_795_183_204_000, 5);
pub(crate) const DRIVEN: RunId = RunId::new(1_795_183_205_000, 6);
pub(crate) const EMPTY: RunId = RunId::new(1_795_183_206_000, 7);

/// The folder, and the lock of the run that another process drives.
pub(crate) struct Folder {
    _home: tempfile::TempDir,
    pub(crate) place: Place,
    _lock: Lock,
}

pub(crate) fn write(place: &Place, run: RunId, begin: &str, records: &[Record]) {
    let mut journal = Journal::create(place, run).unwrap();
    for (n, record) in records.iter().enumerate() {
        let time = at(begin).checked_add(Span::from_secs(10 * n as i64)).unwrap();
        journal.append(time, time, record.clone()).unwrap();
    }
}

fn sends(run: RunId, step: &str, number: u32) -> Record {
    let (call, intent) = (call(step), IntentId { run, number });
    let parameters = call.parameters(intent);
    Record::Intent { step: step.to_owned(), intent, call: Some(call), command: None, parameters }
}

fn applied(run: RunId, step: &str, number: u32) -> Record {
    let outcome = Outcome::Applied { answer: Json::Null };
    Record::Outcome { step: step.to_owned(), intent: IntentId { run, number }, outcome }
}

/// A runbook that a journal can hold, of steps that are a person's word.
const STOREFRONT: &str = r#"
system = "storefront"
direction = "failover"
version = "3"
owner = "storefront team"
summary = "us-east-1 is lost: serve from us-west-2"
regions = ["us-east-1", "us-west-2"]

[[step]]
id = "scale-up"
phase = "execute"
kind = "manual"
title = "Scale up"
text = "Six servers."
estimate = "3m"

[[step]]
id = "move-traffic"
phase = "execute"
kind = "manual"
title = "Move the traffic"
text = "The record leads to us-west-2."
estimate = "5m"
needs = ["scale-up"]

[[step]]
id = "look"
phase = "verify"
kind = "manual"
title = "Look whether users are served"
text = "Order something."
estimate = "1m"
needs = ["move-traffic"]
"#;

/// Its steps.
pub(crate) const STEPS: [&str; 3] = ["scale-up", "move-traffic", "look"];

/// The opening of a run of it.
pub(crate) fn opened_storefront(run: RunId) -> Record {
    let runbook = parse::parse(STOREFRONT, Path::new("storefront-failover.toml"), &[]).unwrap();
    Record::RunOpened {
        run,
        runbook: "storefront-failover".to_owned(),
        sha256: runbook.sha256.clone(),
        version: runbook.version.clone(),
        system: runbook.system.clone(),
        direction: Direction::Failover,
        mode: Mode::Live,
        incident: Some(Text::new("INC-77")),
        began: Some(at("13:50:00")),
        objectives: Objectives { rpo_s: Some(300), rto_s: Some(900) },
        steps: STEPS.map(str::to_owned).into(),
        text: STOREFRONT.to_owned(),
        nested: Vec::new(),
    }
}

impl Folder {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let place = Place::new(home.path());
        write(&place, FINISHED, "13:00:00", &every_record());
        let drill = [
            opened_as(PAUSED, "legacy-web-failover", Mode::Drill, &["declare", "launch"]),
            session("bob"),
            closed(Verdict::Paused, "waits for the network team"),
        ];
        write(&place, PAUSED, "13:10:00", &drill);
        write(
            &place,
            BROKEN,
            "13:20:00",
            &[opened_as(BROKEN, "erp-failover", Mode::Live, &["declare"]), session("eve")],
        );
        // A letter of the second line is another one.
        let path = place.journal(BROKEN);
        let damaged = fs::read_to_string(&path).unwrap().replacen("bastion-1", "bastion-7", 1);
        fs::write(&path, damaged).unwrap();
        let given_up = [
            opened_as(ABORTED, "content-failover", Mode::Live, &["declare", "launch"]),
            session("carol"),
            closed(Verdict::Aborted, "the Region came back"),
        ];
        write(&place, ABORTED, "13:30:00", &given_up);
        let broken_off = [
            opened_as(BROKEN_OFF, "orders-failback", Mode::Live, &["declare", "fence", "scale", "check"]),
            session("dave"),
            confirmed("declare", 0),
            decided("declare", "13:35:00"),
            done("declare"),
            accepted("fence"),
            done("fence"),
            confirmed("scale", 1),
            sends(BROKEN_OFF, "scale", 1),
        ];
        write(&place, BROKEN_OFF, "13:40:00", &broken_off);
        let driven = [
            opened_storefront(DRIVEN),
            session("alice"),
            confirmed(STEPS[0], 1),
            sends(DRIVEN, STEPS[0], 1),
            applied(DRIVEN, STEPS[0], 1),
            done(STEPS[0]),
            confirmed(STEPS[1], 1),
            sends(DRIVEN, STEPS[1], 2),
        ];
        write(&place, DRIVEN, "13:55:00", &driven);
        drop(Journal::create(&place, EMPTY).unwrap());
        let holder = Holder {
            system: "storefront".to_owned(),
            run: DRIVEN,
            operator: Text::new("alice"),
            pid: 4711,
            since: at("13:55:00"),
        };
        let lock = Lock::take(&place, &holder).unwrap();
        Self { _home: home, place, _lock: lock }
    }

    /// All runs, with the records of `kept`.
    pub(crate) fn runs(&self, kept: Option<RunId>) -> Vec<Arc<Run>> {
        Shelf::new(self.place.clone()).look(&kept.into_iter().collect()).unwrap()
    }

    /// What the console is told of them.
    pub(crate) fn told(&self, kept: Option<RunId>) -> Arc<Runs> {
        let all = self.runs(kept);
        let watched = all.iter().filter_map(|run| {
            let (holder, read) = (other_holder(run)?.clone(), run.read.as_ref()?);
            let watched = Watched::of(&read.entries, &[], Attended::Yes).map(Arc::new);
            Some(Observed { run: run.run, holder: Some(holder), watched })
        });
        let watched = watched.collect();
        Arc::new(Runs { all, trouble: None, watched, since: Some(Moment::UNIX_EPOCH) })
    }
}

/// Records of a run that went from the disruption to protected again in time.
pub(crate) fn in_time(run: RunId) -> Vec<Record> {
    vec![
        opened_as(run, "orders-failover", Mode::Live, &["declare", "check", "rebuild"]),
        session("alice"),
        confirmed("declare", 0),
        decided("declare", "13:58:00"),
        done("declare"),
        confirmed("check", 0),
        done("check"),
        served("check", "14:03:00"),
        confirmed("rebuild", 0),
        done("rebuild"),
        protected("rebuild", "14:30:00"),
        closed(Verdict::Finished, "every step is done or was left out"),
    ]
}
