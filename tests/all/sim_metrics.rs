//! What replicates how far behind: lags in CloudWatch, points in time, health checks; while it flows, stands still, catches up, dies.

use drdeck::sim::Moment;
use serde_json::{Value as Json, json};

use crate::sim_kit::{ESTATE, START, at, control, query, series, simulator, target};

const LAG: (&str, &str, &str, &str) = ("AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "db-west");
const AURORA: (&str, &str, &str, &str) = ("AWS/RDS", "AuroraGlobalDBRPOLag", "DBClusterIdentifier", "global-west");
const HEALTH: (&str, &str, &str, &str) =
    ("AWS/Route53", "HealthCheckStatus", "HealthCheckId", "00000000-0000-4000-a000-000000000001");

fn start() -> i64 {
    Moment::parse(START).unwrap().millis() / 1000
}

/// The recovery point of each point: its time minus the lag.
fn points(values: &[(i64, f64)]) -> Vec<i64> {
    values.iter().map(|(at, lag)| at - *lag as i64).collect()
}

fn data(server: &drdeck::sim::Running, region: &str, body: &Json) -> Json {
    let reply = target(server, "monitoring", region, "GraniteServiceVersion20100801.GetMetricData", body).unwrap();
    json!({ "status": reply.status, "body": reply.json() })
}

#[test]
fn a_healthy_link_lags_as_the_estate_says() {
    let server = simulator(ESTATE, "");
    let lags = series(&server, "us-west-2", LAG, 180);
    assert_eq!(lags.len(), 180);
    assert!(lags.iter().all(|(_, lag)| (2.0..=5.0).contains(lag)), "{lags:?}");
    assert!(lags.iter().any(|(_, lag)| *lag != lags[0].1), "it varies with the seed");
    // Aurora's lag is in milliseconds.
    assert!(series(&server, "us-west-2", AURORA, 5).iter().all(|(_, lag)| *lag == 400.0));
}

#[test]
fn a_stalled_recovery_point_stands_still_and_catches_up_afterwards() {
    let server = simulator(ESTATE, "[[act]]\nat = \"10m\"\nuntil = \"40m\"\nfault.stall = { link = \"db-west\" }\n");
    at(&server, "35m");
    let stalled = series(&server, "us-west-2", LAG, 20);
    let still = points(&stalled);
    assert!(still.iter().all(|point| *point == still[0]), "{stalled:?}");
    assert!((start() + 590..=start() + 600).contains(&still[0]), "it stands where the stall found it");
    let status = query(&server, "rds", "us-west-2", "Action=DescribeDBInstances&DBInstanceIdentifier=db-west").unwrap();
    assert_eq!(status.element("Status").unwrap(), "replicating");
    at(&server, "2h");
    let later = series(&server, "us-west-2", LAG, 90);
    let lag_at = |minute: i64| later.iter().find(|(time, _)| *time == start() + minute * 60).unwrap().1;
    assert!(lag_at(41) > 1500.0 && lag_at(44) < lag_at(42), "it drains: {} {} {}", lag_at(41), lag_at(42), lag_at(44));
    assert!(lag_at(60) <= 5.0, "and is done: {}", lag_at(60));
}

#[test]
fn a_stopped_link_says_so() {
    let acts = "[[act]]\nat = \"5m\"\nfault.stop = { link = \"db-west\" }\n\
                [[act]]\nat = \"5m\"\nfault.stop = { link = \"global-west\" }\n";
    let server = simulator(ESTATE, acts);
    at(&server, "9m");
    assert_eq!(series(&server, "us-west-2", LAG, 3).iter().map(|(_, lag)| *lag).collect::<Vec<_>>(), [-1.0; 3]);
    let replica =
        query(&server, "rds", "us-west-2", "Action=DescribeDBInstances&DBInstanceIdentifier=db-west").unwrap();
    assert_eq!(
        (replica.element("Normal").unwrap().as_str(), replica.element("Status").unwrap().as_str()),
        ("false", "error")
    );
    let global = query(&server, "rds", "us-west-2", "Action=DescribeGlobalClusters").unwrap();
    assert!(global.text().contains("<SynchronizationStatus>pending-resync</SynchronizationStatus>"));
    assert!(series(&server, "us-west-2", AURORA, 3).is_empty());
}

#[test]
fn a_ramp_rises_stays_and_drains() {
    let acts = "[[act]]\nat = \"10m\"\nuntil = \"40m\"\nfault.lag = { link = \"global-west\", add = \"10m\", over = \"20m\" }\n";
    let server = simulator(ESTATE, acts);
    at(&server, "1h");
    let lags = series(&server, "us-west-2", AURORA, 60);
    let at_minute = |minute: i64| lags.iter().find(|(time, _)| *time == start() + minute * 60).unwrap().1;
    assert_eq!(at_minute(9), 400.0);
    assert_eq!(at_minute(20), 300_400.0);
    assert_eq!(at_minute(35), 600_400.0);
    assert!(at_minute(41) < 600_400.0 && at_minute(59) == 400.0);
}

#[test]
fn points_in_time_move_in_steps_and_stop_with_their_region() {
    let server = simulator(ESTATE, "[[act]]\nat = \"22m\"\nuntil = \"2h\"\nfault.outage = { site = \"us-east-1\" }\n");
    let latest = |region: &str, action: &str, element: &str| {
        query(&server, "rds", region, &format!("Action={action}")).unwrap().element(element).unwrap()
    };
    assert_eq!(latest("us-east-1", "DescribeDBInstances", "LatestRestorableTime"), "2026-11-20T11:55:00Z");
    at(&server, "7m");
    assert_eq!(latest("us-east-1", "DescribeDBInstances", "LatestRestorableTime"), "2026-11-20T12:05:00Z");
    assert_eq!(latest("us-west-2", "DescribeDBInstanceAutomatedBackups", "LatestTime"), "2026-11-20T12:00:00Z");
    at(&server, "1h30m");
    assert_eq!(latest("us-east-1", "DescribeDBInstances", "LatestRestorableTime"), "2026-11-20T12:20:00Z");
    assert_eq!(latest("us-west-2", "DescribeDBInstanceAutomatedBackups", "LatestTime"), "2026-11-20T12:15:00Z");
    assert_eq!(latest("us-west-2", "DescribeDBClusters", "LatestRestorableTime"), "2026-11-20T13:25:00Z");
    let table = json!({ "TableName": "carts" });
    let table = |region: &str| {
        let reply = target(&server, "dynamodb", region, "DynamoDB_20120810.DescribeContinuousBackups", &table).unwrap();
        let description = reply.json()["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"].clone();
        description["LatestRestorableDateTime"].as_i64().unwrap() - start()
    };
    assert_eq!((table("us-east-1"), table("us-west-2")), (20 * 60, 85 * 60));
    at(&server, "2h6m");
    assert_eq!(latest("us-east-1", "DescribeDBInstances", "LatestRestorableTime"), "2026-11-20T14:05:00Z");
}

#[test]
fn an_outage_stops_what_leaves_and_what_is_published_but_not_the_health_checks() {
    let server = simulator(ESTATE, "[[act]]\nat = \"10m\"\nuntil = \"1h\"\nfault.outage = { site = \"us-east-1\" }\n");
    at(&server, "30m");
    let still = points(&series(&server, "us-west-2", LAG, 15));
    assert!(still.iter().all(|point| *point == still[0]));
    let sent = series(&server, "us-east-1", ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "carts"), 30);
    assert_eq!(sent.first().unwrap().0, start() + 9 * 60, "the last point is the last whole minute before");
    let health = series(&server, "us-east-1", HEALTH, 30);
    assert_eq!(health.first().unwrap().0, start() + 29 * 60);
    // Three checks, ten seconds apart, must fail first.
    let first_failing = health.iter().filter(|(_, value)| *value == 0.0).map(|(time, _)| *time).min();
    assert_eq!(first_failing, Some(start() + 10 * 60));
    at(&server, "63m");
    let health = series(&server, "us-east-1", HEALTH, 5);
    assert_eq!(health.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [1.0, 1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_switches_of_a_health_check_turn_what_it_reports() {
    for (mode, healthy, failing) in
        [("normal", 1.0, 0.0), ("inverted", 0.0, 1.0), ("disabled", 1.0, 1.0), ("forced", 0.0, 0.0)]
    {
        let estate = format!("{ESTATE}mode = \"{mode}\"\n");
        let server = simulator(&estate, "[[act]]\nat = \"10m\"\nfault.unhealthy = { site = \"us-east-1\" }\n");
        at(&server, "5m");
        assert_eq!(series(&server, "us-east-1", HEALTH, 2)[0].1, healthy, "{mode}");
        at(&server, "20m");
        assert_eq!(series(&server, "us-east-1", HEALTH, 2)[0].1, failing, "{mode}");
    }
    // Some checkers are not enough.
    let server = simulator(ESTATE, "[[act]]\nat = \"1m\"\nfault.unhealthy = { site = \"us-east-1\", share = 0.5 }\n");
    at(&server, "20m");
    assert_eq!(series(&server, "us-east-1", HEALTH, 2)[0].1, 1.0);
}

#[test]
fn an_idle_table_and_a_stopped_metric_have_no_points() {
    let idle = ESTATE.replace("items = 5000", "items = 5000\nwrites = \"none\"");
    let server = simulator(
        &idle,
        "[[act]]\nat = \"-2m\"\nfault.metrics = { namespace = \"AWS/RDS\", resource = \"db-west\" }\n",
    );
    assert!(
        series(&server, "us-east-1", ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", "carts"), 30)
            .is_empty()
    );
    let lags = series(&server, "us-west-2", LAG, 10);
    assert_eq!(lags.first().unwrap().0, start() - 3 * 60);
    assert!(!series(&server, "us-west-2", AURORA, 2).is_empty(), "only that one");
}

#[test]
fn start_is_included_end_is_not_and_an_unknown_series_is_complete_and_empty() {
    let server = simulator(ESTATE, "");
    let stat = |metric: &str, id: &str| {
        json!({ "Id": id, "MetricStat": { "Period": 60, "Stat": "Maximum", "Metric": { "Namespace": "AWS/RDS", "MetricName": metric,
                "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": "db-west" }] } } })
    };
    let body = json!({ "MetricDataQueries": [stat("ReplicaLag", "a"), stat("Nonsense", "b")],
                       "StartTime": start() - 300, "EndTime": start() - 120, "ScanBy": "TimestampAscending" });
    let answer = data(&server, "us-west-2", &body);
    let results = &answer["body"]["MetricDataResults"];
    assert_eq!(results[0]["Timestamps"], json!([start() - 300, start() - 240, start() - 180]));
    assert_eq!((&results[1]["StatusCode"], &results[1]["Values"]), (&json!("Complete"), &json!([])));
    // The minute that is not over has no point yet.
    let body =
        json!({ "MetricDataQueries": [stat("ReplicaLag", "a")], "StartTime": start() - 60, "EndTime": start() + 600 });
    assert_eq!(data(&server, "us-west-2", &body)["body"]["MetricDataResults"][0]["Timestamps"], json!([start() - 60]));
}

#[test]
fn longer_periods_are_aligned_and_aggregated() {
    let server = simulator(ESTATE, "");
    let ask = |stat: &str| {
        let body = json!({ "MetricDataQueries": [{ "Id": "a", "MetricStat": { "Period": 300, "Stat": stat, "Metric": {
            "Namespace": "AWS/RDS", "MetricName": "ReplicaLag", "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": "db-west" }] } } }],
            "StartTime": start() - 1730, "EndTime": start() });
        data(&server, "us-west-2", &body)["body"]["MetricDataResults"][0].clone()
    };
    let maximum = ask("Maximum");
    assert!(maximum["Timestamps"].as_array().unwrap().iter().all(|time| time.as_i64().unwrap() % 300 == 0));
    assert_eq!(maximum["Timestamps"].as_array().unwrap().len(), 5);
    let value = |stat: &str| ask(stat)["Values"][0].as_f64().unwrap();
    let minutes: Vec<f64> = series(&server, "us-west-2", LAG, 5).iter().map(|(_, lag)| *lag).collect();
    assert_eq!(value("SampleCount"), 5.0);
    assert_eq!(value("Sum"), minutes.iter().sum::<f64>());
    assert_eq!(value("Average"), minutes.iter().sum::<f64>() / 5.0);
    assert_eq!(value("Minimum"), minutes.iter().copied().fold(f64::MAX, f64::min));
    assert_eq!(value("p100"), value("Maximum"));
}

