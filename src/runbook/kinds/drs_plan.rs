//! `drs-recovery-plan`: a recovery plan of DRS is executed, step after step, as AWS keeps it.

use super::seen::{Seen, fresh};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, required};
use crate::model::facts::drs_plans::{Execution, ExecutionStep, RecoveryPlan};
use crate::model::{Place, Query, Snapshot, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{ByHand, Deed, change, known};
use crate::runbook::call::{ApiCall, Launch, Plane, StartRecoveryPlan};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// Executes a recovery plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrsPlan {
    /// The Region it recovers in.
    pub place: Place,
    /// The plan's ARN.
    pub plan: String,
}

/// AWS's clock and ours differ a little.
const SKEW: Span = Span::from_secs(60);

const WAY_ON: &str = "look at the servers of the failed step: mend their launch settings or the missing capacity, and launch those with drs-start-recovery; the machines that came up stay";

impl DrsPlan {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "drs-recovery-plan",
        doc: "Executes a recovery plan of DRS that exists already, and follows its steps. In a drill it is executed as a drill. Each server is launched from the newest point that DRS takes then: where an older one is wanted, drs-start-recovery pins it.",
        keys: &[
            required("plan", Shape::Arn, r#""arn:aws:drs:us-west-2:111122223333:recovery-plan/0a1b2c3d""#, "The plan."),
            required("region", Shape::Region, r#""us-west-2""#, "The Region it recovers in."),
        ],
        read,
    };

    fn plans_query(&self) -> Query {
        Query::RecoveryPlans(self.place.clone())
    }

    fn executions_query(&self) -> Query {
        Query::RecoveryPlanExecutions(self.place.clone(), self.plan.clone())
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, RecoveryPlan> {
        let query = self.plans_query();
        Seen::among(world, &query, &world.snapshot.recovery_plans(&query), |plan| plan.arn.as_str() == self.plan)
    }

    fn words(&self) -> String {
        format!("DRS recovery plan {} in {}", self.plan, self.place.region)
    }

    fn executions<'a>(&self, world: &World<'a>) -> Result<&'a Vec<Execution>, String> {
        fresh(world, &self.executions_query(), Snapshot::recovery_plan_executions)
    }

    /// The execution that a request started: by its ARN where the answer tells it, else the newest since.
    fn of<'a>(&self, world: &World<'a>, attempt: &Attempt) -> Result<Option<&'a Execution>, String> {
        let Some(ApiCall::StartRecoveryPlanExecution(call)) = &attempt.call else {
            return Err("no call of this step".to_owned());
        };
        let all = self.executions(world)?;
        let told = match &attempt.outcome {
            Some(Outcome::Applied { answer }) => {
                answer.get("recoveryPlanExecutionArn").and_then(serde_json::Value::as_str)
            }
            Some(_) | None => None,
        };
        if let Some(arn) = told {
            return Ok(all.iter().find(|run| run.arn.as_str() == arn));
        }
        let since = attempt.at.checked_sub(SKEW).unwrap_or(attempt.at);
        let ours = |run: &&Execution| {
            run.started.is_some_and(|at| at >= since) && run.mode.as_str() == StartRecoveryPlan::mode_of(call.launch)
        };
        Ok(all.iter().filter(ours).max_by_key(|run| run.started))
    }

    fn steps<'a>(&self, world: &World<'a>, run: &Execution) -> &'a [ExecutionStep] {
        let query = Query::RecoveryPlanSteps(self.place.clone(), run.arn.to_string());
        fresh(world, &query, Snapshot::recovery_plan_steps).map(Vec::as_slice).unwrap_or_default()
    }

    fn sent<'a>(&self, world: &World<'a>) -> Option<Result<Option<&'a Execution>, String>> {
        world.sent().map(|attempt| self.of(world, attempt))
    }

    const fn launch(mode: Mode) -> Launch {
        match mode {
            Mode::Drill => Launch::Drill,
            Mode::Live | Mode::Tabletop => Launch::Recovery,
        }
    }
}

fn is_over(run: &Execution) -> bool {
    matches!(run.status.as_str(), "COMPLETED" | "FAILED" | "CANCELLED")
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (plan, place) = (section.arn("plan"), around.place(section, "region"));
    Some(Kind::DrsPlan(DrsPlan { place: place?, plan: plan?.value.to_owned() }))
}

