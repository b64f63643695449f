//! What a person wrote down for the worst night, as pure functions: definitions, linting, planning, and every change that drdeck can make.
//! No I/O, no clock of its own.
//!
//! * [`Runbook`], [`Step`]: the written procedure.
//! * [`kinds`]: what each kind of step reads, checks, sends and proves. A new kind is one file and one line there.
//! * [`ApiCall`]: every change of AWS; it owns its parameters, its CLI line, its IAM action and where it is answered.

pub mod by_hand;
pub mod call;
pub mod check;
pub mod definition;
pub mod ids;
pub mod keys;
pub mod kinds;
pub mod lint;
pub mod nest;
pub mod pace;
pub mod parse;
pub mod work;
pub mod world;

pub use by_hand::ByHand;
pub use call::{ApiCall, Plane};
pub use check::{Check, Standing};
pub use definition::{Direction, Mode, Part, Phase, Runbook, Step, Variant};
pub use ids::{IntentId, RunId};
pub use kinds::{Facts, Kind, Reversibility, StepKind};
pub use work::{Choice, ChoiceForm, Command, Found, Progress, Question, Work};
pub use world::{Attempt, Outcome, Refusal, RunFacts, World};
