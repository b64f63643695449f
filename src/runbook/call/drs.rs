//! Changes of Elastic Disaster Recovery. None takes a client token: those that start a job carry the intent as a tag.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::IntentId;
use super::Change;
use crate::model::Place;

/// The tag of a job that names the request which started it.
pub const INTENT: &str = "dr-intent";

/// The tag of a job that names the run it belongs to.
pub const RUN: &str = "dr-run";

/// Whether machines are launched to serve or to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Launch {
    /// To serve.
    Recovery,
    /// To be tried.
    Drill,
}

/// A server and the point in time it is launched from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// The source server, `s-…`.
    pub server: String,
    /// The point, `pit-…`; without one DRS takes a new one.
    pub snapshot: Option<String>,
}

/// `StartRecovery`: launches servers, 100 at most. Sent again after its job ended it launches them again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartRecovery {
    /// Where.
    pub place: Place,
    /// What for.
    pub launch: Launch,
    /// The servers, and their points.
    pub servers: Vec<Pinned>,
}

/// `StartFailbackLaunch`: ends the failback of machines on premises, whose failback clients reboot into them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartFailbackLaunch {
    /// Where the recovery instances run.
    pub place: Place,
    /// The recovery instances, `i-…`.
    pub instances: Vec<String>,
}

/// `ReverseReplication`: a recovery instance replicates back to where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReverseReplication {
    /// Where the recovery instance runs.
    pub place: Place,
    /// The recovery instance, `i-…`.
    pub instance: String,
}

/// `StopReplication`: a source server replicates no more, and all its points in time are deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StopReplication {
    /// Where it is replicated to.
    pub place: Place,
    /// The source server, `s-…`.
    pub server: String,
}

/// `TerminateRecoveryInstances`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TerminateInstances {
    /// Where they run.
    pub place: Place,
    /// The recovery instances, `i-…`.
    pub instances: Vec<String>,
}

/// `StartRecoveryPlanExecution`: sent again under the same token it starts no other execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartRecoveryPlan {
    /// Where.
    pub place: Place,
    /// The plan's ARN.
    pub plan: String,
    /// What for.
    pub launch: Launch,
}

impl StartRecoveryPlan {
    /// AWS's word for what it is for.
    pub const fn mode_of(launch: Launch) -> &'static str {
        match launch {
            Launch::Recovery => "RECOVERY",
            Launch::Drill => "DRILL",
        }
    }
}

impl Change for StartRecoveryPlan {
    fn service(&self) -> &'static str {
        "drs"
    }

    fn operation(&self) -> &'static str {
        "StartRecoveryPlanExecution"
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn target(&self) -> String {
        self.plan.clone()
    }

    fn cli_remark(&self) -> Option<&'static str> {
        Some("needs an AWS CLI that knows the recovery plans of DRS: 2.35 does not")
    }

    fn parameters(&self, intent: IntentId) -> Json {
        json!({
            "recoveryPlanArn": self.plan,
            "mode": Self::mode_of(self.launch),
            "clientToken": intent.to_string(),
            "tags": tags(intent),
        })
    }
}

fn tags(intent: IntentId) -> Json {
    json!({ INTENT: intent.to_string(), RUN: intent.run.to_string() })
}

change!(
    StartRecovery,
    "drs",
    "StartRecovery",
    |change| change.servers.iter().map(|pinned| pinned.server.as_str()).collect::<Vec<_>>().join(", "),
    |intent| {
        let servers: Vec<Json> = change.servers.iter().map(Pinned::parameters).collect();
        json!({ "sourceServers": servers, "isDrill": change.launch == Launch::Drill, "tags": tags(intent) })
    }
);

change!(StartFailbackLaunch, "drs", "StartFailbackLaunch", |change| change.instances.join(", "), |intent| {
    json!({ "recoveryInstanceIDs": change.instances, "tags": tags(intent) })
});

change!(ReverseReplication, "drs", "ReverseReplication", |change| change.instance.clone(), |_| {
    json!({ "recoveryInstanceID": change.instance })
});

change!(StopReplication, "drs", "StopReplication", |change| change.server.clone(), |_| {
    json!({ "sourceServerID": change.server })
});

change!(TerminateInstances, "drs", "TerminateRecoveryInstances", |change| change.instances.join(", "), |_| {
    json!({ "recoveryInstanceIDs": change.instances })
});

impl Pinned {
    fn parameters(&self) -> Json {
        match &self.snapshot {
            Some(snapshot) => json!({ "sourceServerID": self.server, "recoverySnapshotID": snapshot }),
            None => json!({ "sourceServerID": self.server }),
        }
    }
}
