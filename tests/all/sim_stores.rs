//! EFS and ElastiCache of the simulator, whose word agrees with what CloudWatch measures.

use drdeck::sim::{Moment, Running};
use serde_json::json;

use crate::sim_kit::{at, control, get, query, series, simulator};

const ESTATE: &str = r#"
name = "stores"
account = "111122223333"
regions = ["us-east-1", "us-west-2", "us-east-2"]

[[efs.replication]]
file_system = "fs-0a41c7e93bd5f2860"
destination_file_system = "fs-0d92f6b1e8a3c7745"
from = "us-east-1"
to = "us-west-2"
lag = { base = "40s", jitter = "20s", every = "15m" }

[[elasticache.global_datastore]]
id = "ldgnf-content"
from = "us-east-1"
to = "us-west-2"
to_group = "content-west"
dimensions = { CacheClusterId = "content-west-001", CacheNodeId = "0001" }
lag = { base = "200ms" }
"#;

const REPLICATIONS: &str = "/2015-02-01/file-systems/replication-configurations";

fn last_replicated(server: &Running, region: &str) -> (String, i64) {
    let reply = get(server, "elasticfilesystem", region, REPLICATIONS).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let destination = reply.json()["Replications"][0]["Destinations"][0].clone();
    let seconds = destination["LastReplicatedTimestamp"].as_f64().unwrap() as i64;
    (destination["Status"].as_str().unwrap().to_owned(), seconds)
}

#[test]
fn the_last_replicated_moment_is_the_one_that_time_since_last_sync_counts_from() {
    let server =
        simulator(ESTATE, "[[act]]\nat = \"1h\"\nuntil = \"3h\"\nfault.stall = { link = \"fs-0a41c7e93bd5f2860\" }");
    let start = Moment::parse(crate::sim_kit::START).unwrap().millis() / 1000;
    for after in ["10m", "2h", "4h7m"] {
        at(&server, after);
        let of = ("AWS/EFS", "TimeSinceLastSync", "FileSystemId", "fs-0a41c7e93bd5f2860");
        assert!(series(&server, "us-east-1", of, 30).is_empty(), "it has two dimensions");
        let (status, east) = last_replicated(&server, "us-east-1");
        assert_eq!((status.as_str(), last_replicated(&server, "us-west-2").1), ("ENABLED", east), "{after}");
        let lag = synced(&server);
        assert!((lag.0 - lag.1 as i64 - east).abs() <= 1, "{after}: {} less {} is not {east}", lag.0, lag.1);
        assert!(after != "2h" || east <= start + 3_600, "it stands still");
    }
    server.stop();
}

/// The newest point of `TimeSinceLastSync`: when it was, and how much.
fn synced(server: &Running) -> (i64, f64) {
    let now = Moment::parse(crate::sim_kit::ask(server, "/_drdeck/clock")["now"].as_str().unwrap()).unwrap();
    let end = now.millis() / 1000;
    let dimensions = json!([{ "Name": "FileSystemId", "Value": "fs-0a41c7e93bd5f2860" },
        { "Name": "DestinationFileSystemId", "Value": "fs-0d92f6b1e8a3c7745" }]);
    let metric = json!({ "Namespace": "AWS/EFS", "MetricName": "TimeSinceLastSync", "Dimensions": dimensions });
    let stat = json!({ "Period": 60, "Stat": "Maximum", "Metric": metric });
    let body =
        json!({ "MetricDataQueries": [{ "Id": "q", "MetricStat": stat }], "StartTime": end - 600, "EndTime": end });
    let target = "GraniteServiceVersion20100801.GetMetricData";
    let reply = crate::sim_kit::target(server, "monitoring", "us-east-1", target, &body).unwrap();
    let result = reply.json()["MetricDataResults"][0].clone();
    (result["Timestamps"][0].as_i64().unwrap(), result["Values"][0].as_f64().unwrap())
}