#[test]
fn points_come_in_pages_over_all_series() {
    let server = simulator(ESTATE, "");
    let queries: Vec<Json> = ["a", "b", "c"]
        .iter()
        .map(|id| {
            let known = if *id == "b" { "no-such-db" } else { "db-west" };
            json!({ "Id": id, "MetricStat": { "Period": 60, "Stat": "Maximum", "Metric": { "Namespace": "AWS/RDS", "MetricName": "ReplicaLag",
                    "Dimensions": [{ "Name": "DBInstanceIdentifier", "Value": known }] } } })
        })
        .collect();
    let mut body =
        json!({ "MetricDataQueries": queries, "StartTime": start() - 600, "EndTime": start(), "MaxDatapoints": 8 });
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut statuses = Vec::new();
    for page in 0.. {
        let answer = data(&server, "us-west-2", &body)["body"].clone();
        for result in answer["MetricDataResults"].as_array().unwrap() {
            *counts.entry(result["Id"].as_str().unwrap().to_owned()).or_default() +=
                result["Values"].as_array().unwrap().len();
            statuses.push(format!("{}{}", result["Id"].as_str().unwrap(), result["StatusCode"].as_str().unwrap()));
        }
        let Some(token) = answer["NextToken"].as_str() else { break };
        assert!(page < 5);
        body["NextToken"] = json!(token);
    }
    assert_eq!(counts, [("a", 10), ("b", 0), ("c", 10)].map(|(id, n)| (id.to_owned(), n)).into());
    assert_eq!(statuses, ["aPartialData", "aComplete", "bComplete", "cPartialData", "cComplete"]);
}