impl StepKind for DrsPlan {
    fn evidence(&self) -> Evidence {
        Evidence { done: "the execution is COMPLETED", lost: "by the executions since then: AWS allows one at a time" }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Control),
            regions: vec![self.place.region.clone()],
            permissions: vec!["drs:StartRecoveryPlanExecution", "drs:TagResource"],
            undo: Text::new(
                "terminate the launched machines (drs-terminate-recovery-instances); the source servers go on",
            ),
            on_failure: Text::new(WAY_ON),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.plans_query(), self.executions_query()];
        if let Some(Ok(Some(run))) = self.sent(world) {
            queries.push(Query::RecoveryPlanSteps(self.place.clone(), run.arn.to_string()));
        }
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let name = self.seen(world).value().map(|plan| format!("{} ", plan.name)).unwrap_or_default();
        let mode = match Self::launch(world.run.mode) {
            Launch::Recovery => "to serve",
            Launch::Drill => "as a drill",
        };
        Text::new(format!(
            "DRS recovery plan {name}({}): launches its servers in {}, {mode}",
            self.plan, self.place.region
        ))
    }

    fn loses(&self, world: &World<'_>) -> Option<Text> {
        (world.run.mode != Mode::Drill).then(|| {
            Text::new("of each server what was written after the point that DRS takes for it then; its lag is on the Replication screen")
        })
    }

    fn by_hand(&self) -> ByHand {
        let call = StartRecoveryPlan { place: self.place.clone(), plan: self.plan.clone(), launch: Launch::Recovery };
        ByHand {
            first: vec![known(
                "in the console of DRS, Recovery plans: the plan is ACTIVE, and no execution of it goes on; AWS allows one at a time",
            )],
            then: vec![
                change(&ApiCall::StartRecoveryPlanExecution(call), &[]),
                Deed::Words(Text::new(
                    "or, where the AWS CLI does not know that: start it there, for a recovery and no drill",
                )),
            ],
            last: vec![known("there, its execution is COMPLETED")],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let plan = match self.seen(world).required(&self.words()) {
            Ok(plan) => plan,
            Err(check) => return vec![check],
        };
        let active = "the plan is ACTIVE";
        let mut checks = vec![
            Check::holds(format!("there is {}", self.words())),
            match plan.status.as_str() {
                "ACTIVE" => Check::holds(active),
                other => Check::blocks(
                    active,
                    format!("it is {other}: one of its servers is gone; mend the plan, or use drs-start-recovery"),
                ),
            },
        ];
        let free = "no execution of the plan goes on";
        checks.push(match self.executions(world) {
            Err(why) => Check::blocks(free, why),
            Ok(all) => match all.iter().find(|run| !is_over(run)) {
                Some(run) => {
                    Check::blocks(free, format!("{} is {}; AWS allows one at a time: wait for it", run.arn, run.status))
                }
                None => Check::holds(free),
            },
        });
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if let Some(Ok(Some(run))) = self.sent(world)
            && !matches!(run.status.as_str(), "FAILED" | "CANCELLED")
        {
            return Work::Already(Text::new(format!("this run started {}, which is {}", run.arn, run.status)));
        }
        Work::Calls(vec![ApiCall::StartRecoveryPlanExecution(StartRecoveryPlan {
            place: self.place.clone(),
            plan: self.plan.clone(),
            launch: Self::launch(world.run.mode),
        })])
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let run = match self.sent(world) {
            None => return Progress::NotBegun(Text::new("the plan was not started by this step")),
            Some(Err(why)) => return Progress::Unknown(Text::new(why)),
            Some(Ok(None)) => {
                return Progress::Running { state: Text::new("the execution is not listed yet"), share: None };
            }
            Some(Ok(Some(run))) => run,
        };
        let steps = self.steps(world, run);
        let is = |step: &&ExecutionStep, words: &[&str]| words.contains(&step.status.as_str());
        let done = steps.iter().filter(|step| is(step, &["COMPLETED", "SKIPPED"])).count();
        let current = steps.iter().find(|step| is(step, &["EXECUTING", "WAITING", "FAILED", "TIMED_OUT"]));
        let at = current.map(|step| {
            let error = step.error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
            format!(", step {} is {}{error}", step.name, step.status)
        });
        let error = run.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        let state = Text::new(format!(
            "{} is {}, {done} of {} steps completed{}{error}",
            run.arn,
            run.status,
            steps.len(),
            at.unwrap_or_default()
        ));
        match run.status.as_str() {
            "COMPLETED" => Progress::Done(state),
            "CREATED" | "IN_PROGRESS" => {
                let share = u32::try_from(done).ok().zip(u32::try_from(steps.len()).ok());
                let share = share.filter(|(_, all)| *all > 0).map(|(done, all)| f64::from(done) / f64::from(all));
                Progress::Running { state, share }
            }
            "FAILED" | "CANCELLING" | "CANCELLED" => Progress::Failed { why: state, way_on: Text::new(WAY_ON) },
            _ => Progress::Unknown(Text::new(format!("{state}, which drdeck does not know"))),
        }
    }

    /// By the executions that began since: AWS allows one at a time.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        match self.of(world, attempt) {
            Ok(Some(run)) => Found::Applied(Text::new(format!("{} is {}", run.arn, run.status))),
            Ok(None) => Found::NotApplied(Text::new("no execution of the plan was started since")),
            Err(why) => Found::CannotTell(Text::new(why)),
        }
    }
}
