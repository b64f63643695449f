//! drdeck: a disaster-recovery console for AWS.
//!
//! It watches whether every System could be recovered *now*, and shows how it knows. The map of the house, each name importing only
//! from those before it:
//!
//! * [`model`]: pure. Readings in, verdicts out.
//! * [`document`]: TOML files that people write, and what is wrong with them.
//! * [`config`]: the TOML file in which a company declares its Systems and what was promised for them.
//! * [`runbook`]: pure. What a person wrote down for the worst night, and every change that drdeck can make.
//! * [`journal`]: the append-only record of a run.
//! * [`aws`]: the only place that names the AWS SDK: sessions, error classes, one reader per service.
//! * [`look`]: whom drdeck asks and by whose clock: AWS, and what it looks at with its own eyes.
//! * [`observe`]: what is read when; makes Snapshots and has them judged.
//! * [`engine`]: takes a person through a runbook, one confirmed step at a time.
//! * [`console`]: the screens, and the terminal below them.
//! * [`cli`]: one file per subcommand.
//! * [`sim`]: an AWS on loopback, for tests, demos and game days. It imports nothing of the above and only [`cli`] and tests import it.
//! * [`demo`]: the built-in shop that the simulator plays.
//!
//! # The words
//!
//! * **System**: what the business recovers as one. **Component**: one AWS thing a System needs.
//! * **Active Region**: where a System serves now, *observed*, not what the config says. Two that both look active are a SPLIT.
//! * **Disruption**: what is survived. `region`: the active Region is gone, only what is usable from the other one counts. `data`: deleted,
//!   corrupted or encrypted; live replication copies the damage, so backups and points in time count.
//! * **Objective**: the RPO and RTO promised for a Disruption.
//! * **Reading**: a value, when it was true, when and from which API and Region it was read; or since when it could not be read, and why.
//! * **Recovery point**: the newest moment a Component could be brought back to.
//! * **RPO now**: now minus the recovery point; once an outage began at T0, T0 minus the recovery point, frozen.
//! * **Verdict**: worst first Split, Breached, Unknown, AtRisk, Met. Unknown is never shown as good; a stale Reading is never green.
//! * **Declared, estimated, proven RTO**: promised; what the steps of its runbook add up to, by their history; measured by a finished run.
//!   Never proven is AtRisk.
//! * **Simulator, Estate, Scenario**: our AWS on loopback; the resources in it; the timeline of faults played on it.

pub mod aws;
pub mod cli;
pub mod config;
pub mod console;
pub mod demo;
pub mod document;
pub mod engine;
pub mod journal;
pub mod look;
pub mod model;
pub mod observe;
pub mod runbook;
pub mod sim;
