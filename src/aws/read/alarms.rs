//! CloudWatch alarms.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, LogAlarm, MetricAlarm, StateValue};

use super::convert::{known, moment, some_text, text};
use super::{Ask, Unread};
use crate::model::FailureKind;
use crate::model::facts::Known;
use crate::model::facts::cloudwatch::{Alarm, AlarmState};

/// The most that DescribeAlarms gives in one page.
const PAGE: i32 = 100;

const STATES: [(&str, AlarmState); 3] =
    [("OK", AlarmState::Ok), ("ALARM", AlarmState::Alarm), ("INSUFFICIENT_DATA", AlarmState::InsufficientData)];

/// What alarms of all three kinds have in common, in types of the SDK that share nothing.
macro_rules! common {
    ($raw:ident) => {
        Alarm {
            name: text($raw.alarm_name),
            arn: text($raw.alarm_arn),
            state: state($raw.state_value.as_ref()),
            reason: some_text($raw.state_reason),
            // What was updated last may be the reason alone.
            since: moment($raw.state_transitioned_timestamp.or($raw.state_updated_timestamp)),
            actions_enabled: $raw.actions_enabled.unwrap_or(true),
            missing_data: None,
            metric: None,
        }
    };
}

/// Every alarm. Unless it is told otherwise DescribeAlarms leaves out all but those of metrics. An endpoint that knows no alarms of log queries yet
/// refuses the word, so it is asked again without.
pub(super) async fn alarms(ask: &Ask<'_>, client: &Client) -> Result<Vec<Alarm>, Unread> {
    match of_types(ask, client, &[AlarmType::MetricAlarm, AlarmType::CompositeAlarm, AlarmType::LogAlarm]).await {
        Err(refused) if refused.kind == FailureKind::Invalid => {
            of_types(ask, client, &[AlarmType::MetricAlarm, AlarmType::CompositeAlarm]).await
        }
        read => read,
    }
}

async fn of_types(ask: &Ask<'_>, client: &Client, types: &[AlarmType]) -> Result<Vec<Alarm>, Unread> {
    ask.pages(
        |token| {
            client
                .describe_alarms()
                .set_alarm_types(Some(types.to_vec()))
                .max_records(PAGE)
                .set_next_token(token)
                .send()
        },
        |page| {
            let of_metrics = page.metric_alarms.unwrap_or_default().into_iter().map(of_metric);
            let of_alarms = page.composite_alarms.unwrap_or_default().into_iter().map(of_alarms);
            let of_logs = page.log_alarms.unwrap_or_default().into_iter().map(of_logs);
            (of_metrics.chain(of_alarms).chain(of_logs).collect(), page.next_token)
        },
    )
    .await
}

fn of_metric(raw: MetricAlarm) -> Alarm {
    Alarm {
        metric: some_text(raw.namespace).zip(some_text(raw.metric_name)),
        missing_data: some_text(raw.treat_missing_data),
        ..common!(raw)
    }
}

fn of_alarms(raw: CompositeAlarm) -> Alarm {
    common!(raw)
}

fn of_logs(raw: LogAlarm) -> Alarm {
    Alarm { missing_data: some_text(raw.treat_missing_data), ..common!(raw) }
}

fn state(raw: Option<&StateValue>) -> Known<AlarmState> {
    known(raw.map(StateValue::as_str), &STATES)
}
