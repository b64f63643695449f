//! Answers to Queries: one file per service turns the SDK's types into drdeck's facts.

mod autoscaling;
mod backup;
mod cloudwatch;
mod convert;
mod drs;
mod dynamodb;
mod rds;
mod route53;
mod sts;

use std::error::Error;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

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
        let (result, calls) = counted(self.answer(query, now)).await;
        ReadAnswer { result, calls }
    }

    /// Several `Query::Series` of one Place, up to [`SERIES_PER_CALL`] in one call. Any other Query among them is left out.
    pub async fn read_series(&self, queries: &[Query], now: Moment) -> ReadSeries {
        let Some(first) = queries.first() else { return ReadSeries { results: Vec::new(), calls: 0 } };
        let clients = self.at(first.place()).await;
        let ask = Ask { session: self, clients: &clients, service: Service::CloudWatch, operation: "GetMetricData" };
        let metrics: Vec<Option<&Metric>> = queries
            .iter()
            .map(|query| if let Query::Series(_, metric) = query { Some(metric) } else { None })
            .collect();
        let (results, calls) = counted(cloudwatch::series(&ask, &clients.cloudwatch(), &metrics, now)).await;
        ReadSeries { results, calls }
    }

    async fn answer(&self, query: &Query, now: Moment) -> Result<Answer, Unread> {
        let (service, operation) = query.operation();
        let clients = self.at(query.place()).await;
        let ask = Ask { session: self, clients: &clients, service, operation };
        match query {
            Query::Identity(_) => sts::identity(&ask, &clients.sts()).await.map(Answer::Identity),
            Query::SourceServers(_) => drs::source_servers(&ask, &clients.drs()).await.map(Answer::SourceServers),
            Query::RecoveryInstances(_) => {
                drs::recovery_instances(&ask, &clients.drs()).await.map(Answer::RecoveryInstances)
            }
            Query::DrsJobs(_) => drs::jobs(&ask, &clients.drs(), now).await.map(Answer::DrsJobs),
            Query::RecoverySnapshots(_, server) => {
                drs::recovery_snapshots(&ask, &clients.drs(), server).await.map(Answer::RecoverySnapshots)
            }
            Query::BackupJobs(_) => backup::backup_jobs(&ask, &clients.backup(), now).await.map(Answer::BackupJobs),
            Query::CopyJobs(_) => backup::copy_jobs(&ask, &clients.backup(), now).await.map(Answer::CopyJobs),
            Query::RestoreJobs(_) => backup::restore_jobs(&ask, &clients.backup(), now).await.map(Answer::RestoreJobs),
            Query::ProtectedResources(_) => {
                backup::protected_resources(&ask, &clients.backup()).await.map(Answer::ProtectedResources)
            }
            Query::RecoveryPoints(_, vault) => {
                backup::recovery_points(&ask, &clients.backup(), vault).await.map(Answer::RecoveryPoints)
            }
            Query::Vault(_, vault) => backup::vault(&ask, &clients.backup(), vault).await.map(Answer::Vault),
            Query::DbInstances(_) => rds::instances(&ask, &clients.rds()).await.map(Answer::DbInstances),
            Query::DbClusters(_) => rds::clusters(&ask, &clients.rds()).await.map(Answer::DbClusters),
            Query::GlobalClusters(_) => rds::global_clusters(&ask, &clients.rds()).await.map(Answer::GlobalClusters),
            Query::DbAutomatedBackups(_) => {
                rds::automated_backups(&ask, &clients.rds()).await.map(Answer::DbAutomatedBackups)
            }
            Query::HealthChecks(_) => route53::health_checks(&ask, &clients.route53()).await.map(Answer::HealthChecks),
            Query::HealthCheckStatus(_, id) => {
                route53::status(&ask, &clients.route53(), id).await.map(Answer::HealthCheckStatus)
            }
            Query::Table(_, table) => dynamodb::table(&ask, &clients.dynamodb(), table).await.map(Answer::Table),
            Query::ContinuousBackups(_, table) => {
                dynamodb::continuous_backups(&ask, &clients.dynamodb(), table).await.map(Answer::ContinuousBackups)
            }
            Query::Groups(_) => autoscaling::groups(&ask, &clients.autoscaling()).await.map(Answer::Groups),
            Query::Series(_, metric) => {
                let one = cloudwatch::series(&ask, &clients.cloudwatch(), &[Some(metric)], now).await;
                one.into_iter().next().unwrap_or_else(|| Err(cloudwatch::left_out())).map(Answer::Series)
            }
        }
    }
}

/// A Query on its way.
struct Ask<'a> {
    session: &'a Session,
    clients: &'a Clients,
    service: Service,
    operation: &'static str,
}

impl Ask<'_> {
    /// One call.
    async fn once<O, E>(&self, sent: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>) -> Result<O, Unread>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let error = match sent.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let access = self.session.access();
        let about = Circumstances {
            service: self.service,
            operation: self.operation,
            endpoint: access.endpoint_url.as_deref(),
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
        mut send: impl FnMut(Option<String>) -> F,
        split: impl Fn(O) -> (Vec<T>, Option<String>),
    ) -> Result<Vec<T>, Unread>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        let mut all = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let (items, next) = split(self.once(send(token.clone())).await?);
            all.extend(items);
            match next.filter(|next| !next.is_empty()) {
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
