//! Sizes of Auto Scaling groups: what is refused, how instances come and go, and what the activities tell.

use drdeck::demo;
use drdeck::sim::Running;

use crate::sim_kit::{Reply, at, query, simulator};

const WEST: &str = "us-west-2";

fn shop(acts: &str) -> Running {
    simulator(demo::ESTATE, acts)
}

fn ask(server: &Running, form: &str) -> Reply {
    query(server, "autoscaling", WEST, &format!("Action={form}&Version=2011-01-01")).unwrap()
}

fn done(server: &Running, form: &str) -> Reply {
    let reply = ask(server, form);
    assert_eq!(reply.status, 200, "{form}: {}", reply.text());
    reply
}

fn refused(server: &Running, form: &str) -> (String, String) {
    let reply = ask(server, form);
    assert!(reply.status >= 400, "{form} is accepted: {}", reply.text());
    (reply.element("Code").unwrap(), reply.element("Message").unwrap())
}

fn group(server: &Running) -> Reply {
    done(server, "DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=orders-app")
}

/// How many instances are in each state.
fn states(server: &Running) -> [usize; 3] {
    let text = group(server).text();
    ["Pending", "InService", "Terminating"].map(|state| text.matches(&format!("<LifecycleState>{state}<")).count())
}

fn ids(server: &Running) -> Vec<String> {
    let text = group(server).text();
    let mut ids: Vec<String> = text.split("<InstanceId>").skip(1).map(|rest| rest[..19].to_owned()).collect();
    ids.sort();
    ids
}

const UPDATE: &str = "UpdateAutoScalingGroup&AutoScalingGroupName=orders-app";
const SET: &str = "SetDesiredCapacity&AutoScalingGroupName=orders-app";
const TOLD: &str = "DescribeScalingActivities&AutoScalingGroupName=orders-app";

#[test]
fn a_pilot_light_grows_within_minutes_and_shrinks_again() {
    let server = shop("");
    let reply = done(&server, &format!("{UPDATE}&MinSize=3&MaxSize=12&DesiredCapacity=4"));
    assert!(!reply.text().contains("UpdateAutoScalingGroupResult"), "it has no result: {}", reply.text());
    assert_eq!(states(&server), [4, 0, 0]);
    assert!(group(&server).text().contains("<MinSize>3</MinSize><MaxSize>12</MaxSize><DesiredCapacity>4<"));
    assert_eq!(done(&server, TOLD).text().matches("<StatusCode>InProgress<").count(), 4);
    at(&server, "55s");
    assert_eq!(states(&server), [4, 0, 0]);
    at(&server, "3m");
    assert_eq!(states(&server), [0, 4, 0]);
    let four = ids(&server);
    let told = done(&server, TOLD).text();
    assert_eq!(told.matches("<StatusCode>Successful<").count(), 4);
    assert!(told.contains("changing the desired capacity from 0 to 4.  At "), "{told}");
    let cooling = refused(&server, &format!("{SET}&DesiredCapacity=6&HonorCooldown=true"));
    assert_eq!(cooling.0, "ScalingActivityInProgress");
    done(&server, &format!("{SET}&DesiredCapacity=6"));
    at(&server, "6m");
    assert_eq!(states(&server), [0, 6, 0]);
    assert!(four.iter().all(|id| ids(&server).contains(id)), "the four keep their names");
    done(&server, &format!("{UPDATE}&MinSize=0&DesiredCapacity=0"));
    assert_eq!(states(&server), [0, 0, 6]);
    at(&server, "8m");
    assert_eq!(states(&server), [0, 0, 0]);
    assert_eq!(done(&server, TOLD).text().matches("Terminating EC2 instance: i-").count(), 6);
    done(&server, &format!("{SET}&DesiredCapacity=2"));
    at(&server, "12m");
    assert!(ids(&server).iter().all(|id| !four.contains(id)), "new instances have new names");
    server.stop();
}

