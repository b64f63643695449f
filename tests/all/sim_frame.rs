//! The simulator's frame: routing, protocols, pages, errors, the call log.

use ciborium::cbor;
use serde_json::json;

use crate::sim_kit::{ESTATE, ask, get, query, send, signed, simulator, target};

#[test]
fn one_port_tells_services_and_regions_apart_by_the_signature() {
    let server = simulator(ESTATE, "");
    let east = query(&server, "rds", "us-east-1", "Action=DescribeDBInstances&Version=2014-10-31").unwrap();
    let west = query(&server, "rds", "us-west-2", "Action=DescribeDBInstances&Version=2014-10-31").unwrap();
    assert_eq!((east.status, east.count("DBInstance")), (200, 2));
    assert!(
        east.text().starts_with("<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">")
    );
    assert!(east.text().contains("<DBInstanceIdentifier>db</DBInstanceIdentifier>"));
    assert!(west.text().contains("<DBInstanceIdentifier>db-west</DBInstanceIdentifier>"));
    assert_eq!(
        west.element("ReadReplicaSourceDBInstanceIdentifier").unwrap(),
        "arn:aws:rds:us-east-1:111122223333:db:db"
    );
    let groups = query(&server, "autoscaling", "us-west-2", "Action=DescribeAutoScalingGroups").unwrap();
    assert_eq!(groups.count("InstanceId"), 4);
}

#[test]
fn every_reply_carries_a_request_id_and_the_real_date() {
    let server = simulator(ESTATE, "");
    let first = query(&server, "sts", "us-east-1", "Action=GetCallerIdentity").unwrap();
    let second = query(&server, "sts", "us-east-1", "Action=GetCallerIdentity").unwrap();
    let id = |reply: &crate::sim_kit::Reply| reply.header("x-amzn-requestid").unwrap().to_owned();
    assert_ne!(id(&first), id(&second));
    assert_eq!(first.element("RequestId").unwrap(), id(&first));
    // A simulated time in `Date` would make the SDK correct a clock skew that is not there.
    let year = format!("{}", jiff::Timestamp::now().strftime("%a, %d %b %Y"));
    assert!(first.header("date").unwrap().starts_with(&year), "{:?}", first.header("date"));
}

#[test]
fn each_protocol_has_its_own_way_to_refuse() {
    let server = simulator(ESTATE, "");
    let missing = query(&server, "rds", "us-east-1", "Action=DescribeDBInstances&DBInstanceIdentifier=nope").unwrap();
    assert_eq!((missing.status, missing.element("Code").unwrap().as_str()), (404, "DBInstanceNotFound"));
    assert_eq!(missing.element("Type").unwrap(), "Sender");
    let table =
        target(&server, "dynamodb", "us-east-1", "DynamoDB_20120810.DescribeTable", &json!({ "TableName": "nope" }));
    let table = table.unwrap();
    assert_eq!(table.status, 400);
    assert!(table.json()["__type"].as_str().unwrap().ends_with("#ResourceNotFoundException"));
    let metrics = target(
        &server,
        "monitoring",
        "us-east-1",
        "GraniteServiceVersion20100801.ListMetrics",
        &json!({ "NextToken": "made up" }),
    )
    .unwrap();
    assert_eq!(metrics.header("x-amzn-query-error"), Some("InvalidParameterValue;Sender"));
    assert!(metrics.json()["__type"].as_str().unwrap().ends_with("#InvalidParameterValueException"));
    let rest = get(&server, "drs", "us-west-2", "/NoSuchOperation").unwrap();
    assert_eq!((rest.status, rest.header("x-amzn-errortype")), (404, Some("UnknownOperationException")));
    let xml = get(&server, "route53", "us-east-1", "/2013-04-01/nothing").unwrap();
    assert_eq!((xml.status, xml.element("Code").unwrap().as_str()), (404, "UnknownOperationException"));
}

#[test]
fn cbor_answers_cbor_with_its_headers_and_floats() {
    let server = simulator(ESTATE, "");
    let body: ciborium::Value = cbor!({
        "MetricDataQueries" => [{ "Id" => "q", "MetricStat" => { "Period" => 60, "Stat" => "Maximum", "Metric" => {
            "Namespace" => "AWS/RDS", "MetricName" => "ReplicaLag",
            "Dimensions" => [{ "Name" => "DBInstanceIdentifier", "Value" => "db-west" }] } } }],
        "StartTime" => 1_795_175_400_i64, "EndTime" => 1_795_176_000_i64,
    })
    .unwrap();
    let mut bytes = Vec::new();
    ciborium::into_writer(&body, &mut bytes).unwrap();
    let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
    let authorization = signed("monitoring", "us-west-2");
    let headers =
        [("authorization", &*authorization), ("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")];
    let reply = send(&server, "POST", path, &headers, &bytes).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("smithy-protocol"), Some("rpc-v2-cbor"));
    let answer: ciborium::Value = ciborium::from_reader(reply.body.as_slice()).unwrap();
    let member = |map: &ciborium::Value, name: &str| -> ciborium::Value {
        let found = map.as_map().unwrap().iter().find(|(key, _)| key.as_text() == Some(name));
        found.unwrap_or_else(|| panic!("no {name}")).1.clone()
    };
    let result = member(&answer, "MetricDataResults").as_array().unwrap()[0].clone();
    let (times, values) = (member(&result, "Timestamps"), member(&result, "Values"));
    assert_eq!(times.as_array().unwrap().len(), 10);
    assert!(values.as_array().unwrap().iter().all(ciborium::Value::is_float), "a whole number would not be decoded");
    assert!(times.as_array().unwrap().iter().all(|time| time.as_tag().is_some_and(|(tag, _)| tag == 1)));
}

