//! The nine systems of the shop as the console gets them, written by hand: on a calm day, and two minutes into the loss of us-east-1.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use drdeck::model::facts::sts::Identity;
use drdeck::model::kinds::{Asg, Kind};
use drdeck::model::{
    Assessment, Component, ComponentAssessment, Criticality, Estate, Failure, FailureKind, LagHistory, Loss, Moment,
    Objective, PerDisruption, Place, Reading, Region, RpoJudgement, RtoJudgement, RunStart, Service, Site, SourceState,
    SourceStatus, Span, StepSum, Strategy, System, SystemAssessment, Text, Told, Up, Verdict,
};
use drdeck::observe::{Clock, Observation, Origin};

/// A moment of 2026-11-20: `14:02:17`.
pub(crate) fn at(time: &str) -> Moment {
    format!("2026-11-20T{time}Z").parse().unwrap()
}

/// When everything here was judged.
pub(crate) fn now() -> Moment {
    at("14:02:17")
}

/// The last good reading of us-east-1.
fn last_read() -> Moment {
    at("13:59:50")
}

fn minutes(minutes: i64) -> Span {
    Span::from_mins(minutes)
}

/// What nine steps add up to, of which live runs have measured so many.
fn estimated(runbook: &str, takes: i64, measured: usize) -> Option<StepSum> {
    Some(StepSum { runbook: runbook.to_owned(), takes: minutes(takes), steps: 9, measured })
}

/// An Observation of it; `speed` 0 freezes the clock.
pub(crate) fn observation(assessment: Assessment, anchor: Instant, speed: f64) -> Observation {
    Observation {
        clock: Clock { anchor, at_anchor: assessment.now, speed },
        assessment: Arc::new(assessment),
        snapshot: Arc::default(),
        events: Arc::default(),
        origin: Origin::Live,
        refreshing: false,
    }
}

fn region(name: &str) -> Site {
    Site::Region(Region::new(name))
}

fn use1() -> Site {
    region("us-east-1")
}

fn usw2() -> Site {
    region("us-west-2")
}

/// What differs from system to system.
struct Plan {
    name: &'static str,
    criticality: Criticality,
    strategy: Strategy,
    primary: Site,
    depends_on: &'static [&'static str],
    /// Minutes: RPO and RTO for the loss of a Region, then for the loss of data.
    objectives: [Option<i64>; 4],
}

const fn plan(name: &'static str, criticality: Criticality, strategy: Strategy, objectives: [Option<i64>; 4]) -> Plan {
    Plan { name, criticality, strategy, primary: Site::OnPremises, depends_on: &[], objectives }
}

/// The nine, as declared.
fn plans() -> Vec<Plan> {
    use Criticality::{Critical, High, Low, Medium};
    use Strategy::{ActiveActive, BackupAndRestore, PilotLight, WarmStandby};
    let mut plans = vec![
        plan("storefront", Critical, WarmStandby, [Some(5), Some(15), Some(10), Some(240)]),
        plan("payments", Critical, ActiveActive, [Some(0), Some(10), Some(10), Some(60)]),
        plan("orders", High, PilotLight, [Some(5), Some(60), Some(10), Some(240)]),
        plan("sessions", Medium, PilotLight, [Some(1440), Some(480), None, None]),
        plan("product-images", Medium, PilotLight, [Some(15), Some(480), Some(1440), Some(1440)]),
        plan("legacy-web", Medium, PilotLight, [Some(15), Some(240), None, None]),
        plan("erp", High, PilotLight, [Some(15), Some(480), Some(1440), Some(1440)]),
        plan("content", Medium, PilotLight, [Some(1440), Some(480), None, None]),
        plan("analytics", Low, BackupAndRestore, [Some(1440), Some(1440), Some(1440), Some(1440)]),
    ];
    for plan in &mut plans {
        if plan.name != "erp" {
            plan.primary = use1();
        }
    }
    plans[0].depends_on = &["payments", "sessions"];
    plans[2].depends_on = &["payments"];
    plans
}