#[test]
fn requests_that_cloudwatch_refuses_are_refused() {
    let server = simulator(ESTATE, "");
    let query = json!({ "Id": "a", "MetricStat": { "Period": 60, "Stat": "Maximum", "Metric": { "Namespace": "X", "MetricName": "Y" } } });
    let with = |change: &dyn Fn(&mut Json)| {
        let mut body = json!({ "MetricDataQueries": [query], "StartTime": start() - 600, "EndTime": start() });
        change(&mut body);
        data(&server, "us-west-2", &body)["status"].as_u64().unwrap()
    };
    assert_eq!(with(&|_| {}), 200);
    assert_eq!(with(&|body| body["EndTime"] = body["StartTime"].clone()), 400);
    assert_eq!(with(&|body| body["MetricDataQueries"] = json!([])), 400);
    assert_eq!(with(&|body| body["MetricDataQueries"] = json!(vec![query.clone(); 2])), 400, "ids are unique");
    assert_eq!(with(&|body| body["MetricDataQueries"][0]["Id"] = json!("1a")), 400);
    assert_eq!(with(&|body| body["MetricDataQueries"][0]["MetricStat"]["Period"] = json!(90)), 400);
    assert_eq!(with(&|body| body["MetricDataQueries"][0]["MetricStat"]["Stat"] = json!("Median")), 400);
    assert_eq!(with(&|body| body["MaxDatapoints"] = json!(100_801)), 400);
    assert_eq!(with(&|body| body["NextToken"] = json!("made up")), 400);
    let many: Vec<Json> = (0..501)
        .map(|index| {
            let mut one = query.clone();
            one["Id"] = json!(format!("q{index}"));
            one
        })
        .collect();
    assert_eq!(with(&|body| body["MetricDataQueries"] = json!(many)), 400);
    assert_eq!(with(&|body| body["MetricDataQueries"] = json!(many[..500])), 200);
}

