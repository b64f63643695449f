//! What backup plans and restore tests promise, and what becomes of it; and the plans that are only shown.

use drdeck::model::facts::Answer;
use drdeck::model::facts::Known::Is;
use drdeck::model::facts::arc::{SwitchExecution, SwitchPlan};
use drdeck::model::facts::backup::{BackupJob, JobState, PointStatus, RestoreJob};
use drdeck::model::facts::backup_plans::{
    Plan, PlanSummary, RestoreTestingPlan, RestoreTestingSelection, Rule, Selection,
};
use drdeck::model::kinds::Kind;
use drdeck::model::selection::{Takes, takes};
use drdeck::model::{Estate, Moment, Query, Region, SystemAssessment, Verdict, plans};

use crate::model_estates::*;
use crate::model_readings::*;
use crate::traps_data::{assert_says, noted};

fn plan_query() -> Query {
    Query::BackupPlan(east(), "plan-1".to_owned())
}

fn selection_query() -> Query {
    Query::BackupSelection(east(), "plan-1".to_owned(), "selection-1".to_owned())
}

/// A backup whose plans alone say how often it is made.
fn by_plan(change: impl FnOnce(&mut Rule)) -> (Kind, World) {
    let (kind, mut world) = backup();
    let Kind::Backup(mut kind) = kind else { panic!() };
    kind.every = None;
    let mut changed = rule();
    change(&mut changed);
    world.put(plan_query(), Answer::BackupPlan(Plan { name: t("nightly"), rules: vec![changed] }));
    (Kind::Backup(kind), world)
}

fn judge_it(kind: &Kind, world: &World) -> SystemAssessment {
    judge_kind(kind.clone(), world)
}

/// What was made of it: a job and a point in each vault at each of these moments.
fn made(world: &mut World, moments: &[Moment]) {
    let points = || moments.iter().map(|at| point(*at, PointStatus::Completed)).collect();
    world.put(vault_points(east()), Answer::RecoveryPoints(points()));
    world.put(vault_points(west()), Answer::RecoveryPoints(points()));
    let jobs = moments.iter().map(|at| backup_job(*at, JobState::Completed)).collect();
    world.put(Query::BackupJobs(east()), Answer::BackupJobs(jobs));
}

#[test]
fn a_backup_by_its_plan_is_met_and_shows_what_comes_next() {
    let (kind, world) = by_plan(|_| {});
    let judged = judge_it(&kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    assert_eq!(noted(&judged, "plan"), "nightly: cron(0 5 ? * * *) Etc/UTC, next at 2026-11-21 05:00:00Z, kept 35 d");
}

#[test]
fn a_backup_that_never_started_emits_no_failure_and_is_found_all_the_same() {
    // Due at 12:30 with an hour to start: nothing at 13:29, never started from 13:30 on.
    let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t("cron(30 12 ? * * *)")));
    made(&mut world, &[ago(minutes(1530)), ago(minutes(2970))]);
    let judged = judge_it(&kind, &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "The backup of reports that was due at 12:30:00Z never started (plan nightly)",
    );
    let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t("cron(1 13 ? * * *)")));
    made(&mut world, &[ago(minutes(1499)), ago(minutes(2939))]);
    let judged = judge_it(&kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    let next = judge(system(vec![component("it", kind.clone())], None, Some(hours(26))), &world).next_change;
    assert!(next.is_some_and(|at| at <= now() + minutes(2)), "the window ends at 14:01: {next:?}");
    // A job that waits has started; that it ends is another matter.
    let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t("cron(30 12 ? * * *)")));
    made(&mut world, &[ago(minutes(1530))]);
    let Answer::BackupJobs(jobs) = world.answer(&Query::BackupJobs(east())) else { panic!() };
    jobs.push(BackupJob { completed: None, ..backup_job(ago(minutes(90)), JobState::Running) });
    assert_eq!(it(&judge_it(&kind, &world)).verdict, Verdict::Met);
}

