//! The topics of a Region.

use super::invalid;
use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::estate::sns::Topic;
use crate::sim::services::paging::{Page, PageRule};
use crate::sim::services::sts;
use crate::sim::wire::{AwsError, Value};

static PAGES: PageRule = PageRule {
    // SNS lets nobody choose: no request has this member.
    size: "PageSize",
    token: "NextToken",
    default: 100,
    min: 1,
    max: 100,
    bad_size: bad_page,
    bad_token: bad_page,
};

/// `ListTopics`.
pub(super) fn list(world: &World, call: &Call) -> Result<Value, AwsError> {
    let page = Page::of(world, call, &PAGES)?;
    let world = &page.world(world);
    let here: Vec<&Topic> = world.estate.sns.topics.iter().filter(|topic| topic.region == call.region).collect();
    let cut = page.cut(call, here);
    let topics = cut.items.iter().map(|topic| Value::map([("TopicArn", arn(world, topic).into())]));
    Ok(Value::map([("Topics", Value::list("member", topics)), ("NextToken", cut.next.into())]))
}

/// `GetTopicAttributes`.
pub(super) fn attributes(world: &World, call: &Call) -> Result<Value, AwsError> {
    let topic = asked(world, call, "GetTopicAttributes")?;
    let (arn, account) = (arn(world, topic), &world.estate.account);
    let policy = serde_json::json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "SNS:Publish",
            "Resource": arn, "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }],
    });
    let mut all = vec![
        ("TopicArn", arn),
        ("Owner", account.clone()),
        ("Policy", policy.to_string()),
        ("DisplayName", topic.display_name.clone()),
        ("SubscriptionsPending", "0".to_owned()),
        ("SubscriptionsConfirmed", topic.subscriptions.to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
    ];
    if topic.is_fifo() {
        all.push(("FifoTopic", "true".to_owned()));
        all.push(("ContentBasedDeduplication", topic.deduplicates_by_content.to_string()));
    }
    let entries = all.into_iter().map(|(key, value)| Value::map([("key", key.into()), ("value", value.into())]));
    Ok(Value::map([("Attributes", Value::list("entry", entries))]))
}

pub(super) fn arn(world: &World, topic: &Topic) -> String {
    world.arn("sns", &topic.region, &topic.name)
}

/// The topic a call is about: of the caller's account, in the Region asked.
pub(super) fn asked<'w>(world: &'w World, call: &Call, action: &str) -> Result<&'w Topic, AwsError> {
    let arn = call.text("TopicArn").ok_or_else(|| invalid("TopicArn Reason: no value for required parameter"))?;
    let parts: Vec<&str> = arn.split(':').collect();
    let &["arn", "aws", "sns", region, account, name] = parts.as_slice() else {
        return Err(invalid(format!("TopicArn Reason: An ARN must have at least 6 elements, not {}", parts.len())));
    };
    if region != call.region {
        return Err(invalid("TopicArn"));
    }
    if account != world.estate.account {
        let message = format!(
            "User: {} is not authorized to perform: SNS:{action} on resource: {arn} because no resource-based policy allows \
             the SNS:{action} action",
            sts::caller(world, call)
        );
        return Err(AwsError::new(403, "AuthorizationError", message));
    }
    let found = world.estate.sns.topics.iter().find(|topic| topic.region == region && topic.name == name);
    found.ok_or_else(|| AwsError::new(404, "NotFound", "Topic does not exist"))
}

fn bad_page(_: String) -> AwsError {
    invalid("NextToken")
}