#[test]
fn a_size_out_of_bounds_is_refused() {
    let server = shop("");
    let code = |form: &str| refused(&server, form);
    let above = code(&format!("{SET}&DesiredCapacity=13"));
    assert_eq!(
        above,
        (
            "ValidationError".to_owned(),
            "New SetDesiredCapacity value 13 is above max value 12 for the AutoScalingGroup.".to_owned()
        )
    );
    assert_eq!(code(&format!("{UPDATE}&MinSize=5&MaxSize=3")).0, "ValidationError");
    assert_eq!(code(&format!("{UPDATE}&MinSize=2&DesiredCapacity=1")).0, "ValidationError");
    assert_eq!(code(&format!("{UPDATE}&DesiredCapacity=many")).0, "ValidationError");
    assert_eq!(code("UpdateAutoScalingGroup&AutoScalingGroupName=nothing&MinSize=1").0, "ValidationError");
    assert_eq!(code("DescribeScalingActivities&AutoScalingGroupName=nothing").0, "ValidationError");
    assert_eq!(
        code("SuspendProcesses&AutoScalingGroupName=orders-app&ScalingProcesses.member.1=Sleep").0,
        "ValidationError"
    );
    assert_eq!(states(&server), [0, 0, 0], "nothing came of any of them");
    done(&server, &format!("{UPDATE}&MinSize=2"));
    assert!(group(&server).text().contains("<DesiredCapacity>2<"), "it moves into its bounds");
    server.stop();
}

#[test]
fn without_capacity_launches_fail_and_are_tried_again() {
    let server = shop(
        "[[act]]\nuntil = \"12m\"\nfault.capacity = { region = \"us-west-2\", group = \"orders-app\", available = 1 }\n",
    );
    done(&server, &format!("{UPDATE}&DesiredCapacity=3"));
    at(&server, "6m");
    assert_eq!(states(&server), [0, 1, 0]);
    let told = done(&server, TOLD).text();
    assert_eq!(told.matches("<StatusCode>Failed<").count(), 4, "two places, tried twice: {told}");
    assert!(told.contains("We currently do not have sufficient m7g.xlarge capacity in the Availability Zone you requested (us-west-2b)"), "{told}");
    at(&server, "25m");
    assert_eq!(states(&server), [0, 3, 0]);
    server.stop();
}

#[test]
fn a_suspended_process_rests_until_it_is_resumed() {
    let server = shop("");
    let launch = "AutoScalingGroupName=orders-app&ScalingProcesses.member.1=Launch";
    done(&server, &format!("SuspendProcesses&{launch}"));
    assert!(group(&server).text().contains("<ProcessName>Launch</ProcessName><SuspensionReason>User suspended at "));
    done(&server, &format!("{UPDATE}&DesiredCapacity=3"));
    at(&server, "10m");
    assert_eq!(states(&server), [0, 0, 0]);
    done(&server, &format!("ResumeProcesses&{launch}"));
    assert!(!group(&server).text().contains("<ProcessName>"));
    at(&server, "20m");
    assert_eq!(states(&server), [0, 3, 0]);
    done(&server, "SuspendProcesses&AutoScalingGroupName=orders-app");
    done(&server, &format!("{UPDATE}&DesiredCapacity=0"));
    at(&server, "30m");
    assert_eq!(states(&server), [0, 3, 0], "nothing is ended either");
    done(&server, "ResumeProcesses&AutoScalingGroupName=orders-app");
    at(&server, "35m");
    assert_eq!(states(&server), [0, 0, 0]);
    server.stop();
}

#[test]
fn activities_come_in_pages_the_newest_first() {
    let server = shop("");
    done(&server, &format!("{UPDATE}&DesiredCapacity=5"));
    at(&server, "5m");
    done(&server, &format!("{UPDATE}&DesiredCapacity=7"));
    at(&server, "10m");
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = done(&server, &format!("{TOLD}&MaxRecords=2{token}"));
        seen.extend(page.text().split("<StartTime>").skip(1).map(|rest| rest[..20].to_owned()));
        let Some(next) = page.element("NextToken") else { break };
        token = format!("&NextToken={}", next.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F"));
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.windows(2).all(|two| two[0] >= two[1]), "{seen:?}");
    server.stop();
}
