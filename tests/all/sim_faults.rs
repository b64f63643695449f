//! Every kind of fault that an API can have: what a client sees of it, and when it is over.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::sim_kit::{ESTATE, Reply, ask, at, control, get, query, signed, simulator, target};

const INSTANCES: &str = "Action=DescribeDBInstances";

fn metrics(server: &drdeck::sim::Running, region: &str) -> std::io::Result<Reply> {
    target(server, "monitoring", region, "GraniteServiceVersion20100801.ListMetrics", &json!({}))
}

#[test]
fn a_reset_comes_before_any_answer_and_from_that_region_only() {
    let server =
        simulator(ESTATE, "[[act]]\nat = \"5m\"\nuntil = \"10m\"\nfault.endpoint = { region = \"us-east-1\" }\n");
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
    at(&server, "5m");
    let error = query(&server, "rds", "us-east-1", INSTANCES).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    assert_eq!(metrics(&server, "us-east-1").unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(query(&server, "rds", "us-west-2", INSTANCES).unwrap().status, 200);
    // Route 53 is global: a Region's endpoints are not its own.
    assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/healthcheck").unwrap().status, 200);
    at(&server, "10m");
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
    let calls = ask(&server, "/_drdeck/calls");
    assert_eq!(calls[1]["status"], Json::Null, "no answer was given");
}

#[test]
fn one_service_of_one_region_can_be_down_alone() {
    let acts = "[[act]]\nfault.endpoint = { service = \"rds\", region = \"us-west-2\", how = \"error\" }\n\
                [[act]]\nfault.endpoint = { service = \"monitoring\", region = \"us-west-2\", how = \"unavailable\" }\n\
                [[act]]\nfault.endpoint = { service = \"route53\" }\n";
    let server = simulator(ESTATE, acts);
    let rds = query(&server, "rds", "us-west-2", INSTANCES).unwrap();
    assert_eq!((rds.status, rds.element("Type").unwrap().as_str()), (500, "Receiver"));
    assert_eq!(rds.element("Code").unwrap(), "InternalFailure");
    assert_eq!(metrics(&server, "us-west-2").unwrap().status, 503);
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
    assert!(get(&server, "route53", "us-west-2", "/2013-04-01/healthcheck").is_err());
}

#[test]
fn a_hanging_endpoint_accepts_and_says_nothing_and_does_not_hold_up_the_others() {
    let server = simulator(ESTATE, "[[act]]\nfault.endpoint = { region = \"us-east-1\", how = \"hang\" }\n");
    let mut hanging: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = TcpStream::connect(server.addr).unwrap();
            let head = format!(
                "POST / HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                 content-length: {}\r\n\r\n{INSTANCES}",
                signed("rds", "us-east-1"),
                INSTANCES.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
            stream
        })
        .collect();
    let error = hanging[0].read(&mut [0; 16]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    let began = Instant::now();
    assert_eq!(query(&server, "rds", "us-west-2", INSTANCES).unwrap().status, 200);
    assert!(began.elapsed() < Duration::from_secs(2));
    // Stopping does not wait for those that hang.
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn throttling_speaks_each_protocols_words() {
    let server = simulator(
        ESTATE,
        "[[act]]\nfault.throttle = { region = \"us-west-2\" }\n[[act]]\nfault.throttle = { service = \"route53\" }\n",
    );
    let rds = query(&server, "rds", "us-west-2", INSTANCES).unwrap();
    assert_eq!(
        (rds.status, rds.element("Code").unwrap(), rds.element("Message").unwrap()),
        (400, "Throttling".into(), "Rate exceeded".into())
    );
    let route53 = get(&server, "route53", "us-east-1", "/2013-04-01/healthcheck").unwrap();
    assert_eq!((route53.status, route53.element("Code").unwrap().as_str()), (400, "Throttling"));
    let cloudwatch = metrics(&server, "us-west-2").unwrap();
    assert_eq!(cloudwatch.status, 400);
    assert!(cloudwatch.json()["__type"].as_str().unwrap().ends_with("#ThrottlingException"));
    let drs = crate::sim_kit::send(
        &server,
        "POST",
        "/DescribeSourceServers",
        &[("authorization", &signed("drs", "us-west-2"))],
        b"{}",
    )
    .unwrap();
    assert_eq!((drs.status, drs.header("x-amzn-errortype")), (429, Some("ThrottlingException")));
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
}

#[test]
fn a_share_of_the_calls_is_throttled() {
    let server = simulator(ESTATE, "[[act]]\nfault.throttle = { share = 0.5, operation = \"DescribeDBInstances\" }\n");
    let refused = (0..60).filter(|_| query(&server, "rds", "us-east-1", INSTANCES).unwrap().status == 400).count();
    assert!((10..=50).contains(&refused), "{refused} of 60");
    assert_eq!(query(&server, "rds", "us-east-1", "Action=DescribeDBClusters").unwrap().status, 200);
}

#[test]
fn route_53_has_the_buckets_of_aws() {
    let server = simulator(ESTATE, "");
    let path = "/2013-04-01/healthcheck/00000000-0000-4000-a000-000000000001/status";
    let codes: Vec<u16> = (0..8).map(|_| get(&server, "route53", "us-east-1", path).unwrap().status).collect();
    assert_eq!(codes[..4], [200; 4], "a burst of four");
    assert_eq!(codes[4..], [400; 4], "then one per second");
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(get(&server, "route53", "us-east-1", path).unwrap().status, 200);
    assert_eq!(get(&server, "route53", "us-east-1", "/2013-04-01/healthcheck").unwrap().status, 200, "its own bucket");
    let refused =
        (0..80).filter(|_| get(&server, "route53", "us-east-1", "/2013-04-01/healthcheck").unwrap().status == 400);
    assert!(refused.count() >= 10, "fifty of the account, and ten per second");
}

#[test]
fn answers_can_be_slow_in_wall_time() {
    let server = simulator(
        ESTATE,
        "[[act]]\nfault.latency = { service = \"rds\", region = \"us-east-1\", delay = \"400ms\" }\n",
    );
    let took = |region: &str| {
        let began = Instant::now();
        query(&server, "rds", region, INSTANCES).unwrap();
        began.elapsed()
    };
    assert!(took("us-east-1") >= Duration::from_millis(400));
    assert!(took("us-west-2") < Duration::from_millis(300));
}

#[test]
fn a_lost_answer_is_lost_after_the_call_was_carried_out() {
    let server =
        simulator(ESTATE, "[[act]]\nuntil = \"1m\"\nfault.lost-answer = { operation = \"DescribeDBInstances\" }\n");
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap_err().kind(), ErrorKind::ConnectionReset);
    let calls = ask(&server, "/_drdeck/calls");
    assert_eq!((&calls[0]["operation"], &calls[0]["status"]), (&json!("DescribeDBInstances"), &Json::Null));
    assert_eq!(query(&server, "rds", "us-east-1", "Action=DescribeDBClusters").unwrap().status, 200);
}

#[test]
fn an_answer_is_lost_as_an_error_or_comes_too_late() {
    let server = simulator(ESTATE, "");
    let lose = |how: serde_json::Value| {
        let acts = json!([{ "fault": { "lost-answer": how }, "times": 1 }]);
        assert_eq!(control(&server, "/_drdeck/faults", &acts).status, 200);
    };
    lose(json!({ "operation": "DescribeDBInstances", "how": "error" }));
    let error = query(&server, "rds", "us-east-1", INSTANCES).unwrap();
    assert_eq!((error.status, error.element("Code").unwrap().as_str()), (500, "InternalFailure"));
    lose(json!({ "operation": "DescribeDBInstances", "how": "late", "delay": "700ms" }));
    let began = Instant::now();
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
    assert!(began.elapsed() >= Duration::from_millis(700));
    let began = Instant::now();
    assert_eq!(query(&server, "rds", "us-east-1", INSTANCES).unwrap().status, 200);
    assert!(began.elapsed() < Duration::from_millis(700), "only once");
    let calls = ask(&server, "/_drdeck/calls");
    let statuses: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["status"].clone()).collect();
    assert_eq!(statuses, [json!(500), serde_json::Value::Null, json!(200)]);
}

