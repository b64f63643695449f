//! The services: one folder each, with a list of its operations and one file per resource.

pub mod autoscaling;
pub mod backup;
pub mod cloudwatch;
pub mod drs;
pub mod dynamodb;
pub mod efs;
pub mod elasticache;
pub mod paging;
pub mod rds;
pub mod recovery_cluster;
pub mod region_switch;
pub mod route53;
pub mod sns;
pub mod sts;

use super::World;
use super::call::Call;
use super::estate::Estate;
use super::wire::{AwsError, Protocol, Value};

/// One service, as one port of it would be.
#[derive(Debug)]
pub struct Service {
    /// Its name in the SigV4 scope.
    pub name: &'static str,
    /// The protocols it speaks.
    pub protocols: &'static [Protocol],
    /// The operations it serves.
    pub operations: &'static [Operation],
}

impl Service {
    /// Its operation of that name.
    pub fn operation(&'static self, name: &str) -> Option<&'static Operation> {
        self.operations.iter().find(|operation| operation.name == name)
    }
}

/// How a REST request is recognised.
#[derive(Clone, Copy, Debug)]
pub enum Route {
    /// By its name: form `Action`, `X-Amz-Target`, or the CBOR path.
    Name,
    /// By method and path; `{label}` matches one segment and becomes a parameter. A trailing slash is ignored.
    Path(&'static str, &'static str),
}

/// One operation of a service.
#[derive(Debug)]
pub struct Operation {
    /// Its name in the service model.
    pub name: &'static str,
    /// How a request for it is recognised.
    pub route: Route,
    /// The parameter that names what it is about, for the call log.
    pub target: Option<&'static str>,
    /// The one Region that answers it, whichever was asked: where the control plane of a global service is.
    pub home: Option<&'static str>,
    /// What is said to a call about the same thing while another one is still being carried out; `None` where both are.
    pub alone: Option<fn(&Call) -> AwsError>,
    /// The HTTP status of an answer, where the protocol lets an operation choose.
    pub status: u16,
    /// Answers it.
    pub run: Run,
}

/// What answers a call that reads: a pure function of the world at one moment.
pub type Read = fn(&World, &Call) -> Result<Value, AwsError>;

/// What carries out a call that changes: given the world as it was, it changes the estate and answers; a refusal changes nothing.
/// What takes time is written down as the moment at which it began, and read as far as it has come.
pub type Change = fn(&mut Estate, &World, &Call) -> Result<Changed, AwsError>;

/// What came of a change that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The answer.
    pub answer: Value,
    /// Whether anything was changed; a token that was used before changes nothing.
    pub applied: bool,
}

impl Changed {
    /// It was carried out.
    pub const fn applied(answer: Value) -> Self {
        Self { answer, applied: true }
    }
}

/// What answers a call.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// A read.
    Reads(Read),
    /// A change.
    Changes(Change),
}

impl Operation {
    /// A read of awsQuery, awsJson or CBOR.
    pub const fn read(name: &'static str, run: Read) -> Self {
        Self { name, route: Route::Name, target: None, home: None, alone: None, status: 200, run: Run::Reads(run) }
    }

    /// A change of awsQuery, awsJson or CBOR.
    pub const fn change(name: &'static str, run: Change) -> Self {
        Self { name, route: Route::Name, target: None, home: None, alone: None, status: 200, run: Run::Changes(run) }
    }

    /// A read of rest-json or rest-xml: `Operation::rest("GET", "/backup-vaults/{backupVaultName}", "DescribeBackupVault", f)`.
    pub const fn rest(method: &'static str, path: &'static str, name: &'static str, run: Read) -> Self {
        Self {
            name,
            route: Route::Path(method, path),
            target: None,
            home: None,
            alone: None,
            status: 200,
            run: Run::Reads(run),
        }
    }

    /// A change of rest-json or rest-xml.
    pub const fn rest_change(method: &'static str, path: &'static str, name: &'static str, run: Change) -> Self {
        Self {
            name,
            route: Route::Path(method, path),
            target: None,
            home: None,
            alone: None,
            status: 200,
            run: Run::Changes(run),
        }
    }

    /// What a read answers, or what a change would, of that world; nothing is kept.
    pub fn ask(&self, world: &World, call: &Call) -> Result<Value, AwsError> {
        match self.run {
            Run::Reads(read) => read(world, call),
            Run::Changes(change) => {
                change(&mut Estate::clone(&world.estate), world, call).map(|changed| changed.answer)
            }
        }
    }

    /// Names the parameter that says what the operation is about.
    #[must_use]
    pub const fn about(mut self, parameter: &'static str) -> Self {
        self.target = Some(parameter);
        self
    }

    /// Names what is said to a call about a thing while another one about it is still being carried out.
    #[must_use]
    pub const fn one_at_a_time(mut self, refusal: fn(&Call) -> AwsError) -> Self {
        self.alone = Some(refusal);
        self
    }

    /// Names the HTTP status of an answer.
    #[must_use]
    pub const fn answers(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Names the Region that answers it, whichever was asked.
    #[must_use]
    pub const fn at_home_in(mut self, region: &'static str) -> Self {
        self.home = Some(region);
        self
    }
}

/// Every service of the simulator.
pub static SERVICES: &[&Service] = &[
    &autoscaling::SERVICE,
    &backup::SERVICE,
    &cloudwatch::SERVICE,
    &drs::SERVICE,
    &dynamodb::SERVICE,
    &efs::SERVICE,
    &elasticache::SERVICE,
    &rds::SERVICE,
    &recovery_cluster::SERVICE,
    &region_switch::SERVICE,
    &route53::SERVICE,
    &sns::SERVICE,
    &sts::SERVICE,
];

/// The service of that SigV4 name.
pub fn find(name: &str) -> Option<&'static Service> {
    SERVICES.iter().copied().find(|service| service.name == name)
}
