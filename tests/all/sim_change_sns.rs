//! Messages: what is published is kept for the facilitator, once or twice as AWS would.

use drdeck::demo;
use drdeck::sim::Running;
use serde_json::Value as Json;

use crate::sim_kit::{Reply, ask, at, query, simulator};

const TOPIC: &str = "arn:aws:sns:us-west-2:111122223333:dr-incidents";

fn sns(server: &Running, form: &str) -> Reply {
    query(server, "sns", "us-west-2", form).unwrap()
}

fn publish(server: &Running, topic: &str, rest: &str) -> Reply {
    sns(server, &format!("Action=Publish&Version=2010-03-31&TopicArn={topic}&{rest}"))
}

fn messages(server: &Running) -> Vec<Json> {
    ask(server, "/_drdeck/messages").as_array().unwrap().clone()
}

fn is_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.element("Code").unwrap().as_str()), (status, code), "{}", reply.text());
}

#[test]
fn what_is_published_is_listed_with_its_time_and_attributes() {
    let server = simulator(demo::ESTATE, "");
    at(&server, "7m");
    let rest = "Subject=storefront%3A+failover&Message=us-east-1+is+gone%2C+%3Ewe+move&MessageAttributes.entry.1.Name=severity\
                &MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=1";
    let reply = publish(&server, TOPIC, rest);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.text().contains("xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\""));
    let listed = messages(&server);
    assert_eq!(listed.len(), 1);
    let first = &listed[0];
    assert_eq!(first["at"], "2026-11-20T12:07:00Z");
    assert_eq!(first["topic"], TOPIC);
    assert_eq!(first["subject"], "storefront: failover");
    assert_eq!(first["message"], "us-east-1 is gone, >we move");
    assert_eq!(first["attributes"]["severity"], "1");
    assert_eq!(first["id"].as_str(), reply.element("MessageId").as_deref());
    assert_ne!(publish(&server, TOPIC, rest).element("MessageId"), reply.element("MessageId"), "twice is two messages");
    assert_eq!(messages(&server).len(), 2);
}

#[test]
fn what_sns_does_not_take_is_refused_and_not_kept() {
    let server = simulator(demo::ESTATE, "");
    let long = "x".repeat(262_145);
    let refusals = [
        (TOPIC, "Message=".to_owned(), 400, "InvalidParameter"),
        (TOPIC, format!("Message={long}"), 400, "InvalidParameter"),
        (TOPIC, format!("Message=x&Subject={}", "s".repeat(101)), 400, "InvalidParameter"),
        (TOPIC, "Message=x&Subject=two%0Alines".to_owned(), 400, "InvalidParameter"),
        (TOPIC, "Message=x&MessageDeduplicationId=a".to_owned(), 400, "InvalidParameter"),
        (TOPIC, "Message=%7B%7D&MessageStructure=json".to_owned(), 400, "InvalidParameter"),
        ("arn:aws:sns:us-west-2:111122223333:nobody", "Message=x".to_owned(), 404, "NotFound"),
        ("arn:aws:sns:us-east-1:111122223333:dr-incidents", "Message=x".to_owned(), 400, "InvalidParameter"),
        ("arn:aws:sns:us-west-2:999999999999:dr-incidents", "Message=x".to_owned(), 403, "AuthorizationError"),
        ("dr-incidents", "Message=x".to_owned(), 400, "InvalidParameter"),
    ];
    for (topic, rest, status, code) in refusals {
        is_refused(&publish(&server, topic, &rest), status, code);
    }
    assert!(messages(&server).is_empty());
    let exact = publish(&server, TOPIC, &format!("Message={}", "x".repeat(262_144)));
    assert_eq!(exact.status, 200);
}

#[test]
fn a_fifo_topic_takes_the_same_message_once_in_five_minutes() {
    let topic = |more: &str| format!("[[sns.topic]]\nname = \"steps.fifo\"\nregion = \"us-west-2\"\n{more}");
    let estate = format!("name = \"x\"\naccount = \"111122223333\"\nregions = [\"us-west-2\"]\n{}", topic(""));
    let server = simulator(&estate, "");
    let arn = "arn:aws:sns:us-west-2:111122223333:steps.fifo";
    is_refused(&publish(&server, arn, "Message=x&MessageDeduplicationId=1"), 400, "InvalidParameter");
    is_refused(&publish(&server, arn, "Message=x&MessageGroupId=run"), 400, "InvalidParameter");
    let rest = "Message=x&MessageGroupId=run&MessageDeduplicationId=intent-1";
    let first = publish(&server, arn, rest);
    assert_eq!(first.element("SequenceNumber").unwrap().len(), 20);
    at(&server, "4m59s");
    assert_eq!(publish(&server, arn, rest).element("MessageId"), first.element("MessageId"));
    assert_eq!(messages(&server).len(), 1);
    let calls = ask(&server, "/_drdeck/calls");
    assert_eq!(calls.as_array().unwrap().last().unwrap()["changed"], false);
    at(&server, "5m");
    assert_ne!(publish(&server, arn, rest).element("MessageId"), first.element("MessageId"));
    assert_eq!(messages(&server).len(), 2);
}

#[test]
fn topics_are_listed_by_region_and_described() {
    let server = simulator(demo::ESTATE, "");
    let here = sns(&server, "Action=ListTopics");
    assert_eq!((here.count("TopicArn"), here.element("TopicArn").unwrap().as_str()), (1, TOPIC));
    let east = query(&server, "sns", "us-east-1", "Action=ListTopics").unwrap();
    assert_eq!(east.element("TopicArn").unwrap(), TOPIC.replace("us-west-2", "us-east-1"));
    let told = sns(&server, &format!("Action=GetTopicAttributes&TopicArn={TOPIC}")).text();
    assert!(told.contains("<entry><key>SubscriptionsConfirmed</key><value>6</value></entry>"), "{told}");
    is_refused(&sns(&server, "Action=ListTopics&NextToken=nothing"), 400, "InvalidParameter");
}
