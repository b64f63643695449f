//! ARNs and ids of AWS Backup, and the plan that made something.

use crate::sim::World;
use crate::sim::estate::backup::{Plan, Resource, Vault};
use crate::sim::time::Span;
use crate::sim::wire::Value;

/// The ARN of a vault.
pub(super) fn vault_arn(world: &World, region: &str, name: &str) -> String {
    world.arn("backup", region, &format!("backup-vault:{name}"))
}

/// The ARN of the key a vault encrypts with.
pub(super) fn key_arn(world: &World, vault: &Vault) -> String {
    world.arn("kms", &vault.region, &format!("key/{}", vault.key))
}

/// The vault of that name in that Region.
pub(super) fn vault<'w>(world: &'w World, region: &str, name: &str) -> Option<&'w Vault> {
    world.estate.backup.vaults.iter().find(|vault| vault.region == region && vault.name == name)
}

/// Whether a vault is under Vault Lock.
pub(super) fn lock_state(vault: &Vault) -> &'static str {
    if is_locked(vault) { "LOCKED" } else { "UNLOCKED" }
}

/// Whether a vault is under Vault Lock: it then has a least or a longest retention.
pub(super) fn is_locked(vault: &Vault) -> bool {
    vault.locked_min.is_some() || vault.locked_max.is_some()
}

/// The role that AWS Backup works under.
pub(super) fn role(world: &World) -> String {
    world.arn("iam", "", "role/service-role/AWSBackupDefaultServiceRole")
}

/// The ARN of a recovery point: a snapshot or image of the service it is of, or AWS Backup's own.
pub(super) fn point_arn(world: &World, resource: &Resource, region: &str, job: &str) -> String {
    let digits = || world.hex(&["recovery-point", job], 17);
    match resource.kind.as_str() {
        // Snapshots and images have no account in their ARN.
        "EBS" => format!("arn:aws:ec2:{region}::snapshot/snap-{}", digits()),
        "EC2" => format!("arn:aws:ec2:{region}::image/ami-{}", digits()),
        "RDS" => world.arn("rds", region, &format!("snapshot:awsbackup:job-{job}")),
        "Aurora" => world.arn("rds", region, &format!("cluster-snapshot:awsbackup:job-{job}")),
        _ => world.arn("backup", region, &format!("recovery-point:{}", world.uuid(&["recovery-point", job]))),
    }
}

/// The ARN of what a restore made of a resource, named by whoever restored it.
pub(super) fn restored_arn(world: &World, resource: &Resource, region: &str, job: &str) -> String {
    made_arn(world, resource, region, job, format!("{}-restored", resource_name(resource)))
}

/// The ARN of what restore testing made of a resource, which it names itself.
pub(super) fn tested_arn(world: &World, resource: &Resource, region: &str, job: &str) -> String {
    made_arn(world, resource, region, job, format!("awsbackup-restore-test-{}", world.hex(&["tested", job], 12)))
}

/// Of the same service and account, in the Region it was restored in, with a name or an id of its own.
fn made_arn(world: &World, resource: &Resource, region: &str, job: &str, name: String) -> String {
    let old = resource_name(resource);
    // Ids like `vol-0b1c…` are drawn anew, names are given.
    let digits =
        old.rsplit_once('-').filter(|(_, digits)| digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let new = match digits {
        Some((kind, _)) => format!("{kind}-{}", world.hex(&["restored", job], 17)),
        None => name,
    };
    let arn = resource.arn.strip_suffix(old).unwrap_or_default();
    let parts =
        arn.splitn(5, ':').zip(0..).map(|(part, place)| if place == 3 && !part.is_empty() { region } else { part });
    parts.collect::<Vec<_>>().join(":") + &new
}

/// What a resource is called: the end of its ARN.
pub(super) fn resource_name(resource: &Resource) -> &str {
    resource.arn.rsplit([':', '/']).next().unwrap_or_default()
}

/// `CreatedBy`: the plan and rule that made a job or point; nothing where somebody asked for it.
pub(super) fn created_by(world: &World, plan: &Plan) -> Value {
    if plan.asked.is_some() {
        return Value::Null;
    }
    let id = plan_id(world, plan);
    Value::map([
        ("BackupPlanArn", plan_arn(world, plan).into()),
        ("BackupPlanId", id.into()),
        ("BackupPlanName", (&plan.name).into()),
        ("BackupPlanVersion", plan_version(world, plan).into()),
        ("BackupRuleId", rule_id(world, plan).into()),
        ("BackupRuleName", (&plan.name).into()),
        ("BackupRuleCron", cron(plan.every, plan.offset).into()),
        ("BackupRuleTimezone", "Etc/UTC".into()),
    ])
}

/// The ARN of a plan.
pub(super) fn plan_arn(world: &World, plan: &Plan) -> String {
    world.arn("backup", &plan.region, &format!("backup-plan:{}", plan_id(world, plan)))
}

/// The version of a plan.
pub(super) fn plan_version(world: &World, plan: &Plan) -> String {
    world.hex(&["plan-version", &plan.name], 32)
}

/// The id of a plan's rule.
pub(super) fn rule_id(world: &World, plan: &Plan) -> String {
    world.uuid(&["backup-rule", &plan.name])
}

/// The id of a plan.
pub(super) fn plan_id(world: &World, plan: &Plan) -> String {
    world.uuid(&["backup-plan", &plan.name])
}

/// A schedule as AWS writes it, where cron can say it: each day, each week, or each so many hours.
pub(super) fn cron(every: Span, offset: Span) -> Option<String> {
    const WEEKDAYS: [&str; 7] = ["THU", "FRI", "SAT", "SUN", "MON", "TUE", "WED"];
    let minutes = |span: Span| span.millis() / Span::MINUTE.millis();
    let (hour, minute) = (minutes(offset) / 60 % 24, minutes(offset) % 60);
    let hours = minutes(every) / 60;
    if every == Span::DAY {
        Some(format!("cron({minute} {hour} ? * * *)"))
    } else if every == Span::from_days(7) {
        // Weeks are counted from the epoch, which was a Thursday.
        let day = WEEKDAYS.get(usize::try_from(minutes(offset) / 1_440 % 7).ok()?)?;
        Some(format!("cron({minute} {hour} ? * {day} *)"))
    } else if hours > 0 && 24 % hours == 0 && every == Span::HOUR.times(hours) {
        Some(format!("cron({minute} {}/{hours} ? * * *)", hour % hours))
    } else {
        None
    }
}

/// Whole days of a retention, as `DeleteAfterDays` has it; at least one.
pub(super) fn days(kept: Span) -> i64 {
    (kept.millis() / Span::DAY.millis()).max(1)
}