#[test]
fn an_unsigned_request_is_refused_in_the_protocol_it_is_written_in() {
    let server = simulator(ESTATE, "");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let xml = send(&server, "POST", "/", &form, b"Action=DescribeDBInstances").unwrap();
    assert_eq!((xml.status, xml.element("Code").unwrap().as_str()), (403, "MissingAuthenticationToken"));
    let json = send(&server, "POST", "/DescribeSourceServers", &[], b"{}").unwrap();
    assert_eq!((json.status, json.header("x-amzn-errortype")), (403, Some("MissingAuthenticationTokenException")));
    let cbor = send(&server, "POST", "/service/GraniteServiceVersion20100801/operation/ListMetrics", &[], b"").unwrap();
    assert_eq!((cbor.status, cbor.header("content-type")), (403, Some("application/cbor")));
}

#[test]
fn a_region_an_operation_or_a_service_that_is_not_there_is_refused() {
    let server = simulator(ESTATE, "");
    let region = query(&server, "rds", "eu-west-1", "Action=DescribeDBInstances").unwrap();
    assert_eq!((region.status, region.element("Code").unwrap().as_str()), (403, "SignatureDoesNotMatch"));
    let operation = query(&server, "rds", "us-east-1", "Action=DescribeEverything").unwrap();
    assert_eq!((operation.status, operation.element("Code").unwrap().as_str()), (400, "InvalidAction"));
    let service = query(&server, "sqs", "us-east-1", "Action=ListQueues").unwrap();
    assert_eq!((service.status, service.element("Code").unwrap().as_str()), (400, "InvalidAction"));
    let json = target(&server, "dynamodb", "us-east-1", "DynamoDB_20120810.PutItem", &json!({})).unwrap();
    assert!(json.json()["__type"].as_str().unwrap().ends_with("#UnknownOperationException"));
}

