//! The `aws` line that reads what drdeck read: to look at it with one's own eyes, or to show it to somebody.

use crate::config::ArcEndpoint;
use crate::model::query::{DnsServer, Metric, Window};
use crate::model::{Moment, Place, Query, Span};
use crate::runbook::call::cli::quoted;
use crate::runbook::call::{CLUSTER, cli};
use crate::runbook::{ApiCall, IntentId};

/// What an `aws` line has to say to read as drdeck does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// The profile of the config.
    pub profile: Option<String>,
    /// The endpoint of the config: a simulator.
    pub endpoint_url: Option<String>,
    /// The endpoints of the ARC cluster, where calls about routing controls go.
    pub arc: Vec<ArcEndpoint>,
}

impl Shell {
    /// The line that asks for a change by hand.
    pub fn by_hand(&self, call: &ApiCall, intent: IntentId) -> String {
        let of_cluster = self.arc.iter().find(|own| call.service() == CLUSTER && own.region == *call.region());
        let endpoint = of_cluster.map(|own| own.url.as_str()).or(self.endpoint_url.as_deref());
        cli::line_for(call, intent, endpoint, self.profile.as_deref())
    }

    /// As routing controls are read: by the endpoint of that Region, or any of the cluster's; AWS has none of its own for them.
    fn of_cluster(&self, place: &Place) -> Option<(Self, Place)> {
        let own = self.arc.iter().find(|own| own.region == place.region).or_else(|| self.arc.first())?;
        let shell = Self { endpoint_url: Some(own.url.clone()), ..self.clone() };
        Some((shell, Place { region: own.region.clone(), role: place.role.clone() }))
    }
}

/// The line that calls `operation` of `service` at `place`. A role that drdeck takes on for it is named in a comment at the end.
pub fn aws<S: AsRef<str>>(shell: &Shell, place: &Place, service: &str, operation: &str, arguments: &[S]) -> String {
    let mut line = format!("aws {service} {operation} --region {}", quoted(region(place)));
    for argument in arguments {
        line.push(' ');
        line.push_str(&quoted(argument.as_ref()));
    }
    if let Some(profile) = &shell.profile {
        line.push_str(&format!(" --profile {}", quoted(profile)));
    }
    if let Some(url) = &shell.endpoint_url {
        line.push_str(&format!(" --endpoint-url {}", quoted(url)));
    }
    if let Some(role) = &place.role {
        line.push_str(&format!(" # with the role {}", role.replace(['\n', '\r'], " ")));
    }
    line
}

/// What is in no Region, an ARC cluster, is asked for where its control plane is.
fn region(place: &Place) -> &str {
    match place.region.as_str() {
        Place::EVERYWHERE => "us-west-2",
        region => region,
    }
}