/// What the config declares.
pub(crate) fn estate() -> Estate {
    let systems = plans().into_iter().map(|plan| {
        let [rpo, rto, data_rpo, data_rto] = plan.objectives.map(|objective| objective.map(minutes));
        let component = Component {
            name: format!("{}-app", plan.name),
            counts_for: PerDisruption { region: false, data: false },
            own_rpo: None,
            kind: Kind::Asg(Asg { group: plan.name.to_owned(), place: Place::home("us-west-2"), capacity: 4 }),
        };
        System {
            name: plan.name.to_owned(),
            criticality: plan.criticality,
            strategy: plan.strategy,
            primary: plan.primary,
            recovery: Region::new("us-west-2"),
            depends_on: plan.depends_on.iter().map(|name| (*name).to_owned()).collect(),
            objectives: PerDisruption {
                region: Some(Objective { rpo, rto }),
                data: data_rpo.or(data_rto).map(|_| Objective { rpo: data_rpo, rto: data_rto }),
            },
            components: vec![component],
            probes: Vec::new(),
        }
    });
    Estate { systems: systems.collect(), ..Default::default() }
}

/// A system as judged on a calm day, before its components are known.
fn judged(plan: Plan) -> SystemAssessment {
    let [region_rpo, region_rto, data_rpo, data_rto] = plan.objectives.map(|objective| objective.map(minutes));
    let rpo = |objective| RpoJudgement {
        objective,
        now: None,
        frozen_at: None,
        verdict: Verdict::Met,
        worst: None,
        read_at: None,
        stale: false,
    };
    let rto = |objective: Option<Span>| RtoJudgement {
        objective,
        proven: None,
        proven_at: None,
        estimated: None,
        verdict: if objective.is_some() { Verdict::AtRisk } else { Verdict::Met },
    };
    SystemAssessment {
        name: plan.name.to_owned(),
        criticality: plan.criticality,
        strategy: plan.strategy,
        active: BTreeSet::from([plan.primary.clone()]),
        primary: plan.primary,
        recovery: Region::new("us-west-2"),
        depends_on: plan.depends_on.iter().map(|name| (*name).to_owned()).collect(),
        up: Up::Up,
        active_told: Told::Before,
        up_told: Told::Before,
        verdict: Verdict::AtRisk,
        reasons: vec![Text::new("Its recovery was never proven by a run")],
        summary: Text::new(format!("{} is served; its recovery was never proven", plan.name)),
        consider_failover: None,
        rpo: PerDisruption { region: rpo(region_rpo), data: rpo(data_rpo) },
        rto: PerDisruption { region: rto(region_rto), data: rto(data_rto) },
        blockers: Vec::new(),
        blockers_unknown: false,
        components: Vec::new(),
    }
}

/// A component that was read in time and is well.
pub(crate) fn component(name: &str, kind: &'static str, source: &str, reason: &str) -> ComponentAssessment {
    ComponentAssessment {
        name: name.to_owned(),
        kind,
        verdict: Verdict::Met,
        loss: PerDisruption { region: Loss::NotApplicable, data: Loss::NotApplicable },
        recovery_point: PerDisruption::default(),
        source: source.to_owned(),
        read_at: Some(at("14:02:05")),
        stale: false,
        reason: Text::new(reason),
        evidence: vec![("status", Text::new("available"))],
        copies: None,
        lag_history: LagHistory::default(),
    }
}

/// That component, when the loss of a Region would take it back to `newest`.
fn loses_since(mut component: ComponentAssessment, newest: Moment) -> ComponentAssessment {
    component.loss.region = Loss::Since { newest, oldest: None };
    component.recovery_point.region = Some(newest);
    component
}

/// The same for the loss of data.
fn restorable_to(mut component: ComponentAssessment, newest: Moment, oldest: Moment) -> ComponentAssessment {
    component.loss.data = Loss::Since { newest, oldest: Some(oldest) };
    component.recovery_point.data = Some(newest);
    component
}

/// That component, out of readings of us-east-1 that are too old.
pub(crate) fn stale(mut component: ComponentAssessment) -> ComponentAssessment {
    component.stale = true;
    component.read_at = Some(last_read());
    component.verdict = Verdict::Unknown;
    component.reason = Text::new("us-east-1 has not answered since 14:00:03Z: connection reset");
    component
}

