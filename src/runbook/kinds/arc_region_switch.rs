//! `arc-region-switch`: an ARC Region switch plan is executed, or a step of its execution that waits for somebody is approved.

use super::seen::{Seen, fresh};
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::arc::{SwitchExecution, SwitchPlan, SwitchStep};
use crate::model::words::clock;
use crate::model::{Place, Query, Snapshot, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, change, look};
use crate::runbook::call::{ApiCall, ApproveStep, Plane, StartPlan, SwitchAction, SwitchMode};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// Executes a plan, or approves a step of its execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArcRegionSwitch {
    /// The Region that is switched, which is also the one asked: it must not need the other one.
    pub place: Place,
    /// The plan's ARN.
    pub plan: String,
    /// What is done.
    pub act: Act,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// An execution is started and followed.
    Start {
        /// Which way.
        action: SwitchAction,
        /// What of loss.
        mode: SwitchMode,
    },
    /// A waiting step of the execution that goes on is approved.
    Approve {
        /// The step, as the plan calls it.
        step: String,
    },
}

/// AWS's clock and ours differ a little.
const SKEW: Span = Span::from_secs(60);

/// The words of [`SwitchAction`].
const ACTIONS: &[&str] = &[SwitchAction::Activate.as_str(), SwitchAction::Deactivate.as_str()];

/// The words of [`SwitchMode`].
const MODES: &[&str] = &[SwitchMode::Graceful.as_str(), SwitchMode::Ungraceful.as_str()];

const WAITS: &str = "pendingManualApproval";

/// Where the id of an execution stands.
const EXECUTION: &str = "<EXECUTION>";

impl ArcRegionSwitch {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "arc-region-switch",
        doc: "Executes an ARC Region switch plan that exists already, in the Region that is switched, and follows it; with approve, approves a step of the running execution that waits for somebody. Done when the execution is completed, or waits for the next approval: that is a step of this kind of its own.",
        keys: &[
            required(
                "plan",
                Shape::Arn,
                r#""arn:aws:arc-region-switch::111122223333:plan/storefront:0a1b2c""#,
                "The plan.",
            ),
            required("region", Shape::Region, r#""us-west-2""#, "The Region that is switched, and asked."),
            optional(
                "action",
                Shape::Word(ACTIONS),
                "activate",
                r#""activate""#,
                "activate takes traffic in, deactivate gives it away.",
            ),
            optional(
                "mode",
                Shape::Word(MODES),
                "graceful",
                r#""ungraceful""#,
                "ungraceful where the other Region is gone: the plan may lose data.",
            ),
            optional(
                "approve",
                Shape::Text,
                "none: it starts the plan",
                r#""agree""#,
                "The step of the plan that is approved, instead of starting it.",
            ),
        ],
        read,
    };

    fn plans_query(&self) -> Query {
        Query::SwitchPlans(self.place.clone())
    }

    fn executions_query(&self) -> Query {
        Query::SwitchExecutions(self.place.clone(), self.plan.clone())
    }

    fn steps_query(&self, execution: &str) -> Query {
        Query::SwitchSteps(self.place.clone(), self.plan.clone(), execution.to_owned())
    }