/// The line that asks all of `query`; a `curl` or `dig` line where it is not asked of AWS.
pub fn of(query: &Query, now: Moment, shell: &Shell) -> String {
    let place = query.place();
    let line = |service: &str, operation: &str, arguments: &[&str]| aws(shell, place, service, operation, arguments);
    match query {
        Query::Identity(_) => line("sts", "get-caller-identity", &[]),
        Query::SourceServers(_) => line("drs", "describe-source-servers", &[]),
        Query::RecoveryInstances(_) => line("drs", "describe-recovery-instances", &[]),
        Query::DrsJobs(_) => line("drs", "describe-jobs", &[]),
        Query::RecoverySnapshots(_, server) => {
            line("drs", "describe-recovery-snapshots", &["--source-server-id", server])
        }
        Query::DrsJob(_, job) => line("drs", "describe-jobs", &["--filters", &format!("jobIDs={job}")]),
        Query::JobLog(_, job) => line("drs", "describe-job-log-items", &["--job-id", job]),
        Query::LaunchConfiguration(_, server) => {
            line("drs", "get-launch-configuration", &["--source-server-id", server])
        }
        Query::ReplicationConfiguration(_, server) => {
            line("drs", "get-replication-configuration", &["--source-server-id", server])
        }
        Query::RecoveryPlans(_) => line("drs", "list-recovery-plans", &[]),
        Query::RecoveryPlanExecutions(_, plan) => {
            line("drs", "list-recovery-plan-executions", &["--recovery-plan-arn", plan])
        }
        Query::BackupJobs(_) => line("backup", "list-backup-jobs", &[]),
        Query::CopyJobs(_) => line("backup", "list-copy-jobs", &[]),
        Query::RestoreJobs(_) => line("backup", "list-restore-jobs", &[]),
        Query::ProtectedResources(_) => line("backup", "list-protected-resources", &[]),
        Query::RecoveryPoints(_, vault) => {
            line("backup", "list-recovery-points-by-backup-vault", &["--backup-vault-name", vault])
        }
        Query::Vault(_, vault) => line("backup", "describe-backup-vault", &["--backup-vault-name", vault]),
        Query::BackupPlans(_) => line("backup", "list-backup-plans", &[]),
        Query::BackupPlan(_, plan) => line("backup", "get-backup-plan", &["--backup-plan-id", plan]),
        Query::BackupSelections(_, plan) => line("backup", "list-backup-selections", &["--backup-plan-id", plan]),
        Query::BackupSelection(_, plan, selection) => {
            let arguments = ["--backup-plan-id", plan, "--selection-id", selection];
            line("backup", "get-backup-selection", &arguments)
        }
        Query::RestoreTestingPlans(_) => line("backup", "list-restore-testing-plans", &[]),
        Query::RestoreTestingSelections(_, plan) => {
            line("backup", "list-restore-testing-selections", &["--restore-testing-plan-name", plan])
        }
        Query::DbInstances(_) => line("rds", "describe-db-instances", &[]),
        Query::DbClusters(_) => line("rds", "describe-db-clusters", &[]),
        Query::GlobalClusters(_) => line("rds", "describe-global-clusters", &[]),
        Query::DbAutomatedBackups(_) => line("rds", "describe-db-instance-automated-backups", &[]),
        Query::DbClusterAutomatedBackups(_) => line("rds", "describe-db-cluster-automated-backups", &[]),
        Query::DbEvents(_) => line("rds", "describe-events", &["--duration", "1440"]),
        Query::HealthChecks(_) => line("route53", "list-health-checks", &[]),
        Query::HealthCheckStatus(_, check) => line("route53", "get-health-check-status", &["--health-check-id", check]),
        Query::HostedZones(_) => line("route53", "list-hosted-zones", &[]),
        Query::Records(_, zone) => line("route53", "list-resource-record-sets", &["--hosted-zone-id", zone]),
        Query::RecordChange(_, change) => line("route53", "get-change", &["--id", change]),
        Query::RestoreMetadata(_, vault, point) => line(
            "backup",
            "get-recovery-point-restore-metadata",
            &["--backup-vault-name", vault, "--recovery-point-arn", point],
        ),
        Query::SwitchSteps(_, plan, id) => {
            line("arc-region-switch", "get-plan-execution", &["--plan-arn", plan, "--execution-id", id])
        }
        Query::RecoveryPlanSteps(_, execution) => {
            line("drs", "list-recovery-plan-execution-steps", &["--recovery-plan-execution-arn", execution])
        }
        Query::Table(_, table) => line("dynamodb", "describe-table", &["--table-name", table]),
        Query::ContinuousBackups(_, table) => line("dynamodb", "describe-continuous-backups", &["--table-name", table]),
        Query::Groups(_) => line("autoscaling", "describe-auto-scaling-groups", &[]),
        Query::ScalingActivities(_, group) => {
            line("autoscaling", "describe-scaling-activities", &["--auto-scaling-group-name", group])
        }
        Query::Series(_, metric) => series(shell, place, metric, now),
        Query::Alarms(_) => line("cloudwatch", "describe-alarms", &[]),
        Query::RoutingControls(_) => {
            let of_cluster = shell.of_cluster(place);
            let (shell, place) = of_cluster.as_ref().map_or((shell, place), |(shell, place)| (shell, place));
            aws::<&str>(shell, place, CLUSTER, "list-routing-controls", &[])
        }
        Query::SwitchPlans(_) => line("arc-region-switch", "list-plans-in-region", &[]),
        Query::SwitchExecutions(_, plan) => line("arc-region-switch", "list-plan-executions", &["--plan-arn", plan]),
        Query::FileSystemReplications(_) => line("efs", "describe-replication-configurations", &[]),
        Query::GlobalDatastores(_) => {
            line("elasticache", "describe-global-replication-groups", &["--show-member-info"])
        }
        Query::DnsAnswer(_, question) => {
            let recursion = match question.server {
                DnsServer::Authoritative => " +norecurse",
                DnsServer::Resolver => "",
            };
            format!("dig {} {}{recursion}", quoted(&question.name), quoted(&question.kind))
        }
        Query::Probe(_, url) | Query::Probes(_, url, _) => {
            format!("curl --silent --show-error --include {}", quoted(url))
        }
    }
}

fn series(shell: &Shell, place: &Place, metric: &Metric, now: Moment) -> String {
    let window = match metric.window {
        Window::Recent => Span::from_mins(20),
        Window::Long => Span::from_hours(3),
    };
    let time = |moment: Moment| moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (from, to) = (time(now.saturating_sub(window).unwrap_or(now)), time(now));
    let mut arguments: Vec<String> =
        ["--namespace", &metric.namespace, "--metric-name", &metric.name].map(str::to_owned).into();
    if !metric.dimensions.is_empty() {
        arguments.push("--dimensions".to_owned());
        arguments.extend(metric.dimensions.iter().map(|(name, value)| format!("Name={name},Value={value}")));
    }
    for argument in ["--statistics", &metric.statistic, "--period", "60", "--start-time", &from, "--end-time", &to] {
        arguments.push(argument.to_owned());
    }
    aws(shell, place, "cloudwatch", "get-metric-statistics", &arguments)
}