#[test]
fn a_fault_that_is_counted_is_over_after_so_many_calls() {
    let server = simulator(
        ESTATE,
        "[[act]]\ntimes = 2\nfault.endpoint = { service = \"rds\", region = \"us-east-1\", how = \"error\" }\n",
    );
    let ask_in = |region: &str| query(&server, "rds", region, INSTANCES).unwrap().status;
    let expected = [("us-west-2", 200), ("us-east-1", 500), ("us-west-2", 200), ("us-east-1", 500), ("us-east-1", 200)];
    for (region, status) in expected {
        assert_eq!(ask_in(region), status, "{region}");
    }
    for fault in [
        json!({ "throttle": { "operation": "DescribeDBInstances" } }),
        json!({ "denied": { "operation": "DescribeDBInstances" } }),
        json!({ "expired-credentials": { "operation": "DescribeDBInstances" } }),
    ] {
        let acts = json!([{ "fault": fault, "times": 1 }]);
        assert_eq!(control(&server, "/_drdeck/faults", &acts).status, 200);
        assert_eq!(query(&server, "rds", "us-east-1", "Action=DescribeDBClusters").unwrap().status, 200);
        assert!((400..404).contains(&ask_in("us-east-1")), "{fault}");
        assert_eq!(ask_in("us-east-1"), 200, "{fault}");
    }
    for wrong in [
        json!([{ "fault": { "outage": { "site": "us-east-1" } }, "times": 1 }]),
        json!([{ "fault": { "denied": {} }, "times": 0 }]),
        json!([{ "fault": { "endpoint": { "service": "dns" } }, "times": 1 }]),
    ] {
        assert_eq!(control(&server, "/_drdeck/faults", &wrong).status, 400, "{wrong}");
    }
}