#[test]
fn what_cannot_be_known_is_not_called_never_started() {
    let late = |rule: &mut Rule| rule.schedule = Some(t("cron(30 12 ? * * *)"));
    // The jobs are those of before.
    let (kind, mut world) = by_plan(late);
    made(&mut world, &[ago(minutes(1530))]);
    world.make_stale(&Query::BackupJobs(east()));
    assert!(!why(&judge_it(&kind, &world)).contains("never started"));
    // The plan is younger than its last time.
    let (kind, mut world) = by_plan(late);
    made(&mut world, &[ago(minutes(1530))]);
    let Answer::BackupPlans(list) = world.answer(&Query::BackupPlans(east())) else { panic!() };
    list[0].created = Some(ago(minutes(10)));
    assert_eq!(it(&judge_it(&kind, &world)).verdict, Verdict::Met);
    // A monthly backup of weeks ago is not among the jobs that are listed.
    let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t("cron(0 5 1 * ? *)")));
    made(&mut world, &[ago(hours(49 * 24))]);
    let judged = judge_system(system(vec![component("it", kind)], None, Some(hours(60 * 24))), &world);
    assert!(!why(&judged).contains("never started"), "{}", why(&judged));
    assert!(why(&judged).contains("that was due at 2026-11-01 05:00:00Z is overdue"), "{}", why(&judged));
}

#[test]
fn a_backup_is_overdue_when_its_windows_and_twice_its_usual_time_have_passed() {
    // 20 min is usual: an hour to start and an hour to run. Started, but stuck.
    let stuck = |schedule: &str| {
        let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t(schedule)));
        made(&mut world, &[ago(minutes(1555)), ago(hours(50))]);
        let Answer::BackupJobs(jobs) = world.answer(&Query::BackupJobs(east())) else { panic!() };
        jobs.push(BackupJob { completed: None, ..backup_job(ago(minutes(100)), JobState::Running) });
        judge_system(system(vec![component("it", kind)], None, Some(hours(48))), &world)
    };
    let says =
        "The recovery point of reports in nightly (us-east-1) that was due at 11:59:00Z is overdue: the newest is from";
    assert!(why(&stuck("cron(59 11 ? * * *)")).contains(says), "{}", why(&stuck("cron(59 11 ? * * *)")));
    assert!(!why(&stuck("cron(5 12 ? * * *)")).contains("overdue"), "{}", why(&stuck("cron(5 12 ? * * *)")));
}

#[test]
fn what_is_in_no_plan_any_more_is_at_risk() {
    let (kind, mut world) = by_plan(|_| {});
    let Answer::BackupSelection(selection) = world.answer(&selection_query()) else { panic!() };
    selection.resources = vec![t("arn:aws:rds:us-east-1:111122223333:db:other")];
    assert_says(
        &judge_it(&kind, &world),
        Verdict::AtRisk,
        "No backup plan in us-east-1 takes in reports; the newest is from 05:00:00Z",
    );
    // But not while some plan could not be read.
    world.make_missing(&selection_query());
    let judged = judge_it(&kind, &world);
    assert_eq!((it(&judged).verdict, noted(&judged, "plans").as_str()), (Verdict::Met, "not all could be read"));
    // A plan that writes to another vault does not fill this one.
    let (kind, world) = by_plan(|rule| rule.vault = t("monthly"));
    assert_says(
        &judge_it(&kind, &world),
        Verdict::AtRisk,
        "No backup plan backs up reports to nightly in us-east-1: nightly writes to monthly",
    );
}

#[test]
fn a_plan_that_selects_by_tags_may_apply_until_its_jobs_show_that_it_does() {
    let (kind, mut world) = by_plan(|rule| rule.schedule = Some(t("cron(30 12 ? * * *)")));
    made(&mut world, &[ago(minutes(1530))]);
    let Answer::BackupSelection(selection) = world.answer(&selection_query()) else { panic!() };
    (selection.resources, selection.tags) = (Vec::new(), vec![(t("backup"), t("daily"))]);
    let judged = judge_it(&kind, &world);
    assert_eq!(noted(&judged, "plan"), "nightly may apply: it selects by tags");
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    let Answer::BackupJobs(jobs) = world.answer(&Query::BackupJobs(east())) else { panic!() };
    jobs[0].plan = Some(t("plan-1"));
    assert_says(&judge_it(&kind, &world), Verdict::AtRisk, "that was due at 12:30:00Z never started");
}

#[test]
fn copies_that_no_rule_makes_are_missed_before_they_are_needed() {
    let (kind, world) = by_plan(|rule| rule.copies.clear());
    assert_says(
        &judge_it(&kind, &world),
        Verdict::AtRisk,
        "No rule of nightly copies reports to nightly-dr in us-west-2",
    );
    let (kind, world) =
        by_plan(|rule| rule.copies[0].vault = t("arn:aws:backup:eu-west-1:111122223333:backup-vault:nightly-dr"));
    assert_says(&judge_it(&kind, &world), Verdict::AtRisk, "copies reports to nightly-dr in us-west-2");
}

