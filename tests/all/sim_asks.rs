//! Asks the simulator's services without a server: an estate and acts in TOML, a moment, an operation.

use std::sync::Arc;

use drdeck::sim::call::Call;
use drdeck::sim::time::Span;
use drdeck::sim::timeline::Timeline;
use drdeck::sim::wire::AwsError;
use drdeck::sim::{Moment, World, parse_estate, parse_scenario, services};
use serde_json::{Value as Json, json};

/// When the simulators of these tests are started.
pub(crate) const START: &str = "2026-11-20T12:00:00Z";

/// A simulated world at its start.
pub(crate) struct Asked {
    pub world: World,
}

/// A world from the TOML of an estate and of the acts of a scenario.
pub(crate) fn world(estate: &str, acts: &str) -> Asked {
    let head = "name = \"test\"\naccount = \"111122223333\"\nregions = [\"us-east-1\", \"us-west-2\", \"us-east-2\"]\n";
    world_of(&format!("{head}{estate}"), &format!("name = \"test\"\nstory = \"\"\n{acts}"))
}

/// A world from the whole files of an estate and of a scenario.
pub(crate) fn world_of(estate: &str, scenario: &str) -> Asked {
    let estate = parse_estate("estate", estate).unwrap();
    let scenario = parse_scenario("scenario", scenario).unwrap();
    let start = Moment::parse(START).unwrap();
    let mut timeline = Timeline::default();
    timeline.add(&scenario.acts, start);
    Asked { world: World { estate: Arc::new(estate), timeline: Arc::new(timeline), seed: 1, start, now: start } }
}

impl Asked {
    /// The same world that long after its start.
    pub(crate) fn after(&self, span: &str) -> Self {
        Self { world: self.world.at(self.world.start + Span::parse(span).unwrap()) }
    }

    /// The body of the answer, as text.
    pub(crate) fn text(
        &self,
        service: &str,
        region: &str,
        operation: &str,
        parameters: Json,
    ) -> Result<String, AwsError> {
        let service = services::find(service).unwrap();
        let operation = service.operations.iter().find(|known| known.name == operation).unwrap();
        let call = self.call(service.name, region, operation.name, parameters);
        let value = operation.ask(&self.world, &call)?;
        Ok(String::from_utf8(service.protocols[0].encode(operation, &value, "request").body).unwrap())
    }

    /// A call as the frame would pass it on.
    pub(crate) fn call(&self, service: &'static str, region: &str, operation: &'static str, parameters: Json) -> Call {
        Call {
            service,
            region: region.to_owned(),
            account: self.world.estate.account.clone(),
            access_key: "demo".to_owned(),
            session_token: None,
            operation,
            parameters,
        }
    }

    /// The answer of a rest-json service.
    pub(crate) fn json(&self, service: &str, region: &str, operation: &str, parameters: Json) -> Json {
        serde_json::from_str(&self.text(service, region, operation, parameters).unwrap()).unwrap()
    }

    /// The code of the refusal.
    pub(crate) fn refusal(
        &self,
        service: &str,
        region: &str,
        operation: &str,
        parameters: Json,
    ) -> (u16, &'static str) {
        let error = self.text(service, region, operation, parameters).unwrap_err();
        (error.status, error.code)
    }

    /// Every item of a list, asked for in pages of that size.
    pub(crate) fn pages(
        &self,
        service: &str,
        region: &str,
        operation: &str,
        size: usize,
        parameters: &Json,
    ) -> Vec<Json> {
        let (list, token, limit) = match service {
            "drs" => ("items", "nextToken", "maxResults"),
            _ => (list_of(operation), "NextToken", "maxResults"),
        };
        let mut all = Vec::new();
        let mut asked = parameters.clone();
        asked[limit] = json!(size);
        loop {
            let page = self.json(service, region, operation, asked.clone());
            let items = page[list].as_array().unwrap();
            assert!(items.len() <= size, "{operation}: {} items on a page of {size}", items.len());
            all.extend(items.iter().cloned());
            match page.get(token) {
                Some(next) => asked["nextToken"] = next.clone(),
                None => return all,
            }
        }
    }
}

fn list_of(operation: &str) -> &'static str {
    match operation {
        "ListBackupJobs" => "BackupJobs",
        "ListCopyJobs" => "CopyJobs",
        "ListRestoreJobs" => "RestoreJobs",
        "ListProtectedResources" => "Results",
        "ListBackupVaults" => "BackupVaultList",
        _ => "RecoveryPoints",
    }
}

/// Epoch seconds as a moment's text.
pub(crate) fn moment(seconds: &Json) -> Moment {
    Moment::from_seconds(seconds.as_f64().unwrap())
}