#[test]
fn list_metrics_names_what_get_metric_data_serves() {
    let server = simulator(ESTATE, "");
    let list = |body: Json| {
        let reply =
            target(&server, "monitoring", "us-west-2", "GraniteServiceVersion20100801.ListMetrics", &body).unwrap();
        reply.json()["Metrics"].as_array().unwrap().clone()
    };
    let all = list(json!({}));
    let lag = list(json!({ "Namespace": "AWS/RDS", "Dimensions": [{ "Name": "DBInstanceIdentifier" }] }));
    assert!(all.len() > lag.len());
    assert_eq!(lag.len(), 1);
    assert_eq!(lag[0]["Dimensions"], json!([{ "Name": "DBInstanceIdentifier", "Value": "db-west" }]));
}

#[test]
fn a_posted_fault_counts_from_now() {
    let server = simulator(ESTATE, "");
    at(&server, "1h");
    let acts = json!([{ "at": "0s", "until": "30m", "fault": { "stall": { "link": "db-west" } } }]);
    assert_eq!(control(&server, "/_drdeck/faults", &acts).status, 200);
    at(&server, "1h20m");
    let still = points(&series(&server, "us-west-2", LAG, 15));
    assert!(still.iter().all(|point| *point == still[0]));
    for wrong in [
        json!([{ "fault": { "stall": { "link": "no-such-link" } } }]),
        json!({}),
        json!([{ "fault": { "stal": {} } }]),
        json!([{ "fault": { "stall": { "lnk": "x" } } }]),
        json!([{ "at": "soon", "fault": { "stall": {} } }]),
    ] {
        let reply = control(&server, "/_drdeck/faults", &wrong);
        assert_eq!(reply.status, 400, "{wrong}");
    }
}