#[test]
fn copies_are_expected_only_of_the_rules_that_make_them() {
    // Every hour at home, once a day to the other Region.
    let (kind, mut world) = by_plan(|_| {});
    let hourly = Rule { name: t("hourly"), schedule: Some(t("cron(0 * ? * * *)")), copies: Vec::new(), ..rule() };
    world.put(plan_query(), Answer::BackupPlan(Plan { name: t("nightly"), rules: vec![hourly, rule()] }));
    made(&mut world, &(0..24).map(|n| ago(hours(n))).collect::<Vec<Moment>>());
    world.put(vault_points(west()), Answer::RecoveryPoints(vec![point(ago(hours(9)), PointStatus::Completed)]));
    let judged = judge_it(&kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    // What is lost with the Region at worst is a day's work, and not an hour's.
    world.put(vault_points(west()), Answer::RecoveryPoints(vec![point(ago(hours(1)), PointStatus::Completed)]));
    let judged = judge_system(system(vec![component("it", kind)], Some(hours(12)), Some(hours(2))), &world);
    assert_says(&judged, Verdict::AtRisk, "more than the 12 h promised for the loss of a Region");
    assert!(!why(&judged).contains("damaged data"), "{}", why(&judged));
}

#[test]
fn an_interval_that_cannot_meet_the_objective_is_found_on_a_good_day() {
    let (kind, mut world) = by_plan(|_| {});
    made(&mut world, &[ago(hours(1)), ago(hours(9))]);
    let judge =
        |kind: &Kind, data, region| judge_system(system(vec![component("it", kind.clone())], region, data), &world);
    // Every 24 h, and 20 min until it can be used.
    let says = "at worst 24 h 20 min are lost although all goes to plan, more than the 4 h promised for damaged data";
    assert_says(&judge(&kind, Some(hours(4)), None), Verdict::AtRisk, says);
    assert_eq!(judge(&kind, Some(hours(25)), None).verdict, Verdict::Met);
    assert_eq!(judge(&kind, Some(minutes(24 * 60 + 20)), None).verdict, Verdict::Met);
    // The copy takes its time, too; what the config says of the interval wins.
    let (kind, mut world) = backup();
    made(&mut world, &[ago(hours(1))]);
    let mut copied = copy_job(ago(minutes(40)), JobState::Completed);
    copied.completed = Some(ago(minutes(10)));
    world.put(Query::CopyJobs(east()), Answer::CopyJobs(vec![copied]));
    let judged = judge_system(system(vec![component("it", kind)], Some(hours(24)), None), &world);
    assert_says(&judged, Verdict::AtRisk, "at worst 24 h 50 min are lost although all goes to plan");
}

#[test]
fn a_retention_shorter_than_the_interval_leaves_gaps() {
    let (kind, world) = by_plan(|rule| rule.kept = Some(hours(20)));
    assert_says(
        &judge_it(&kind, &world),
        Verdict::AtRisk,
        "are kept for 20 h but made only every 24 h: in between there is none",
    );
}

#[test]
fn schedules_that_cannot_be_followed_are_said_unless_the_config_knows() {
    let odd = |rule: &mut Rule| rule.time_zone = Some(t("Atlantis/Capital"));
    let (kind, world) = by_plan(odd);
    let judged = judge_it(&kind, &world);
    assert_says(
        &judged,
        Verdict::AtRisk,
        "When reports is to be backed up cannot be told; say it with `every` in the config.",
    );
    assert!(why(&judged).contains("time zone Atlantis/Capital"), "{}", why(&judged));
    let Kind::Backup(mut known) = kind else { panic!() };
    known.every = Some(hours(24));
    assert_eq!(it(&judge_it(&Kind::Backup(known), &world)).verdict, Verdict::Met);
}

#[test]
fn a_rate_and_a_rule_without_a_schedule_are_followed() {
    let (kind, world) = by_plan(|rule| rule.schedule = Some(t("rate(6 hours)")));
    assert_says(&judge_it(&kind, &world), Verdict::AtRisk, "one is made every 6 h");
    // AWS takes 05:00 UTC, and eight hours to start.
    let (kind, world) = by_plan(|rule| (rule.schedule, rule.time_zone, rule.start_window) = (None, None, None));
    let judged = judge_it(&kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    assert!(noted(&judged, "plan").contains("next at 2026-11-21 05:00:00Z"));
}

#[test]
fn while_plans_cannot_be_read_a_backup_a_day_is_expected() {
    let (kind, mut world) = by_plan(|_| {});
    world.make_missing(&Query::BackupPlans(east()));
    assert_eq!(it(&judge_it(&kind, &world)).verdict, Verdict::Met);
    made(&mut world, &[ago(hours(27))]);
    let judged = judge_system(system(vec![component("it", kind)], None, Some(hours(48))), &world);
    assert_says(&judged, Verdict::AtRisk, "one is made every 24 h");
}

#[test]
fn a_continuous_backup_is_not_measured_by_its_schedule() {
    let (kind, mut world) = by_plan(|rule| (rule.continuous, rule.schedule) = (true, Some(t("cron(30 12 ? * * *)"))));
    made(&mut world, &[ago(hours(20))]);
    let judged = judge_system(system(vec![component("it", kind)], None, Some(hours(21))), &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
}

#[test]
fn selections_take_in_what_aws_says_they_do() {
    let selection = |resources: &[&str], not: &[&str], tags: &[(&str, &str)], has_conditions| Selection {
        name: t("all"),
        resources: resources.iter().map(|arn| t(arn)).collect(),
        not_resources: not.iter().map(|arn| t(arn)).collect(),
        tags: tags.iter().map(|(key, value)| (t(key), t(value))).collect(),
        has_conditions,
    };
    let any = "arn:aws:rds:*:111122223333:db:*";
    for (selection, expected) in [
        (selection(&[RESOURCE], &[], &[], false), Some(Takes::Certainly)),
        (selection(&["*"], &[], &[], false), Some(Takes::Certainly)),
        (selection(&[any], &[], &[], false), Some(Takes::Certainly)),
        (selection(&["arn:aws:rds:*:db:report"], &[], &[], false), None),
        (selection(&["arn:aws:rds:*:db:r*rts"], &[], &[], false), Some(Takes::Certainly)),
        (selection(&["arn:aws:dynamodb:*"], &[], &[], false), None),
        (selection(&[any], &["*:db:reports"], &[], false), None),
        (selection(&[any], &["*:db:other"], &[], false), Some(Takes::Certainly)),
        (selection(&[], &[], &[("backup", "daily")], false), Some(Takes::Perhaps)),
        (selection(&["arn:aws:dynamodb:*"], &[], &[("backup", "daily")], false), Some(Takes::Perhaps)),
        (selection(&["*"], &[], &[], true), Some(Takes::Perhaps)),
        (selection(&["arn:aws:dynamodb:*"], &[], &[], true), None),
        (selection(&[], &[], &[], true), Some(Takes::Perhaps)),
        (selection(&[], &[], &[], false), None),
    ] {
        assert_eq!(takes(&selection, RESOURCE), expected, "{selection:?}");
    }
}

#[test]
fn what_a_list_of_plans_names_is_read_plan_by_plan() {
    let (kind, mut world) = by_plan(|_| {});
    let other = PlanSummary { id: t("plan-2"), name: t("weekly"), created: None, last_execution: None };
    let Answer::BackupPlans(list) = world.answer(&Query::BackupPlans(east())) else { panic!() };
    list.push(other);
    let estate = Estate { systems: vec![system(vec![component("it", kind)], None, None)], ..Estate::default() };
    let asked = estate.follow_ups(&world.snapshot(), now());
    for query in [
        plan_query(),
        selection_query(),
        Query::BackupPlan(east(), "plan-2".to_owned()),
        Query::BackupSelections(east(), "plan-2".to_owned()),
    ] {
        assert!(asked.contains(&query), "{query:?}");
    }
}

/// A restore testing plan where the copies are: each Tuesday at 04:00, for RDS.
fn restore_tests(world: &mut World, jobs: Vec<RestoreJob>) {
    let plan = RestoreTestingPlan {
        arn: t("arn:test"),
        name: t("weekly"),
        schedule: t("cron(0 4 ? * TUE *)"),
        time_zone: None,
        last_execution: Some(ago(hours(82))),
        start_window: hours(24),
    };
    let selection = RestoreTestingSelection { name: t("rds"), resource_type: t("RDS"), validation_window: hours(4) };
    world.put(Query::RestoreTestingPlans(west()), Answer::RestoreTestingPlans(vec![plan]));
    let query = Query::RestoreTestingSelections(west(), "weekly".to_owned());
    world.put(query, Answer::RestoreTestingSelections(vec![selection]));
    world.put(Query::RestoreJobs(west()), Answer::RestoreJobs(jobs));
}

fn tested(at: Moment, resource: &str) -> RestoreJob {
    RestoreJob {
        id: t("restore-1"),
        recovery_point: t("arn:point"),
        resource: Some(t(resource)),
        state: Is(JobState::Completed),
        created: Some(at),
        completed: Some(at + hours(1)),
        validation: Some(t("SUCCESSFUL")),
        deletion: Some(t("SUCCESSFUL")),
        testing_plan: Some(t("arn:test")),
        resource_type: Some(t("RDS")),
        message: None,
        made: None,
    }
}

#[test]
fn a_restore_test_that_did_not_run_is_found() {
    // The last Tuesday was the 17th: 82 hours ago.
    let (kind, mut world) = backup();
    restore_tests(&mut world, vec![tested(ago(hours(82)), "arn:aws:rds:us-east-1:111122223333:db:other")]);
    let judged = judge_it(&kind, &world);
    assert_eq!(it(&judged).verdict, Verdict::Met, "{}", why(&judged));
    let shown = "weekly in us-west-2: RDS last restored 2026-11-17 04:00:00Z, next at 2026-11-24 04:00:00Z";
    assert_eq!(noted(&judged, "restore test"), shown);
    restore_tests(&mut world, vec![tested(ago(hours(82 + 7 * 24)), RESOURCE)]);
    let says = "The restore test weekly of RDS in us-west-2 is overdue: it was due at 2026-11-17 04:00:00Z, the last was at 2026-11-10";
    assert_says(&judge_it(&kind, &world), Verdict::AtRisk, says);
    restore_tests(&mut world, Vec::new());
    let says =
        "The restore test weekly of RDS in us-west-2 restored nothing, though it was due at 2026-11-17 04:00:00Z";
    assert_says(&judge_it(&kind, &world), Verdict::AtRisk, says);
    // Without a plan for its type nothing is promised, and that is told.
    let (kind, world) = backup();
    assert_eq!(noted(&judge_it(&kind, &world), "restore tests"), "no restore testing plan covers RDS");
}

#[test]
fn region_switch_plans_are_listed_once_with_what_they_do() {
    let plan = SwitchPlan {
        arn: t("arn:switch"),
        name: t("shop"),
        approach: t("activePassive"),
        primary: Some(Region::new(EAST)),
        regions: vec![Region::new(EAST), Region::new(WEST)],
        objective_minutes: Some(30),
    };
    let execution = |id: &str, state: &str, started| SwitchExecution {
        id: t(id),
        state: t(state),
        action: t("activate"),
        mode: t("ungraceful"),
        region: Region::new(WEST),
        started: Some(started),
        ended: None,
        actual_recovery_time: None,
    };
    let mut world = World::default();
    let executions = |place| Query::SwitchExecutions(place, "arn:switch".to_owned());
    for place in [east(), west()] {
        world.put(Query::SwitchPlans(place), Answer::SwitchPlans(vec![plan.clone()]));
    }
    let snapshot = world.snapshot();
    let asked = plans::follow_ups(&snapshot);
    assert!(asked.contains(&executions(east())) && asked.contains(&executions(west())));
    assert_eq!(plans::switch_plans(&snapshot, now())[0].executions, None);
    let two = vec![execution("1", "completed", ago(hours(50))), execution("2", "inProgress", ago(minutes(4)))];
    world.put(executions(west()), Answer::SwitchExecutions(two));
    let snapshot = world.snapshot();
    let views = plans::switch_plans(&snapshot, now());
    assert_eq!(views.len(), 1, "every Region tells of the same plan");
    assert_eq!(views[0].executions.as_ref().unwrap()[0].id.as_str(), "2", "newest first");
    let state = views[0].state.as_ref().unwrap().as_str();
    assert_eq!(state, "activate (ungraceful) of shop to us-west-2 is inProgress since 13:56:00Z");
    world.put(
        executions(west()),
        Answer::SwitchExecutions(vec![execution("3", "completedWithExceptions", ago(hours(1)))]),
    );
    let snapshot = world.snapshot();
    let views = plans::switch_plans(&snapshot, now());
    let state = views[0].state.as_ref().unwrap().as_str();
    assert_eq!(state, "The last activate (ungraceful) of shop to us-west-2 is completedWithExceptions");
}
