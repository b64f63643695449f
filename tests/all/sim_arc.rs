//! Application Recovery Controller of the simulator: routing controls on five endpoints, Region switch in both of its protocols.

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::{Value as Json, json};

use crate::sim_kit::{ask, at, control, get, send, signed, simulator, target};

const ENDPOINTS: [&str; 5] = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"];

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

fn cluster(server: &Running, region: &str, operation: &str, body: &Json) -> std::io::Result<crate::sim_kit::Reply> {
    target(server, "route53-recovery-cluster", region, &format!("ToggleCustomerAPI.{operation}"), body)
}

fn switch(server: &Running, region: &str, operation: &str, body: &Json) -> crate::sim_kit::Reply {
    target(server, "arc-region-switch", region, &format!("ArcRegionSwitch.{operation}"), body).unwrap()
}

/// The states of payments' two controls, as one endpoint knows them.
fn states(server: &Running, region: &str) -> Vec<String> {
    let reply = cluster(server, region, "ListRoutingControls", &json!({})).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let controls = reply.json()["RoutingControls"].as_array().unwrap().clone();
    controls.iter().map(|control| control["RoutingControlState"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_of_the_five_endpoints_knows_every_control() {
    let server = shop(
        "[[act]]\nat = \"1h\"\nuntil = \"2h\"\nfault.routing-control = { control = \"payments-us-east-1\", state = \"Off\" }",
    );
    for (after, expected) in [("30m", ["On", "On"]), ("1h30m", ["Off", "On"]), ("2h30m", ["On", "On"])] {
        at(&server, after);
        for region in ENDPOINTS {
            assert_eq!(states(&server, region), expected, "{after} {region}");
        }
    }
    let elsewhere = cluster(&server, "eu-central-1", "ListRoutingControls", &json!({})).unwrap();
    assert_eq!(elsewhere.status, 403, "no endpoint is there");
    let other = target(&server, "dynamodb", "eu-west-1", "DynamoDB_20120810.ListTables", &json!({})).unwrap();
    assert_eq!(other.status, 403, "nor is any other service where only an endpoint is");
    server.stop();
}

#[test]
fn a_control_is_found_by_its_arn_and_by_its_panel() {
    let server = shop("");
    let first = cluster(&server, "us-west-2", "ListRoutingControls", &json!({ "MaxResults": 1 })).unwrap().json();
    let control = first["RoutingControls"][0].clone();
    let rest = json!({ "MaxResults": 1, "NextToken": first["NextToken"] });
    let rest = cluster(&server, "us-west-2", "ListRoutingControls", &rest).unwrap().json();
    assert_eq!(rest["RoutingControls"][0]["RoutingControlName"], "payments-us-west-2");
    assert!(rest.get("NextToken").is_none());
    let named = json!({ "RoutingControlArn": control["RoutingControlArn"] });
    let state = cluster(&server, "us-west-2", "GetRoutingControlState", &named).unwrap().json();
    assert_eq!(
        (&state["RoutingControlName"], &state["RoutingControlState"]),
        (&json!("payments-us-east-1"), &json!("On"))
    );
    let panel = json!({ "ControlPanelArn": control["ControlPanelArn"] });
    let of_panel = cluster(&server, "us-west-2", "ListRoutingControls", &panel).unwrap().json();
    assert_eq!(of_panel["RoutingControls"].as_array().unwrap().len(), 2);
    let refused = |operation: &str, body: Json| {
        let reply = cluster(&server, "us-west-2", operation, &body).unwrap();
        (reply.status, reply.json()["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned())
    };
    let unknown = (404, "ResourceNotFoundException".to_owned());
    assert_eq!(refused("GetRoutingControlState", json!({ "RoutingControlArn": "arn:none" })), unknown);
    assert_eq!(refused("ListRoutingControls", json!({ "ControlPanelArn": "arn:none" })), unknown);
    assert_eq!(refused("GetRoutingControlState", json!({})), (400, "ValidationException".to_owned()));
    assert_eq!(refused("ListRoutingControls", json!({ "NextToken": "x" })), (400, "ValidationException".to_owned()));
    let log = ask(&server, "/_drdeck/calls");
    let asked = log.as_array().unwrap().iter().find(|call| call["operation"] == "GetRoutingControlState").unwrap();
    assert_eq!(
        (&asked["service"], &asked["target"]),
        (&json!("route53-recovery-cluster"), &control["RoutingControlArn"])
    );
    server.stop();
}

#[test]
fn endpoints_fail_one_by_one() {
    let down = |region: &str, how: &str| {
        format!(
            "[[act]]\nfault.endpoint = {{ service = \"route53-recovery-cluster\", region = \"{region}\", how = \"{how}\" }}\n"
        )
    };
    let server = shop(&(down("us-east-1", "reset") + &down("eu-west-1", "unavailable")));
    assert!(cluster(&server, "us-east-1", "ListRoutingControls", &json!({})).is_err());
    let reply = cluster(&server, "eu-west-1", "ListRoutingControls", &json!({})).unwrap();
    let kind = reply.json()["__type"].as_str().unwrap().to_owned();
    assert_eq!((reply.status, kind.rsplit('#').next()), (503, Some("EndpointTemporarilyUnavailableException")));
    assert_eq!(states(&server, "ap-northeast-1"), ["On", "On"]);
    server.stop();
}

#[test]
fn a_scenario_knows_the_endpoints_and_controls_there_are() {
    let server = shop("");
    let refused = |fault: Json| control(&server, "/_drdeck/faults", &json!([{ "fault": fault }]));
    let endpoint = refused(json!({ "endpoint": { "service": "route53-recovery-cluster", "region": "eu-central-1" } }));
    assert_eq!(endpoint.status, 400);
    let switched = refused(json!({ "routing-control": { "control": "payments", "state": "Off" } }));
    assert!(switched.text().contains("there is no routing control"), "{}", switched.text());
    server.stop();
}

#[test]
fn health_checks_follow_their_controls_and_their_children() {
    let server = shop("[[act]]\nfault.routing-control = { control = \"payments-us-east-1\", state = \"Off\" }");
    at(&server, "10m");
    let reply = get(&server, "route53", "us-east-1", "/2013-04-01/healthcheck").unwrap().text();
    let (_, check) = reply.split_once("<Id>7c2e94d0-51bb-4f0a-8d36-1e64f3a2b211</Id>").unwrap();
    assert!(check.contains("<Type>RECOVERY_CONTROL</Type>"));
    let arns = cluster(&server, "us-west-2", "ListRoutingControls", &json!({})).unwrap().json();
    let arn = arns["RoutingControls"][0]["RoutingControlArn"].as_str().unwrap().to_owned();
    assert!(check.contains(&format!("<RoutingControlArn>{arn}</RoutingControlArn>")));
    let (_, check) = reply.split_once("<Id>7c2e94d0-51bb-4f0a-8d36-1e64f3a2b221</Id>").unwrap();
    assert!(check.contains("<Type>CALCULATED</Type>") && check.contains("<HealthThreshold>2</HealthThreshold>"));
    assert!(check.contains("<ChildHealthCheck>7c2e94d0-51bb-4f0a-8d36-1e64f3a2b211</ChildHealthCheck>"));
    let health = |end: &str| {
        let id = format!("7c2e94d0-51bb-4f0a-8d36-1e64f3a2b2{end}");
        crate::sim_kit::series(&server, "us-east-1", ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", &id), 5)[0].1
    };
    assert_eq!(["01", "11", "21"].map(health), [1.0, 0.0, 0.0], "its servers are well, and users are kept away");
    assert_eq!(["02", "12", "22"].map(health), [1.0, 1.0, 1.0]);
    server.stop();
}

#[test]
fn a_region_switch_plan_is_told_by_its_own_regions() {
    let server = shop("");
    let plans = switch(&server, "us-west-2", "ListPlansInRegion", &json!({})).json();
    let plan = plans["plans"][0].clone();
    assert_eq!((&plan["name"], &plan["recoveryApproach"]), (&json!("storefront"), &json!("activePassive")));
    assert_eq!(plan["recoveryTimeObjectiveMinutes"], 15);
    assert_eq!(switch(&server, "us-east-2", "ListPlansInRegion", &json!({})).json()["plans"], json!([]));
    assert_eq!(switch(&server, "us-east-2", "ListPlans", &json!({})).json(), plans, "all, from us-east-1");
    let whole = switch(&server, "us-west-2", "GetPlanInRegion", &json!({ "arn": plan["arn"] })).json()["plan"].clone();
    let blocks: Vec<&str> = whole["workflows"][1]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["executionBlockType"].as_str().unwrap())
        .collect();
    assert_eq!(blocks, ["ManualApproval", "AuroraGlobalDatabase", "EC2AutoScaling", "Route53HealthCheck"]);
    assert_eq!(whole["workflows"][1]["workflowTargetRegion"], "us-west-2");
    let refused = switch(&server, "us-east-2", "GetPlanInRegion", &json!({ "arn": plan["arn"] }));
    assert_eq!(refused.status, 404);
    assert!(refused.json()["__type"].as_str().unwrap().ends_with("#ResourceNotFoundException"));
    server.stop();
}

#[test]
fn the_control_plane_of_region_switch_is_in_us_east_1_alone() {
    let server =
        shop("[[act]]\nfault.endpoint = { service = \"arc-region-switch\", region = \"us-east-1\", how = \"error\" }");
    assert_eq!(switch(&server, "us-west-2", "ListPlans", &json!({})).status, 500);
    assert_eq!(switch(&server, "us-west-2", "ListPlansInRegion", &json!({})).status, 200);
    server.stop();
}

#[test]
fn executions_are_told_step_by_step_and_stand_where_they_failed() {
    let failing = demo::ESTATE.replace(
        "{ ago = \"33d1h\", region = \"us-east-1\", comment = \"game day: and back\" },",
        "{ ago = \"10m\", region = \"us-west-2\", fails_at = \"database\", mode = \"ungraceful\" },",
    );
    let server = simulator(&failing, "");
    let arn = switch(&server, "us-west-2", "ListPlansInRegion", &json!({})).json()["plans"][0]["arn"].clone();
    let list = |region: &str| {
        switch(&server, region, "ListPlanExecutions", &json!({ "planArn": arn })).json()["items"].clone()
    };
    let all = list("us-west-2");
    assert_eq!(all.as_array().unwrap().len(), 2, "newest first: {all}");
    let past = &all[1];
    assert_eq!((&past["executionState"], &past["actualRecoveryTime"]), (&json!("completed"), &json!("PT11M15S")));
    assert_eq!(list("us-east-1"), json!([]), "which has carried none out");
    let named = |execution: &Json| json!({ "planArn": arn, "executionId": execution["executionId"] });
    let steps = |execution: &Json| -> Vec<String> {
        let whole = switch(&server, "us-west-2", "GetPlanExecution", &named(execution)).json();
        whole["stepStates"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(steps(past), ["completed"; 4]);
    let running = list("us-west-2")[0].clone();
    assert_eq!(running["executionState"], "inProgress");
    assert_eq!(steps(&running), ["completed", "running", "notStarted", "notStarted"]);
    let active = switch(&server, "us-west-2", "ListPlansInRegion", &json!({})).json();
    assert_eq!(active["plans"][0]["activePlanExecution"], running["executionId"]);
    at(&server, "10m");
    let stuck = list("us-west-2")[0].clone();
    assert_eq!((&stuck["executionState"], stuck.get("endTime")), (&json!("pausedByFailedStep"), None));
    assert_eq!(steps(&stuck), ["completed", "failed", "notStarted", "notStarted"]);
    let page = json!({ "planArn": arn, "executionId": stuck["executionId"], "maxResults": 3 });
    let page = switch(&server, "us-west-2", "GetPlanExecution", &page).json();
    assert!(page["stepStates"].as_array().unwrap().len() == 3 && page["nextToken"].is_string(), "pages of steps");
    let wanted = json!({ "planArn": arn, "state": "completed" });
    assert_eq!(
        switch(&server, "us-west-2", "ListPlanExecutions", &wanted).json()["items"].as_array().unwrap().len(),
        1
    );
    for (wrong, status) in
        [(json!({ "planArn": "arn:none" }), 404), (json!({ "planArn": arn, "maxResults": 101 }), 400)]
    {
        assert_eq!(switch(&server, "us-west-2", "ListPlanExecutions", &wrong).status, status, "{wrong}");
    }
    server.stop();
}

#[test]
fn region_switch_speaks_cbor_too() {
    let server = shop("");
    let headers = [
        ("authorization", &*signed("arc-region-switch", "us-west-2")),
        ("content-type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
    ];
    let path = "/service/ArcRegionSwitch/operation/ListPlansInRegion";
    let reply = send(&server, "POST", path, &headers, &[0xa0]).unwrap();
    assert_eq!((reply.status, reply.header("smithy-protocol")), (200, Some("rpc-v2-cbor")));
    let body: ciborium::Value = ciborium::from_reader(reply.body.as_slice()).unwrap();
    let text = format!("{body:?}");
    assert!(text.contains("storefront") && text.contains("Tag(1"), "moments are tagged: {text}");
    server.stop();
}

#[test]
fn an_estate_whose_plans_name_what_there_is_not_is_refused() {
    let refused = |old: &str, new: &str| {
        assert!(demo::ESTATE.contains(old), "{old}");
        let estate = demo::ESTATE.replacen(old, new, 1);
        drdeck::sim::parse_estate("estate.toml", &estate).unwrap_err().to_string()
    };
    let says = |old: &str, new: &str, words: &str| {
        let told = refused(old, new);
        assert!(told.contains(words), "{told}");
        assert!(told.starts_with("estate.toml:"), "where it stands: {told}");
    };
    says(
        "routing_control = \"payments-us-east-1\"",
        "routing_control = \"payments\"",
        "there is no routing control \"payments\"",
    );
    says("name = \"payments-us-east-1\", state", "name = \"payments us-east-1\", state", "have no spaces");
    says("aurora = \"shop\"", "aurora = \"shep\"", "there is no global cluster \"shep\"");
    says("group = \"storefront-web\", percent", "group = \"storefront\", percent", "there is no Auto Scaling group");
    says(
        "{ ago = \"33d4h\", region = \"us-west-2\"",
        "{ ago = \"33d4h\", region = \"us-east-2\"",
        "not one of its Regions",
    );
    says("wait = \"5m\"", "servers = [], optional = []", "either `servers` or `wait`");
    says("servers = [\"s-3a1f60c27b94d8e07\"]", "servers = [\"s-8c5d2e91f0b7a4360\"]", "has no server");
    says("optional = [\"s-3a1f60c27b94d8e06\"]", "optional = [\"s-3a1f60c27b94d8e07\"]", "not among its servers");
}