    fn seen<'a>(&self, world: &World<'a>) -> Seen<'a, SwitchPlan> {
        let query = self.plans_query();
        Seen::among(world, &query, &world.snapshot.switch_plans(&query), |plan| plan.arn.as_str() == self.plan)
    }

    fn words(&self) -> String {
        format!("Region switch plan {} in {}", self.plan, self.place.region)
    }

    fn executions<'a>(&self, world: &World<'a>) -> Result<&'a Vec<SwitchExecution>, String> {
        fresh(world, &self.executions_query(), Snapshot::switch_executions)
    }

    /// The execution that goes on.
    fn going<'a>(&self, world: &World<'a>) -> Result<Option<&'a SwitchExecution>, String> {
        Ok(self
            .executions(world)?
            .iter()
            .filter(|run| run.ended.is_none() && !is_over(run))
            .max_by_key(|run| run.started))
    }

    /// The execution that a request started, or whose step it approved.
    fn of<'a>(&self, world: &World<'a>, attempt: &Attempt) -> Result<Option<&'a SwitchExecution>, String> {
        let all = self.executions(world)?;
        let named = |id: &str| all.iter().find(|run| run.id.as_str() == id);
        match &attempt.call {
            Some(ApiCall::ApprovePlanExecutionStep(call)) => Ok(named(&call.execution)),
            Some(ApiCall::StartPlanExecution(call)) => {
                let told = match &attempt.outcome {
                    Some(Outcome::Applied { answer }) => answer.get("executionId").and_then(serde_json::Value::as_str),
                    Some(_) | None => None,
                };
                if let Some(id) = told {
                    return Ok(named(id));
                }
                let since = attempt.at.checked_sub(SKEW).unwrap_or(attempt.at);
                let ours = |run: &&SwitchExecution| {
                    run.started.is_some_and(|at| at >= since)
                        && run.region == call.target
                        && run.action.as_str() == call.action.as_str()
                };
                Ok(all.iter().filter(ours).max_by_key(|run| run.started))
            }
            Some(_) | None => Err("no call of this step".to_owned()),
        }
    }

    fn steps<'a>(&self, world: &World<'a>, run: &SwitchExecution) -> Result<&'a Vec<SwitchStep>, String> {
        fresh(world, &self.steps_query(run.id.as_str()), Snapshot::switch_steps)
    }

    /// The step to be approved of the execution that goes on.
    fn waiting<'a>(&self, world: &World<'a>, step: &str) -> Result<(&'a SwitchExecution, &'a SwitchStep), String> {
        let run = self.going(world)?.ok_or_else(|| "no execution of the plan goes on".to_owned())?;
        let steps = self.steps(world, run)?;
        let found = steps.iter().find(|one| one.name.as_str() == step);
        let found = found.ok_or_else(|| format!("execution {} has no step {step}; correct the runbook", run.id))?;
        Ok((run, found))
    }

    fn progress(&self, world: &World<'_>, run: &SwitchExecution) -> Progress {
        let steps = self.steps(world, run).map(Vec::as_slice).unwrap_or_default();
        let done = steps.iter().filter(|step| step.status.as_str() == "completed").count();
        let current =
            steps.iter().find(|step| matches!(step.status.as_str(), "running" | "pendingApproval" | "failed"));
        let at = current.map(|step| format!(", step {} is {}", step.name, step.status)).unwrap_or_default();
        let state =
            Text::new(format!("execution {} is {}, {done} of {} steps completed{at}", run.id, run.state, steps.len()));
        match run.state.as_str() {
            "completed" | "completedMonitoringApplicationHealth" => {
                let took =
                    run.actual_recovery_time.as_ref().map(|took| format!(", it took {took}")).unwrap_or_default();
                Progress::Done(Text::new(format!("{state}{took}")))
            }
            WAITS => Progress::Done(Text::new(format!("{state}; it goes on once that is approved"))),
            "inProgress" | "pending" => {
                let share = u32::try_from(done).ok().zip(u32::try_from(steps.len()).ok());
                let share = share.filter(|(_, all)| *all > 0).map(|(done, all)| f64::from(done) / f64::from(all));
                Progress::Running { state, share }
            }
            "completedWithExceptions"
            | "canceled"
            | "planExecutionTimedOut"
            | "failed"
            | "pausedByFailedStep"
            | "pausedByOperator" => Progress::Failed {
                why: state,
                way_on: Text::new(
                    "look at the execution in the console of Region switch: a step can be retried or skipped there; what was done by then stays done",
                ),
            },
            _ => Progress::Unknown(Text::new(format!("{state}, which drdeck does not know"))),
        }
    }
}

fn is_over(run: &SwitchExecution) -> bool {
    matches!(
        run.state.as_str(),
        "completed" | "completedWithExceptions" | "canceled" | "planExecutionTimedOut" | "failed"
    )
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (plan, place) = (section.arn("plan"), around.place(section, "region"));
    let action = section.word("action", &SwitchAction::ALL, SwitchAction::as_str);
    let mode = section.word("mode", &SwitchMode::ALL, SwitchMode::as_str);
    let approve = section.text("approve");
    let act = match approve {
        Some(step) => {
            for key in ["action", "mode"].into_iter().filter(|key| section.has(key)) {
                section.wrong(key, "says how a plan is started, but this step approves; take one of them out");
            }
            Act::Approve { step: step.value.to_owned() }
        }
        None => {
            Act::Start { action: action.unwrap_or(SwitchAction::Activate), mode: mode.unwrap_or(SwitchMode::Graceful) }
        }
    };
    Some(Kind::ArcRegionSwitch(ArcRegionSwitch { place: place?, plan: plan?.value.to_owned(), act }))
}