#[test]
fn every_kind_of_link_publishes_where_and_under_what_name_aws_does() {
    let server = simulator(drdeck::demo::ESTATE, "[[act]]\nat = \"10m\"\nfault.stall = { from = \"on-premises\" }\n");
    at(&server, "1h");
    let metric = |region: &str, namespace: &str, name: &str, dimensions: &[(&str, &str)]| {
        let dimensions: Vec<Json> =
            dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let stat = json!({ "Period": 60, "Stat": "Maximum", "Metric": { "Namespace": namespace, "MetricName": name, "Dimensions": dimensions } });
        let body = json!({ "MetricDataQueries": [{ "Id": "q", "MetricStat": stat }], "StartTime": start() + 3000, "EndTime": start() + 3600 });
        let values = data(&server, region, &body)["body"]["MetricDataResults"][0]["Values"].clone();
        values.as_array().unwrap().first().and_then(Json::as_f64)
    };
    let s3 = [
        ("SourceBucket", "shop-product-images"),
        ("DestinationBucket", "shop-product-images-west"),
        ("RuleId", "images-to-west"),
    ];
    assert!((4.0..=54.0).contains(&metric("us-west-2", "AWS/S3", "ReplicationLatency", &s3).unwrap()));
    assert!(metric("us-west-2", "AWS/S3", "OperationsPendingReplication", &s3).is_some());
    assert_eq!(metric("us-east-1", "AWS/S3", "ReplicationLatency", &s3), None, "only in the destination Region");
    let efs = [("FileSystemId", "fs-0a41c7e93bd5f2860"), ("DestinationFileSystemId", "fs-0d92f6b1e8a3c7745")];
    assert!(metric("us-east-1", "AWS/EFS", "TimeSinceLastSync", &efs).unwrap() < 1100.0);
    let cache = [("CacheClusterId", "content-usw2-001"), ("CacheNodeId", "0001")];
    assert!(metric("us-west-2", "AWS/ElastiCache", "GlobalDatastoreReplicationLag", &cache).unwrap() < 2.0);
    let table = [("TableName", "sessions"), ("ReceivingRegion", "us-west-2")];
    assert!(metric("us-east-1", "AWS/DynamoDB", "ReplicationLatency", &table).unwrap() >= 600.0, "milliseconds");
    let server_id = [("SourceServerID", "s-8c5d2e91f0b7a4361")];
    assert_eq!(metric("us-west-2", "AWS/DRS", "LagDuration", &server_id), Some(2940.0), "stalled since minute ten");
    let strong = [("TableName", "payments-ledger"), ("ReceivingRegion", "us-west-2")];
    assert_eq!(metric("us-east-1", "AWS/DynamoDB", "ReplicationLatency", &strong), None, "nothing to wait for");
}

#[test]
fn a_lag_that_only_cloudwatch_knows_can_be_declared() {
    let estate = format!(
        "{ESTATE}\n[[cloudwatch.lag]]\nid = \"topics\"\nfrom = \"us-east-1\"\nto = \"us-west-2\"\nnamespace = \"Kafka/Mirror\"\n\
         metric = \"Behind\"\ndimensions = {{ Cluster = \"west\" }}\nunit = \"milliseconds\"\nbehind = {{ base = \"3s\" }}\n"
    );
    let server = simulator(&estate, "");
    assert_eq!(series(&server, "us-west-2", ("Kafka/Mirror", "Behind", "Cluster", "west"), 2)[0].1, 3000.0);
}
