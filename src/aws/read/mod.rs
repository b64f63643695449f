//! Answers to Queries: one file per service turns the SDK's types into drdeck's facts.

mod alarms;
mod arc;
mod autoscaling;
mod backup;
mod backup_plans;
mod cloudwatch;
mod convert;
mod drs;
mod drs_settings;
mod dynamodb;
mod efs;
mod elasticache;
mod rds;
mod route53;
mod sts;
mod zones;

use std::borrow::Borrow;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::allowance;
use super::error::{self, Circumstances, Unread};
use super::meter::counted;
use super::session::{Clients, Session};
use crate::model::facts::Answer;
use crate::model::facts::cloudwatch::Series;
use crate::model::query::Metric;
use crate::model::{FailureKind, Moment, Query, Service};

pub use cloudwatch::SERIES_PER_CALL;

/// More pages than this are not read: a list so long is a mistake, or an endpoint that hands out tokens for ever.
const MOST_PAGES: u64 = 200;

/// The future that `make` makes, on the heap. Those of the SDK are tens of kilobytes each: made in a function of its own, one of them is on the
/// stack at a time; as plain arms of a match all of them would be.
pub(super) fn on_the_heap<F>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

/// What `asked` comes to, as the variant of `Answer`.
macro_rules! answer {
    ($variant:ident, $asked:expr) => {
        on_the_heap(move || async move { $asked.await.map(Answer::$variant) }).await
    };
    (boxed $variant:ident, $asked:expr) => {
        on_the_heap(move || async move { $asked.await.map(|found| Answer::$variant(Box::new(found))) }).await
    };
}

/// What came of a Query.
#[derive(Clone, Debug)]
pub struct ReadAnswer {
    /// The answer, or why there is none.
    pub result: Result<Answer, Unread>,
    /// The requests sent for it: one per page, and second attempts.
    pub calls: u64,
}

/// What came of several series.
#[derive(Clone, Debug)]
pub struct ReadSeries {
    /// One for each that was asked for, in the same order.
    pub results: Vec<Result<Series, Unread>>,
    /// The requests sent for all of them.
    pub calls: u64,
}

impl Session {
    /// The answer to one Query, all pages of it. `now` is the time of the clock that AWS (or the simulator) goes by: it bounds
    /// what is asked for, such as the jobs of the last days.
    pub async fn read(&self, query: &Query, now: Moment) -> ReadAnswer {
        let (result, calls) = on_the_heap(|| counted(self.answer(query, now))).await;
        ReadAnswer { result, calls }
    }

    /// Several `Query::Series` of one Place, up to [`SERIES_PER_CALL`] in one call. Any other Query among them is left out.
    pub async fn read_series(&self, queries: &[impl Borrow<Query>], now: Moment) -> ReadSeries {
        let Some(first) = queries.first().map(Borrow::borrow) else {
            return ReadSeries { results: Vec::new(), calls: 0 };
        };
        let clients = self.at(first.place()).await;
        let ask = self.ask(&clients, Service::CloudWatch, "GetMetricData");
        let metrics: Vec<Option<&Metric>> = queries
            .iter()
            .map(|query| if let Query::Series(_, metric) = query.borrow() { Some(&**metric) } else { None })
            .collect();
        let client = clients.cloudwatch();
        let (results, calls) = on_the_heap(|| counted(cloudwatch::series(&ask, &client, &metrics, now))).await;
        ReadSeries { results, calls }
    }