#[test]
fn expired_credentials_are_refused_as_each_protocol_says_it() {
    let server = simulator(ESTATE, "[[act]]\nat = \"1h\"\nfault.expired-credentials = {}\n");
    assert_eq!(query(&server, "sts", "us-east-1", "Action=GetCallerIdentity").unwrap().status, 200);
    at(&server, "1h");
    let sts = query(&server, "sts", "us-east-1", "Action=GetCallerIdentity").unwrap();
    assert_eq!((sts.status, sts.element("Code").unwrap().as_str()), (403, "ExpiredToken"));
    let backup = get(&server, "backup", "us-east-1", "/backup-vaults").unwrap();
    assert_eq!((backup.status, backup.header("x-amzn-errortype")), (403, Some("ExpiredTokenException")));
    let table = target(&server, "dynamodb", "us-east-1", "DynamoDB_20120810.ListTables", &json!({})).unwrap();
    assert!(table.json()["__type"].as_str().unwrap().ends_with("#ExpiredTokenException"));
}

#[test]
fn missing_capacity_shows_in_the_groups() {
    let server =
        simulator(ESTATE, "[[act]]\nat = \"1m\"\nfault.capacity = { region = \"us-west-2\", available = 1 }\n");
    let groups = || query(&server, "autoscaling", "us-west-2", "Action=DescribeAutoScalingGroups").unwrap();
    assert_eq!(groups().count("InstanceId"), 4);
    at(&server, "2m");
    assert_eq!((groups().count("InstanceId"), groups().element("DesiredCapacity").unwrap().as_str()), (1, "4"));
}

#[test]
fn a_field_can_say_what_no_sdk_knows() {
    let acts = "[[act]]\nfault.value = { service = \"rds\", operation = \"DescribeDBInstances\", item = \"db-west\", \
                field = \"DBInstanceStatus\", value = \"levitating\" }\n\
                [[act]]\nfault.value = { service = \"rds\", operation = \"DescribeGlobalClusters\", item = \"global\", \
                field = \"FailoverState.Status\", value = \"switching-over\" }\n\
                [[act]]\nfault.value = { service = \"dynamodb\", field = \"ReplicaStatus\", value = \"DREAMING\" }\n";
    let server = simulator(ESTATE, acts);
    let west = query(&server, "rds", "us-west-2", INSTANCES).unwrap();
    assert_eq!(west.text().matches("levitating").count(), 1, "of that one only");
    let global = query(&server, "rds", "us-west-2", "Action=DescribeGlobalClusters").unwrap();
    assert_eq!(global.element("FailoverState").unwrap(), "<Status>switching-over</Status>");
    let table = json!({ "TableName": "carts" });
    let table = target(&server, "dynamodb", "us-east-1", "DynamoDB_20120810.DescribeTable", &table).unwrap();
    assert_eq!(table.text().matches("DREAMING").count(), 2, "wherever the field is");
}

#[test]
fn clients_that_give_up_leave_their_place() {
    let server = simulator(ESTATE, "[[act]]\nfault.endpoint = { region = \"us-east-1\", how = \"hang\" }\n");
    // More than are served at once.
    for _ in 0..600 {
        let mut stream = TcpStream::connect(server.addr).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nhost: x\r\nauthorization: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{INSTANCES}",
            signed("rds", "us-east-1"),
            INSTANCES.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
    }
    assert_eq!(query(&server, "rds", "us-west-2", INSTANCES).unwrap().status, 200);
}