#[test]
fn a_replication_that_is_broken_off_is_in_error() {
    let server = simulator(ESTATE, "[[act]]\nat = \"1h\"\nfault.stop = { link = \"fs-0a41c7e93bd5f2860\" }");
    at(&server, "2h");
    let (status, moment) = last_replicated(&server, "us-west-2");
    let stopped = Moment::parse(crate::sim_kit::START).unwrap().millis() / 1000 + 3_600;
    assert!(status == "ERROR" && moment <= stopped, "{status} {moment}");
    let own =
        get(&server, "elasticfilesystem", "us-west-2", &format!("{REPLICATIONS}?FileSystemId=fs-0d92f6b1e8a3c7745"));
    assert_eq!(own.unwrap().json()["Replications"].as_array().unwrap().len(), 1);
    let other =
        get(&server, "elasticfilesystem", "us-west-2", &format!("{REPLICATIONS}?FileSystemId=fs-0000000a")).unwrap();
    assert_eq!((other.status, other.header("x-amzn-errortype")), (404, Some("FileSystemNotFound")));
    let none = get(&server, "elasticfilesystem", "us-east-2", REPLICATIONS).unwrap();
    assert_eq!(none.json()["Replications"], json!([]));
    let wrong = get(&server, "elasticfilesystem", "us-west-2", &format!("{REPLICATIONS}?MaxResults=0")).unwrap();
    assert_eq!((wrong.status, wrong.header("x-amzn-errortype")), (400, Some("BadRequest")));
    let log = crate::sim_kit::ask(&server, "/_drdeck/calls");
    let targets: Vec<&str> = log.as_array().unwrap().iter().filter_map(|call| call["target"].as_str()).collect();
    assert_eq!(targets, ["fs-0d92f6b1e8a3c7745", "fs-0000000a"]);
    server.stop();
}

fn cache(server: &Running, region: &str, form: &str) -> crate::sim_kit::Reply {
    query(server, "elasticache", region, &format!("{form}&Version=2015-02-02")).unwrap()
}

#[test]
fn a_global_datastore_has_a_primary_and_a_secondary_of_replication_groups_that_exist() {
    let server = simulator(ESTATE, "");
    let short = cache(&server, "us-west-2", "Action=DescribeGlobalReplicationGroups");
    assert_eq!((short.status, short.count("GlobalReplicationGroupMember")), (200, 0), "unless asked for");
    let whole = cache(&server, "us-west-2", "Action=DescribeGlobalReplicationGroups&ShowMemberInfo=true");
    assert_eq!(whole.element("Status").as_deref(), Some("available"));
    let text = whole.text();
    let members: Vec<&str> = text.split("<GlobalReplicationGroupMember>").skip(1).collect();
    let says = |member: &str, words: &str| assert!(member.contains(words), "{words}: {member}");
    says(members[0], "<ReplicationGroupId>content-us-east-1</ReplicationGroupId>");
    says(members[0], "<Role>PRIMARY</Role>");
    says(members[1], "<ReplicationGroupId>content-west</ReplicationGroupId>");
    says(members[1], "<Role>SECONDARY</Role>");
    says(members[1], "<Status>associated</Status>");
    let west = cache(&server, "us-west-2", "Action=DescribeReplicationGroups&ReplicationGroupId=content-west");
    assert_eq!(west.element("GlobalReplicationGroupMemberRole").as_deref(), Some("SECONDARY"));
    assert_eq!(west.element("CacheClusterId").as_deref(), Some("content-west-001"), "the one that the metric names");
    assert_eq!(cache(&server, "us-east-2", "Action=DescribeReplicationGroups").count("ReplicationGroup"), 0);
    let refused = |form: &str| {
        let reply = cache(&server, "us-west-2", form);
        (reply.status, reply.element("Code").unwrap())
    };
    let unknown = refused("Action=DescribeGlobalReplicationGroups&GlobalReplicationGroupId=none");
    assert_eq!(unknown, (404, "GlobalReplicationGroupNotFoundFault".to_owned()));
    let unknown = refused("Action=DescribeReplicationGroups&ReplicationGroupId=content-us-east-1");
    assert_eq!(unknown, (404, "ReplicationGroupNotFoundFault".to_owned()), "it is in the other Region");
    assert_eq!(refused("Action=DescribeReplicationGroups&MaxRecords=5").1, "InvalidParameterValue");
    server.stop();
}

#[test]
fn a_global_datastore_whose_replication_is_broken_off_has_its_primary_only() {
    let server = simulator(ESTATE, "");
    let act = json!([{ "fault": { "stop": { "link": "ldgnf-content" } } }]);
    assert_eq!(control(&server, "/_drdeck/faults", &act).status, 200);
    let global = cache(&server, "us-east-1", "Action=DescribeGlobalReplicationGroups&ShowMemberInfo=true");
    assert!(global.text().contains("<Status>primary-only</Status>"), "{}", global.text());
    assert!(global.text().contains("<Status>disassociated</Status>"), "{}", global.text());
    let west = cache(&server, "us-west-2", "Action=DescribeReplicationGroups");
    assert_eq!((west.count("ReplicationGroup"), west.count("GlobalReplicationGroupInfo")), (1, 0), "it is on its own");
    server.stop();
}