    fn ask<'a>(&'a self, clients: &'a Clients, service: Service, operation: &'static str) -> Ask<'a> {
        Ask { session: self, clients, service, operation, endpoint: self.access().endpoint_url.as_deref() }
    }

    async fn answer(&self, query: &Query, now: Moment) -> Result<Answer, Unread> {
        let (service, operation) = query.operation();
        let clients = self.at(query.place()).await;
        let (ask, clients) = (&self.ask(&clients, service, operation), clients.as_ref());
        match query {
            Query::Identity(_) => answer!(Identity, sts::identity(ask, &clients.sts())),
            Query::SourceServers(_) => answer!(SourceServers, drs::source_servers(ask, &clients.drs())),
            Query::RecoveryInstances(_) => answer!(RecoveryInstances, drs::recovery_instances(ask, &clients.drs())),
            Query::DrsJobs(_) => answer!(DrsJobs, drs::jobs(ask, &clients.drs(), now)),
            Query::RecoverySnapshots(_, server) => {
                answer!(RecoverySnapshots, drs::recovery_snapshots(ask, &clients.drs(), server))
            }
            Query::BackupJobs(_) => answer!(BackupJobs, backup::backup_jobs(ask, &clients.backup(), now)),
            Query::CopyJobs(_) => answer!(CopyJobs, backup::copy_jobs(ask, &clients.backup(), now)),
            Query::RestoreJobs(_) => answer!(RestoreJobs, backup::restore_jobs(ask, &clients.backup(), now)),
            Query::ProtectedResources(_) => {
                answer!(ProtectedResources, backup::protected_resources(ask, &clients.backup()))
            }
            Query::RecoveryPoints(_, vault) => {
                answer!(RecoveryPoints, backup::recovery_points(ask, &clients.backup(), vault))
            }
            Query::Vault(_, vault) => answer!(boxed Vault, backup::vault(ask, &clients.backup(), vault)),
            Query::DbInstances(_) => answer!(DbInstances, rds::instances(ask, &clients.rds())),
            Query::DbClusters(_) => answer!(DbClusters, rds::clusters(ask, &clients.rds())),
            Query::GlobalClusters(_) => answer!(GlobalClusters, rds::global_clusters(ask, &clients.rds())),
            Query::DbAutomatedBackups(_) => answer!(DbAutomatedBackups, rds::automated_backups(ask, &clients.rds())),
            Query::HealthChecks(_) => answer!(HealthChecks, route53::health_checks(ask, &clients.route53())),
            Query::HealthCheckStatus(_, id) => answer!(HealthCheckStatus, route53::status(ask, &clients.route53(), id)),
            Query::Table(_, table) => answer!(boxed Table, dynamodb::table(ask, &clients.dynamodb(), table)),
            Query::ContinuousBackups(_, table) => {
                answer!(ContinuousBackups, dynamodb::continuous_backups(ask, &clients.dynamodb(), table))
            }
            Query::Groups(_) => answer!(Groups, autoscaling::groups(ask, &clients.autoscaling())),
            Query::ScalingActivities(_, group) => {
                answer!(ScalingActivities, autoscaling::activities(ask, &clients.autoscaling(), group))
            }
            Query::Alarms(_) => answer!(Alarms, alarms::alarms(ask, &clients.cloudwatch())),
            Query::HostedZones(_) => answer!(HostedZones, zones::hosted_zones(ask, &clients.route53())),
            Query::Records(_, zone) => answer!(Records, zones::records(ask, &clients.route53(), zone)),
            Query::RestoreMetadata(_, vault, point) => {
                answer!(RestoreMetadata, backup::restore_metadata(ask, &clients.backup(), vault, point))
            }
            Query::SwitchSteps(_, plan, id) => {
                answer!(SwitchSteps, arc::steps(ask, &clients.arcregionswitch(), plan, id))
            }
            Query::RecoveryPlanSteps(_, execution) => {
                answer!(RecoveryPlanSteps, drs_settings::execution_steps(ask, &clients.drs(), execution))
            }
            Query::RecordChange(_, id) => answer!(RecordChange, zones::change(ask, &clients.route53(), id)),
            Query::DbEvents(_) => answer!(DbEvents, rds::events(ask, &clients.rds())),
            Query::DbClusterAutomatedBackups(_) => {
                answer!(DbClusterAutomatedBackups, rds::cluster_automated_backups(ask, &clients.rds()))
            }
            Query::BackupPlans(_) => answer!(BackupPlans, backup_plans::plans(ask, &clients.backup())),
            Query::BackupPlan(_, id) => answer!(BackupPlan, backup_plans::plan(ask, &clients.backup(), id)),
            Query::BackupSelections(_, plan) => {
                answer!(BackupSelections, backup_plans::selections(ask, &clients.backup(), plan))
            }
            Query::BackupSelection(_, plan, id) => {
                answer!(boxed BackupSelection, backup_plans::selection(ask, &clients.backup(), plan, id))
            }
            Query::RestoreTestingPlans(_) => {
                answer!(RestoreTestingPlans, backup_plans::restore_testing_plans(ask, &clients.backup()))
            }
            Query::RestoreTestingSelections(_, plan) => {
                answer!(
                    RestoreTestingSelections,
                    backup_plans::restore_testing_selections(ask, &clients.backup(), plan)
                )
            }
            Query::DrsJob(_, id) => answer!(DrsJobs, drs::job_of(ask, &clients.drs(), id)),
            Query::JobLog(_, job) => answer!(JobLog, drs::job_log(ask, &clients.drs(), job)),
            Query::LaunchConfiguration(_, server) => {
                answer!(boxed LaunchConfiguration, drs_settings::launch(ask, &clients.drs(), server))
            }
            Query::ReplicationConfiguration(_, server) => {
                answer!(boxed ReplicationConfiguration, drs_settings::replication(ask, &clients.drs(), server))
            }
            Query::RecoveryPlans(_) => answer!(RecoveryPlans, drs_settings::recovery_plans(ask, &clients.drs())),
            Query::RecoveryPlanExecutions(_, plan) => {
                answer!(RecoveryPlanExecutions, drs_settings::executions(ask, &clients.drs(), plan))
            }
            Query::RoutingControls(place) => answer!(RoutingControls, arc::routing_controls(ask, &place.region)),
            Query::SwitchPlans(_) => answer!(SwitchPlans, arc::plans(ask, &clients.arcregionswitch())),
            Query::SwitchExecutions(_, plan) => {
                answer!(SwitchExecutions, arc::executions(ask, &clients.arcregionswitch(), plan))
            }
            Query::FileSystemReplications(_) => answer!(FileSystemReplications, efs::replications(ask, &clients.efs())),
            Query::GlobalDatastores(_) => {
                answer!(GlobalDatastores, elasticache::global_datastores(ask, &clients.elasticache()))
            }
            Query::DnsAnswer(..) | Query::Probe(..) | Query::Probes(..) => {
                Err(Unread::new(FailureKind::Invalid, format!("{operation} is no question to AWS")))
            }
            Query::Series(_, metric) => {
                let one = on_the_heap(move || async move {
                    cloudwatch::series(ask, &clients.cloudwatch(), &[Some(&**metric)], now).await
                })
                .await;
                one.into_iter().next().unwrap_or_else(|| Err(cloudwatch::left_out())).map(Answer::Series)
            }
        }
    }
}