#[test]
fn garbage_is_answered_and_does_not_end_the_simulator() {
    let server = simulator(ESTATE, "");
    let authorization = signed("dynamodb", "us-east-1");
    let headers = [("authorization", &*authorization), ("x-amz-target", "DynamoDB_20120810.DescribeTable")];
    for body in [&b"{"[..], b"[]", b"\xff\xfe", b"\"text\""] {
        let reply = send(&server, "POST", "/", &headers, body).unwrap();
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
    let authorization = signed("monitoring", "us-east-1");
    let headers = [("authorization", &*authorization)];
    let path = "/service/GraniteServiceVersion20100801/operation/GetMetricData";
    for body in [&b"\xff"[..], b"\x80", b"\xbf", b"\xa1\x01\x01"] {
        let reply = send(&server, "POST", path, &headers, body).unwrap();
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
    let deep = format!("Action=DescribeDBInstances&{}=1", vec!["a"; 5000].join("."));
    assert_eq!(query(&server, "rds", "us-east-1", &deep).unwrap().status, 400);
    assert_eq!(query(&server, "rds", "us-east-1", "Action=DescribeDBInstances").unwrap().status, 200);
}

/// An estate with that many instances in us-east-1.
fn many(instances: usize) -> String {
    let mut estate = String::from("name = \"many\"\naccount = \"111122223333\"\nregions = [\"us-east-1\"]\n");
    for index in 0..instances {
        estate.push_str(&format!(
            "[[rds.instance]]\nid = \"db-{index:03}\"\nregion = \"us-east-1\"\nengine = \"mysql\"\nversion = \"8.0.42\"\n\
             class = \"db.t3.medium\"\nstorage_gib = 20\nbackup_days = 1\n"
        ));
    }
    estate
}

#[test]
fn pages_have_the_sizes_of_aws_and_opaque_tokens() {
    let server = simulator(&many(230), "");
    let mut seen = 0;
    let mut sizes = Vec::new();
    let mut marker = String::new();
    loop {
        let reply = query(&server, "rds", "us-east-1", &format!("Action=DescribeDBInstances{marker}")).unwrap();
        seen += reply.count("DBInstance");
        sizes.push(reply.count("DBInstance"));
        let Some(token) = reply.element("Marker") else { break };
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
        marker = format!("&Marker={token}");
    }
    assert_eq!((seen, sizes), (230, vec![100, 100, 30]));
    let small = query(&server, "rds", "us-east-1", "Action=DescribeDBInstances&MaxRecords=20").unwrap();
    assert_eq!(small.count("DBInstance"), 20);
    for wrong in ["MaxRecords=19", "MaxRecords=101", "MaxRecords=many", "Marker=abc", "Marker=00ff"] {
        let reply = query(&server, "rds", "us-east-1", &format!("Action=DescribeDBInstances&{wrong}")).unwrap();
        assert_eq!((reply.status, reply.element("Code").unwrap().as_str()), (400, "InvalidParameterValue"), "{wrong}");
    }
}

#[test]
fn a_token_is_good_for_its_own_operation_only() {
    let server = simulator(&many(150), "");
    let reply = query(&server, "rds", "us-east-1", "Action=DescribeDBInstances").unwrap();
    let token = reply.element("Marker").unwrap();
    let other =
        query(&server, "rds", "us-east-1", &format!("Action=DescribeDBInstanceAutomatedBackups&Marker={token}"));
    assert_eq!(other.unwrap().status, 400);
}

#[test]
fn filters_of_a_form_become_lists() {
    let server = simulator(&many(30), "");
    let form = "Action=DescribeDBInstances&Filters.Filter.1.Name=db-instance-id&Filters.Filter.1.Values.Value.1=db-003\
                &Filters.Filter.1.Values.Value.2=DB-004";
    assert_eq!(query(&server, "rds", "us-east-1", form).unwrap().count("DBInstance"), 2);
    let unknown = "Action=DescribeDBInstances&Filters.Filter.1.Name=colour&Filters.Filter.1.Values.Value.1=red";
    assert_eq!(query(&server, "rds", "us-east-1", unknown).unwrap().status, 400);
}

#[test]
fn the_call_log_says_who_asked_what_and_keeps_no_secrets() {
    let server = simulator(ESTATE, "");
    query(&server, "rds", "us-west-2", "Action=DescribeDBInstances&DBInstanceIdentifier=db-west").unwrap();
    let form = "Action=AssumeRole&RoleArn=arn:aws:iam::111122223333:role/dr&RoleSessionName=me&TokenCode=123456";
    query(&server, "sts", "us-east-1", form).unwrap();
    send(&server, "POST", "/", &[], b"").unwrap();
    let calls = ask(&server, "/_drdeck/calls");
    let calls = calls.as_array().unwrap();
    assert_eq!(calls.len(), 3);
    assert_eq!(
        calls[0],
        json!({ "at": "2026-11-20T12:00:00Z", "service": "rds", "region": "us-west-2", "operation": "DescribeDBInstances",
                "target": "db-west", "parameters": { "DBInstanceIdentifier": "db-west" }, "status": 200, "changed": false })
    );
    assert_eq!(calls[1]["operation"], "AssumeRole");
    assert!(!calls[1].to_string().contains("123456"));
    assert_eq!(calls[2]["status"], 403);
}

#[test]
fn a_role_is_who_its_session_token_says() {
    let server = simulator(ESTATE, "");
    let form = "Action=AssumeRole&RoleArn=arn:aws:iam::444455556666:role/team/dr-reader&RoleSessionName=drdeck";
    let reply = query(&server, "sts", "us-east-1", form).unwrap();
    let token = reply.element("SessionToken").unwrap();
    let headers = [
        ("authorization", &*signed("sts", "us-east-1")),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-amz-security-token", &*token),
    ];
    let who = send(&server, "POST", "/", &headers, b"Action=GetCallerIdentity").unwrap();
    assert_eq!(who.element("Arn").unwrap(), "arn:aws:sts::444455556666:assumed-role/dr-reader/drdeck");
    assert_eq!(who.element("Account").unwrap(), "444455556666");
    for wrong in
        ["RoleArn=nonsense&RoleSessionName=me", "RoleArn=arn:aws:iam::444455556666:role/x&RoleSessionName=a%20b"]
    {
        assert_eq!(query(&server, "sts", "us-east-1", &format!("Action=AssumeRole&{wrong}")).unwrap().status, 400);
    }
}

#[test]
fn it_listens_on_loopback_only_and_frees_its_port() {
    use drdeck::sim::{Options, Simulator, StartError, parse_estate, parse_scenario};
    let options = |listen: &str| Options {
        listen: listen.parse().unwrap(),
        estate: parse_estate("estate.toml", ESTATE).unwrap(),
        scenario: parse_scenario("calm", "name = \"calm\"\nstory = \"\"").unwrap(),
        seed: 1,
        speed: 1.0,
        start: None,
    };
    let refused = Simulator::start(options("0.0.0.0:0")).unwrap_err();
    assert!(matches!(refused, StartError::NotLoopback(_)), "{refused}");
    let first = Simulator::start(options("127.0.0.1:0")).unwrap();
    let address = first.addr.to_string();
    assert!(matches!(Simulator::start(options(&address)).unwrap_err(), StartError::Listen(..)));
    first.stop();
    Simulator::start(options(&address)).unwrap().stop();
}