impl StepKind for ArcRegionSwitch {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the execution is completed, or waits for the next approval",
            lost: "by the executions since then; an approval by what the step waits for",
        }
    }

    fn facts(&self) -> Facts {
        let (reversibility, permissions) = match &self.act {
            Act::Start { mode: SwitchMode::Ungraceful, .. } => {
                (Reversibility::WithLoss, vec!["arc-region-switch:StartPlanExecution"])
            }
            Act::Start { mode: SwitchMode::Graceful, .. } => {
                (Reversibility::Reversible, vec!["arc-region-switch:StartPlanExecution"])
            }
            Act::Approve { .. } => (Reversibility::Reversible, vec!["arc-region-switch:ApprovePlanExecutionStep"]),
        };
        Facts {
            reversibility,
            plane: Some(Plane::Data),
            regions: vec![self.place.region.clone()],
            permissions,
            undo: Text::new(
                "execute the plan for the other Region; stopping an execution does not undo what its steps did",
            ),
            on_failure: Text::new(
                "look at the execution in the console of Region switch: a failed step can be retried or skipped there, and then this step goes on",
            ),
        }
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let mut queries = vec![self.plans_query(), self.executions_query()];
        let ours = world.sent().and_then(|attempt| self.of(world, attempt).ok().flatten());
        let going = self.going(world).ok().flatten();
        queries.extend(ours.or(going).map(|run| self.steps_query(run.id.as_str())));
        queries
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let name = self.seen(world).value().map(|plan| format!("{} ", plan.name)).unwrap_or_default();
        let plan = format!("Region switch plan {name}({})", self.plan);
        let region = &self.place.region;
        Text::new(match &self.act {
            Act::Start { action, mode } => format!("{plan}: {} {region}, {}", action.as_str(), mode.as_str()),
            Act::Approve { step } => {
                let id = self.waiting(world, step).map(|(run, _)| run.id.to_string());
                format!(
                    "{plan}: approves step {step} of execution {} in {region}",
                    id.unwrap_or_else(|_| "that goes on".to_owned())
                )
            }
        })
    }

    fn loses(&self, _: &World<'_>) -> Option<Text> {
        match &self.act {
            Act::Start { mode: SwitchMode::Ungraceful, .. } => Some(Text::new(
                "whatever the data stores of the plan have not replicated; the plan does not say how much: look at their lags",
            )),
            Act::Start { mode: SwitchMode::Graceful, .. } | Act::Approve { .. } => None,
        }
    }

    fn by_hand(&self) -> ByHand {
        let (place, plan) = (&self.place, self.plan.as_str());
        let executions = || {
            by_hand::read(
                place,
                "arc-region-switch list-plan-executions",
                &["--plan-arn", plan],
                "items[:3].{Id:executionId,State:executionState,Since:startTime}",
            )
        };
        let steps = || {
            by_hand::read(
                place,
                "arc-region-switch get-plan-execution",
                &["--plan-arn", plan, "--execution-id", EXECUTION],
                "{State:executionState,Steps:stepStates[].{Step:name,Status:status}}",
            )
        };
        match &self.act {
            Act::Start { action, mode } => {
                let (target, action, mode) = (place.region.clone(), *action, *mode);
                let call = StartPlan { place: place.clone(), plan: self.plan.clone(), target, action, mode };
                ByHand {
                    first: vec![look(executions(), "none is inProgress, paused or pending")],
                    then: vec![change(&ApiCall::StartPlanExecution(call), &[])],
                    last: vec![look(
                        steps(),
                        format!(
                            "State is completed, or a step waits for approval; {EXECUTION} is the executionId that the start printed"
                        ),
                    )],
                }
            }
            Act::Approve { step } => {
                let call = ApproveStep {
                    place: place.clone(),
                    plan: self.plan.clone(),
                    execution: EXECUTION.to_owned(),
                    step: step.clone(),
                };
                ByHand {
                    first: vec![
                        look(executions(), format!("{EXECUTION} is the Id of the one that goes on")),
                        look(steps(), format!("Status of {step} is pendingApproval")),
                    ],
                    then: vec![change(&ApiCall::ApprovePlanExecutionStep(call), &[])],
                    last: vec![look(steps(), "State is completed, or the next step waits for approval")],
                }
            }
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let plan = match self.seen(world).required(&self.words()) {
            Ok(plan) => plan,
            Err(check) => return vec![check],
        };
        let mut checks = vec![Check::holds(format!("there is {}", self.words()))];
        let of_plan = format!("{} is a Region of the plan", self.place.region);
        checks.push(match plan.regions.contains(&self.place.region) {
            true => Check::holds(of_plan),
            false => Check::blocks(of_plan, "it is none of them; correct the runbook"),
        });
        match &self.act {
            Act::Start { .. } => {
                let free = "no execution of the plan goes on";
                checks.push(match self.going(world) {
                    Err(why) => Check::blocks(free, why),
                    Ok(None) => Check::holds(free),
                    Ok(Some(run)) => {
                        let since =
                            run.started.map(|at| format!(" since {}", clock(at, world.now))).unwrap_or_default();
                        let why = format!(
                            "execution {} is {}{since}; follow it, or cancel it in the console",
                            run.id, run.state
                        );
                        Check::blocks(free, why)
                    }
                });
            }
            Act::Approve { step } => {
                let waits = format!("step {step} waits for approval");
                checks.push(match self.waiting(world, step) {
                    Err(why) => Check::blocks(waits, why),
                    Ok((_, found)) if found.status.as_str() == "pendingApproval" => Check::holds(waits),
                    Ok((_, found)) => Check::warns(waits, format!("it is {}", found.status)),
                });
            }
        }
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new(
                "a drill moves no traffic; Region switch has practice executions of its own",
            ));
        }
        if let Some(Ok(Some(run))) = world.sent().map(|attempt| self.of(world, attempt)) {
            return Work::Already(Text::new(format!("execution {} is {}", run.id, run.state)));
        }
        match &self.act {
            Act::Start { action, mode } => Work::Calls(vec![ApiCall::StartPlanExecution(StartPlan {
                place: self.place.clone(),
                plan: self.plan.clone(),
                target: self.place.region.clone(),
                action: *action,
                mode: *mode,
            })]),
            Act::Approve { step } => match self.waiting(world, step) {
                Ok((run, found)) if found.status.as_str() == "pendingApproval" => {
                    Work::Calls(vec![ApiCall::ApprovePlanExecutionStep(ApproveStep {
                        place: self.place.clone(),
                        plan: self.plan.clone(),
                        execution: run.id.to_string(),
                        step: step.clone(),
                    })])
                }
                Ok((_, found)) if matches!(found.status.as_str(), "running" | "completed") => {
                    Work::Already(Text::new(format!("step {step} is {}", found.status)))
                }
                Ok(_) | Err(_) => Work::Watch,
            },
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let run = match world.sent() {
            Some(attempt) => match self.of(world, attempt) {
                Ok(Some(run)) => run,
                Ok(None) => {
                    return Progress::Running { state: Text::new("the execution is not listed yet"), share: None };
                }
                Err(why) => return Progress::Unknown(Text::new(why)),
            },
            None => match (self.going(world), &self.act) {
                (Ok(Some(run)), Act::Approve { .. }) => run,
                (Ok(_), Act::Start { .. } | Act::Approve { .. }) => {
                    return Progress::NotBegun(Text::new("no execution was started by this step"));
                }
                (Err(why), _) => return Progress::Unknown(Text::new(why)),
            },
        };
        if let Act::Approve { step } = &self.act {
            let steps = self.steps(world, run).map(Vec::as_slice).unwrap_or_default();
            let found = steps.iter().find(|one| one.name.as_str() == step);
            if found.is_none_or(|found| matches!(found.status.as_str(), "notStarted" | "pendingApproval")) {
                let is = found.map_or("not listed", |found| found.status.as_str());
                return Progress::Running { state: Text::new(format!("step {step} is {is}")), share: None };
            }
        }
        self.progress(world, run)
    }

    /// A start by the executions that began since; an approval by what the step waits for.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let run = match self.of(world, attempt) {
            Ok(run) => run,
            Err(why) => return Found::CannotTell(Text::new(why)),
        };
        match (&attempt.call, run) {
            (Some(ApiCall::ApprovePlanExecutionStep(call)), Some(run)) => match self.steps(world, run) {
                Err(why) => Found::CannotTell(Text::new(why)),
                Ok(steps) => {
                    let status = steps.iter().find(|one| one.name.as_str() == call.step).map(|one| one.status.as_str());
                    let said = Text::new(format!("step {} is {}", call.step, status.unwrap_or("not listed")));
                    match status {
                        Some("running" | "completed" | "failed") => Found::Applied(said),
                        Some("pendingApproval") => Found::NotApplied(said),
                        Some(_) | None => Found::CannotTell(said),
                    }
                }
            },
            (_, Some(run)) => Found::Applied(Text::new(format!("execution {} is {}", run.id, run.state))),
            (Some(ApiCall::StartPlanExecution(_)), None) => {
                Found::NotApplied(Text::new("no execution of the plan was started since"))
            }
            (_, None) => Found::CannotTell(Text::new("the execution is not listed")),
        }
    }
}