/// A Query on its way.
#[derive(Clone, Copy)]
struct Ask<'a> {
    session: &'a Session,
    clients: &'a Clients,
    service: Service,
    operation: &'static str,
    /// The endpoint of the configuration, if it is not AWS's own.
    endpoint: Option<&'a str>,
}

impl Ask<'_> {
    /// One call. It is on the heap before anything waits for it: a future that was handed another one has room for it twice.
    fn once<O, E>(
        &self,
        sent: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    ) -> impl Future<Output = Result<O, Unread>>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        self.settle(Box::pin(sent))
    }

    async fn settle<O, E>(
        &self,
        sent: Pin<Box<impl Future<Output = Result<O, SdkError<E, HttpResponse>>>>>,
    ) -> Result<O, Unread>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if !allowance::waits_before(self.operation) {
            self.clients.allowance().turn(self.service, self.operation).await;
        }
        let error = match sent.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let access = self.session.access();
        let about = Circumstances {
            service: self.service.as_str(),
            operation: self.operation,
            endpoint: self.endpoint,
            patience: access.patience(),
            skew: self.session.skew(),
        };
        let failure = error::of_call(&error, &about);
        if failure.kind == FailureKind::Expired {
            self.clients.credentials().forget();
        }
        Err(failure)
    }

    /// Page after page: `send` asks for the one a token names, `split` takes its items and the next token out.
    async fn pages<T, O, E, F>(
        &self,
        send: impl FnMut(Option<String>) -> F,
        split: impl Fn(O) -> (Vec<T>, Option<String>),
    ) -> Result<Vec<T>, Unread>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        self.pages_from(send, |page| {
            let (items, next) = split(page);
            (items, next.filter(|next| !next.is_empty()))
        })
        .await
    }

    /// The same where a page is named by more than a token.
    async fn pages_from<T, S, O, E, F>(
        &self,
        mut send: impl FnMut(Option<S>) -> F,
        split: impl Fn(O) -> (Vec<T>, Option<S>),
    ) -> Result<Vec<T>, Unread>
    where
        S: Clone + PartialEq,
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let mut all = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let (items, next) = split(self.once(send(token.clone())).await?);
            all.extend(items);
            match next {
                None => return Ok(all),
                Some(next) if token.as_ref() == Some(&next) => {
                    let text = format!("{} hands out the same page token again and again", self.operation);
                    return Err(Unread::new(FailureKind::Unreadable, text));
                }
                Some(next) => token = Some(next),
            }
        }
        let text = format!("{} has more than {MOST_PAGES} pages, the rest was not read", self.operation);
        Err(Unread::new(FailureKind::Unreadable, text))
    }
}