fn lag(from: f64, to: f64) -> LagHistory {
    let start = at("13:42:00");
    (0..20)
        .map(|minute| {
            let share = f64::from(minute) / 19.0;
            let wave = if minute % 3 == 0 { 1.0 } else { 0.8 };
            (start + minutes(i64::from(minute)), (from + (to - from) * share * share) * wave)
        })
        .collect()
}

fn health(name: &str) -> ComponentAssessment {
    component(
        name,
        "health-check",
        "cloudwatch:GetMetricData us-east-1",
        "The health check of use1.www.shop.example passes for us-east-1",
    )
}

fn source(service: Service, name: &str) -> SourceState {
    SourceState {
        service,
        region: Region::new(name),
        status: SourceStatus::Ok,
        read_at: Some(at("14:02:05")),
        failure: None,
    }
}

fn sources() -> Vec<SourceState> {
    let mut sources = Vec::new();
    for service in [Service::AutoScaling, Service::Backup, Service::CloudWatch, Service::DynamoDb, Service::Rds] {
        sources.push(source(service, "us-east-1"));
        sources.push(source(service, "us-west-2"));
    }
    sources.push(source(Service::Drs, "us-west-2"));
    sources.push(source(Service::Route53, "us-east-1"));
    sources
}

/// The parts of a day without trouble.
pub(crate) fn calm() -> Assessment {
    let mut systems: Vec<SystemAssessment> = plans().into_iter().map(judged).collect();
    let set = |system: &mut SystemAssessment, now: i64, components: Vec<ComponentAssessment>| {
        system.rpo.region.now = Some(Span::from_secs(now));
        system.rpo.region.worst = components.first().map(|component| component.name.clone());
        system.components = components;
    };
    let ago = |seconds: i64| now() - Span::from_secs(seconds);
    let days = |days: i64| now() - Span::from_hours(24 * days);

    let mut shop = component(
        "shop",
        "aurora-global",
        "cloudwatch:GetMetricData us-west-2",
        "shop-usw2 in us-west-2 follows shop-use1 with 0.9s lag at 14:02:00Z",
    );
    shop.lag_history = lag(0.4, 0.9);
    shop.evidence = vec![
        ("status", Text::new("available")),
        ("writer", Text::new("us-east-1")),
        ("target", Text::new("shop-usw2 in us-west-2: available, 1 instance")),
        ("lag", Text::new("0.9s at 14:02:00Z")),
        ("restorable to", Text::new("13:58:02Z")),
    ];
    let shop = restorable_to(loses_since(shop, ago(18)), ago(255), days(14));
    let mut web = component(
        "storefront-web",
        "asg",
        "autoscaling:DescribeAutoScalingGroups us-west-2",
        "storefront-web in us-west-2 has 4 instances in service and may grow to 16; 4 are needed",
    );
    web.evidence = vec![("instances", Text::new("4 in service of 4 wanted")), ("limits", Text::new("4 to 16"))];
    set(&mut systems[0], 18, vec![shop, web, health("storefront us-east-1")]);
    systems[0].rpo.data.now = Some(Span::from_secs(255));
    systems[0].rpo.data.worst = Some("shop".to_owned());
    systems[0].rto.region.estimated = estimated("storefront-failover", 19, 4);

    let mut ledger = component(
        "payments-ledger",
        "dynamodb-global-table",
        "dynamodb:DescribeTable us-west-2",
        "payments-ledger is written in both Regions before a write is acknowledged",
    );
    ledger.loss.region = Loss::None;
    ledger.recovery_point.region = Some(now());
    set(&mut systems[1], 0, vec![restorable_to(ledger, ago(300), days(35)), health("payments us-east-1")]);
    systems[1].active = BTreeSet::from([use1(), usw2()]);
    systems[1].rpo.data.now = Some(Span::from_secs(300));
    systems[1].rpo.data.worst = Some("payments-ledger".to_owned());

    let mut orders_db = component(
        "orders-db",
        "rds-replica",
        "cloudwatch:GetMetricData us-west-2",
        "orders-db-west in us-west-2 replicates orders-db with 2.0s lag at 14:02:00Z",
    );
    orders_db.lag_history = lag(1.0, 2.0);
    set(
        &mut systems[2],
        19,
        vec![restorable_to(loses_since(orders_db, ago(19)), ago(240), days(14)), health("orders us-east-1")],
    );
    systems[2].rpo.data.now = Some(Span::from_secs(240));
    systems[2].rpo.data.worst = Some("orders-db".to_owned());
    systems[2].rto.region.estimated = estimated("orders-failover", 33, 0);

    let table = component(
        "sessions",
        "dynamodb-global-table",
        "cloudwatch:GetMetricData us-west-2",
        "sessions in us-west-2 follows us-east-1 with 0.7s lag at 14:01:00Z",
    );
    set(&mut systems[3], 41, vec![loses_since(table, ago(41)), health("sessions us-east-1")]);
    systems[3].rto.region = RtoJudgement {
        objective: Some(minutes(480)),
        proven: Some(minutes(50)),
        proven_at: Some("2026-10-02T09:14:00Z".parse().unwrap()),
        estimated: None,
        verdict: Verdict::Met,
    };
    systems[3].verdict = Verdict::Met;
    systems[3].reasons = Vec::new();

    let images = component(
        "product-images",
        "s3-replication",
        "cloudwatch:GetMetricData us-west-2",
        "shop-images in us-west-2 follows with 24s lag at 14:01:00Z",
    );
    set(&mut systems[4], 101, vec![loses_since(images, ago(101)), health("product-images us-east-1")]);

    let drs = component(
        "legacy-web",
        "drs",
        "drs:DescribeSourceServers us-west-2",
        "2 of 2 servers replicate continuously, the slowest with 12s lag",
    );
    set(&mut systems[5], 24, vec![loses_since(drs, ago(24)), health("legacy-web us-east-1")]);

    let erp = component(
        "erp",
        "drs",
        "drs:DescribeSourceServers us-west-2",
        "3 of 3 servers replicate continuously, the slowest with 8s lag",
    );
    set(&mut systems[6], 20, vec![restorable_to(loses_since(erp, ago(20)), ago(600), days(7))]);
    systems[6].up = Up::Unknown;
    systems[6].rpo.data.now = Some(Span::from_secs(600));
    systems[6].rpo.data.worst = Some("erp".to_owned());

    let efs = component(
        "content-files",
        "efs-replication",
        "cloudwatch:GetMetricData us-east-1",
        "content-files was last synchronised 11m ago",
    );
    set(&mut systems[7], 660, vec![loses_since(efs, ago(660)), health("content us-east-1")]);

    let mut backup = component(
        "analytics-db",
        "backup",
        "backup:ListRecoveryPointsByBackupVault us-west-2",
        "The next recovery point is overdue since 13:00:00Z",
    );
    backup.verdict = Verdict::AtRisk;
    set(&mut systems[8], 84_300, vec![restorable_to(loses_since(backup, ago(84_300)), ago(84_300), days(30))]);
    systems[8].up = Up::Unknown;
    systems[8].rpo.region.verdict = Verdict::AtRisk;
    systems[8].rpo.data.now = Some(Span::from_secs(84_300));
    systems[8].rpo.data.worst = Some("analytics-db".to_owned());
    systems[8].reasons.insert(0, Text::new("analytics-db: the next recovery point is overdue since 13:00:00Z"));

    let identity = Identity {
        account: Text::new("111122223333"),
        arn: Text::new("arn:aws:sts::111122223333:assumed-role/DisasterRecovery/alice"),
        expires: Some(now() + minutes(47) + Span::from_secs(30)),
    };
    Assessment {
        now: now(),
        systems: systems.into_iter().map(Arc::new).collect(),
        sources: sources(),
        silent: Vec::new(),
        identity: Reading::fresh(identity, at("14:02:05"), minutes(1)),
        calls: 31,
        cost_per_hour_usd: 0.04,
        next_change: None,
    }
}

/// The same two minutes after us-east-1 was lost.
pub(crate) fn outage() -> Assessment {
    let mut assessment = calm();
    let began = at("14:00:03");
    for source in &mut assessment.sources {
        if source.region.as_str() != "us-east-1" {
            continue;
        }
        let (kind, error) = match source.service {
            Service::Route53 => (FailureKind::Throttled, "Throttling: Rate exceeded"),
            _ => (FailureKind::Unreachable, "connection reset before an answer"),
        };
        source.status = SourceStatus::Stale;
        source.read_at = Some(last_read());
        source.failure = Some(Failure { since: began, at: at("14:02:12"), kind, error: Text::new(error) });
    }
    let systems: &mut Vec<&mut SystemAssessment> = &mut assessment.systems.iter_mut().map(Arc::make_mut).collect();
    let frozen = |system: &mut SystemAssessment, now: Span| {
        system.up = Up::Down { since: began, start: RunStart::Seen };
        system.rpo.region.now = Some(now);
        system.rpo.region.frozen_at = Some(began);
    };
    for name in [0, 1, 2, 4, 7] {
        for component in systems[name].components.iter_mut().filter(|component| component.source.ends_with("us-east-1"))
        {
            *component = stale(component.clone());
        }
    }

    frozen(systems[0], minutes(9));
    systems[0].verdict = Verdict::Breached;
    systems[0].rpo.region.verdict = Verdict::Breached;
    systems[0].rpo.data.verdict = Verdict::Unknown;
    systems[0].reasons = vec![
        Text::new("shop: 9m would be lost, at most 5m was promised for the loss of us-east-1"),
        Text::new(
            "shop: how far back data can be restored cannot be told, for us-east-1 has not answered since 14:00:03Z",
        ),
        Text::new("storefront us-east-1: the health check has failed since 14:00:03Z"),
        Text::new("Its recovery was never proven by a run"),
    ];
    let shop = &mut systems[0].components[0];
    shop.verdict = Verdict::Breached;
    shop.loss.region = Loss::Since { newest: at("13:51:03"), oldest: None };
    shop.lag_history = lag(1.0, 540.0);
    shop.evidence[3].1 = Text::new("7m12s at 14:00:00Z");
    shop.reason = Text::new("shop-usw2 in us-west-2 was 9m behind shop-use1 when the outage began");

    let payments = &mut systems[1];
    payments.components[0] = stale(payments.components[0].clone());
    payments.components[0].source = "dynamodb:DescribeTable us-east-1".to_owned();
    payments.components[0].loss.region = Loss::Unknown;
    payments.verdict = Verdict::Unknown;
    payments.rpo.region = RpoJudgement { now: None, verdict: Verdict::Unknown, ..payments.rpo.region.clone() };
    payments.blockers_unknown = true;
    payments
        .reasons
        .insert(0, Text::new("payments-ledger: us-east-1 has not answered since 14:00:03Z: connection reset"));

    frozen(systems[2], Span::from_secs(38));
    systems[2].up = Up::Down { since: at("14:00:07"), start: RunStart::Seen };
    systems[2].blockers = vec![Text::new("orders-app in us-west-2 may grow to 2 instances, but 4 are needed")];
    systems[2].reasons.insert(0, Text::new("orders-app in us-west-2 may grow to 2 instances, but 4 are needed"));

    let images = &mut systems[4];
    images.components[0] = stale(images.components[0].clone());
    for system in [4, 7] {
        let system = &mut systems[system];
        system.verdict = Verdict::Unknown;
        system.rpo.region.verdict = Verdict::Unknown;
        system.up = Up::Unknown;
        let name = &system.components[0].name;
        system
            .reasons
            .insert(0, Text::new(format!("{name}: us-east-1 has not answered since 14:00:03Z: connection reset")));
    }
    for system in systems.iter_mut() {
        let components = &system.components;
        for rpo in [&mut system.rpo.region, &mut system.rpo.data] {
            let worst = components.iter().find(|component| Some(&component.name) == rpo.worst.as_ref());
            rpo.stale = worst.is_some_and(|worst| worst.stale);
            rpo.read_at = worst.and_then(|worst| worst.read_at);
        }
    }
    assessment
}
