//! Every way a call can fail, as a class and a line that says what happened.

use std::time::{Duration, Instant};

use ciborium::Value;
use drdeck::aws::{Access, Login, Session, Unread};
use drdeck::model::query::{Metric, Window};
use drdeck::model::{FailureKind, Place, Query, Region};

use crate::aws_stub::{Misbehaviour, Reply, Stub, misbehaving, nobody, now, query_answer, session_at};

fn usw2() -> Place {
    Place::home("us-west-2")
}

fn lag() -> Query {
    let metric = Metric {
        namespace: "AWS/RDS".into(),
        name: "ReplicaLag".into(),
        dimensions: vec![],
        statistic: "Maximum".into(),
        window: Window::Recent,
    };
    Query::Series(usw2(), metric.into())
}

async fn failure(reply: impl Fn() -> Reply + Send + Sync + 'static, query: &Query) -> Unread {
    let stub = Stub::start(move |_| reply()).await;
    stub.session().await.read(query, now()).await.result.unwrap_err()
}

fn xml_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(
        status,
        "text/xml",
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        ),
    )
}

fn rest_json_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(status, "application/json", format!("{{\"message\":\"{message}\"}}")).with("x-amzn-errortype", code)
}

fn aws_json_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::new(
        status,
        "application/x-amz-json-1.0",
        format!("{{\"__type\":\"com.amazonaws#{code}\",\"message\":\"{message}\"}}"),
    )
}

fn cbor_error(status: u16, code: &str, message: &str) -> Reply {
    let text = |text: &str| Value::Text(text.into());
    let body = Value::Map(vec![
        (text("__type"), text(&format!("com.amazonaws.cloudwatch#{code}"))),
        (text("message"), text(message)),
    ]);
    let mut reply = Reply::cbor(&body).with("x-amzn-query-error", format!("{code};Sender"));
    reply.status = status;
    reply
}

#[tokio::test]
async fn each_protocol_says_denied_throttled_and_expired() {
    let rds = Query::DbInstances(usw2());
    let route53 = Query::HealthChecks(usw2());
    let drs = Query::SourceServers(usw2());
    let dynamodb = Query::Table(usw2(), "t".into());
    for (code, status, kind) in [
        ("AccessDenied", 403, FailureKind::Denied),
        ("Throttling", 400, FailureKind::Throttled),
        ("ExpiredToken", 403, FailureKind::Expired),
        ("InvalidClientTokenId", 403, FailureKind::Denied),
        ("InternalFailure", 500, FailureKind::ServerError),
        ("InvalidParameterValue", 400, FailureKind::Invalid),
    ] {
        for query in [&rds, &route53] {
            let failed = failure(move || xml_error(status, code, "said so"), query).await;
            assert_eq!(failed.kind, kind, "{code}: {failed}");
            assert!(failed.error.as_str().contains("said so"), "{failed}");
        }
    }
    for (code, status, kind) in [
        ("AccessDeniedException", 403, FailureKind::Denied),
        ("ThrottlingException", 429, FailureKind::Throttled),
        ("ExpiredTokenException", 403, FailureKind::Expired),
        ("UnrecognizedClientException", 403, FailureKind::Denied),
        ("InternalServerException", 500, FailureKind::ServerError),
        ("ValidationException", 400, FailureKind::Invalid),
    ] {
        let failed = failure(move || rest_json_error(status, code, "said so"), &drs).await;
        assert_eq!(failed.kind, kind, "{code}: {failed}");
        let failed = failure(move || aws_json_error(status, code, "said so"), &dynamodb).await;
        assert_eq!(failed.kind, kind, "{code}: {failed}");
        let failed = failure(move || cbor_error(status, code, "said so"), &lag()).await;
        assert_eq!(failed.kind, kind, "{code}: {failed}");
    }
}

#[tokio::test]
async fn what_does_not_exist() {
    for (query, reply) in [
        (
            Query::Table(usw2(), "t".into()),
            aws_json_error(400, "ResourceNotFoundException", "Requested resource not found"),
        ),
        (
            Query::ContinuousBackups(usw2(), "t".into()),
            aws_json_error(400, "TableNotFoundException", "Table not found: t"),
        ),
        (Query::Vault(usw2(), "v".into()), rest_json_error(400, "ResourceNotFoundException", "Vault not found")),
        (Query::DbInstances(usw2()), xml_error(404, "DBInstanceNotFound", "no such instance")),
        (Query::GlobalClusters(usw2()), xml_error(404, "GlobalClusterNotFoundFault", "no such cluster")),
        (Query::HealthCheckStatus(usw2(), "h".into()), xml_error(404, "NoSuchHealthCheck", "no such check")),
        (
            Query::SourceServers(usw2()),
            rest_json_error(400, "UninitializedAccountException", "Account not initialized"),
        ),
    ] {
        let (status, headers, body) = (reply.status, reply.headers, reply.body);
        let again = move || Reply { status, headers: headers.clone(), body: body.clone(), delay: Duration::ZERO };
        let failed = failure(again, &query).await;
        assert_eq!(failed.kind, FailureKind::NotFound, "{query:?}: {failed}");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_aws() {
    for query in [
        Query::DbInstances(usw2()),
        Query::HealthChecks(usw2()),
        Query::SourceServers(usw2()),
        Query::Table(usw2(), "t".into()),
        Query::BackupJobs(usw2()),
        lag(),
    ] {
        for status in [200, 404, 500] {
            let failed = failure(move || Reply::html(status), &query).await;
            assert_eq!(failed.kind, FailureKind::NotAws, "{query:?} {status}: {failed}");
            let (_, operation) = query.operation();
            let text = failed.error.as_str();
            assert!(
                text.contains("HTML page") && text.contains(&status.to_string()) && text.contains(operation),
                "{text}"
            );
        }
        let failed = failure(|| Reply::new(404, "text/plain", "not found"), &query).await;
        assert_eq!(failed.kind, FailureKind::NotAws, "{query:?}: {failed}");
        let failed = failure(|| Reply::new(503, "text/plain", "busy"), &query).await;
        assert_eq!(failed.kind, FailureKind::ServerError, "{query:?}: {failed}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_understood() {
    for query in [Query::DbInstances(usw2()), Query::HealthChecks(usw2()), Query::SourceServers(usw2()), lag()] {
        let failed = failure(|| Reply::new(200, "application/octet-stream", b"\x01\x02\xff!".to_vec()), &query).await;
        assert_eq!(failed.kind, FailureKind::Unreadable, "{query:?}: {failed}");
    }
    let failed = failure(|| Reply::xml("<Other><DBInstances/></Other>"), &Query::DbInstances(usw2())).await;
    assert_eq!(failed.kind, FailureKind::Unreadable, "{failed}");
}

#[tokio::test]
async fn the_network() {
    let query = Query::DbInstances(usw2());
    let short = Duration::from_millis(300);

    let refused = session_at(&nobody().await, short).await.read(&query, now()).await.result.unwrap_err();
    assert_eq!(refused.kind, FailureKind::Unreachable);
    assert!(refused.error.as_str().contains("refused"), "{refused}");

    for how in [Misbehaviour::Closes, Misbehaviour::Babbles] {
        let (url, task) = misbehaving(how).await;
        let closed = session_at(&url, short).await.read(&query, now()).await.result.unwrap_err();
        assert_eq!(closed.kind, FailureKind::Unreachable, "{closed}");
        assert!(closed.error.as_str().contains("rds cannot be reached"), "{closed}");
        task.abort();
    }

    let unresolved =
        session_at("http://no-such-host.invalid", short).await.read(&query, now()).await.result.unwrap_err();
    assert_eq!(unresolved.kind, FailureKind::Unreachable, "{unresolved}");
    assert!(unresolved.error.as_str().contains("resolved"), "{unresolved}");
}

#[tokio::test]
async fn every_call_has_a_time_out() {
    let (url, task) = misbehaving(Misbehaviour::Hangs).await;
    let session = session_at(&url, Duration::from_millis(200)).await;
    let queries = [
        Query::Identity(usw2()),
        Query::SourceServers(usw2()),
        Query::BackupJobs(usw2()),
        Query::DbInstances(usw2()),
        Query::HealthChecks(usw2()),
        Query::Table(usw2(), "t".into()),
        Query::Groups(usw2()),
        lag(),
    ];
    let started = Instant::now();
    for query in &queries {
        let failed = session.read(query, now()).await.result.unwrap_err();
        assert_eq!(failed.kind, FailureKind::TimedOut, "{query:?}: {failed}");
        assert!(failed.error.as_str().contains("0.4 s"), "{failed}");
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    task.abort();
}

#[tokio::test]
async fn a_region_that_hangs_does_not_delay_another() {
    let stub = Stub::start(|seen| {
        let answer = query_answer("DescribeDBInstances", "<DBInstances/>");
        if seen.region == "us-east-1" { answer.after(Duration::from_secs(60)) } else { answer }
    })
    .await;
    let session = session_at(&stub.url, Duration::from_secs(20)).await;
    let dead = tokio::spawn({
        let session = session.clone();
        async move { session.read(&Query::DbInstances(Place::home("us-east-1")), now()).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(session.read(&Query::DbInstances(usw2()), now()).await.result.is_ok());
    assert!(!dead.is_finished());
    dead.abort();
}

#[tokio::test]
async fn a_server_error_is_tried_twice_and_a_denial_once() {
    let stub = Stub::start(|seen| match seen.region.as_str() {
        "us-east-1" => xml_error(503, "ServiceUnavailable", "later"),
        _ => xml_error(403, "AccessDenied", "no"),
    })
    .await;
    let session = stub.session().await;
    let in_error = session.read(&Query::DbInstances(Place::home("us-east-1")), now()).await;
    assert_eq!((in_error.calls, stub.seen().len()), (2, 2));
    let denied = session.read(&Query::DbInstances(usw2()), now()).await;
    assert_eq!((denied.calls, stub.seen().len()), (1, 3));
}

fn dated(reply: Reply, offset: i64) -> Reply {
    let at = std::time::SystemTime::now() + Duration::from_secs(3600)
        - Duration::from_secs(u64::try_from(3600 - offset).unwrap());
    reply.with("date", httpdate_of(at))
}

fn httpdate_of(at: std::time::SystemTime) -> String {
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&jiff::Timestamp::try_from(at).unwrap())
        .unwrap()
}

#[tokio::test]
async fn a_clock_ten_minutes_behind_is_said_and_measured() {
    let stub = Stub::start(|seen| match seen.region.as_str() {
        "us-east-1" => dated(xml_error(403, "RequestExpired", "Request has expired"), 600),
        _ => dated(query_answer("DescribeDBInstances", "<DBInstances/>"), 600),
    })
    .await;
    let session = stub.session().await;
    assert_eq!(session.skew(), None);
    assert!(session.read(&Query::DbInstances(usw2()), now()).await.result.is_ok());
    let skew = session.skew().expect("ten minutes are notable").as_secs();
    assert!((590..=610).contains(&skew), "{skew}");
    let failed = session.read(&Query::DbInstances(Place::home("us-east-1")), now()).await.result.unwrap_err();
    assert_eq!(failed.kind, FailureKind::ClockSkew, "{failed}");
    assert!(failed.error.as_str().contains("behind AWS's"), "{failed}");
}

#[tokio::test]
async fn a_right_clock_has_no_skew() {
    let stub = Stub::start(|_| dated(query_answer("DescribeDBInstances", "<DBInstances/>"), 1)).await;
    let session = stub.session().await;
    assert!(session.read(&Query::DbInstances(usw2()), now()).await.result.is_ok());
    assert_eq!(session.skew(), None);
}

#[tokio::test]
async fn a_signature_that_is_wrong_is_denied_and_one_that_is_late_is_the_clock() {
    let wrong =
        failure(|| xml_error(403, "SignatureDoesNotMatch", "does not match"), &Query::DbInstances(usw2())).await;
    assert_eq!(wrong.kind, FailureKind::Denied);
    let late = || xml_error(403, "SignatureDoesNotMatch", "Signature expired: 20261120T1200Z is now earlier than");
    assert_eq!(failure(late, &Query::DbInstances(usw2())).await.kind, FailureKind::ClockSkew);
    let skewed = || xml_error(403, "RequestTimeTooSkewed", "too large");
    assert_eq!(failure(skewed, &Query::HealthChecks(usw2())).await.kind, FailureKind::ClockSkew);
}

#[tokio::test]
async fn a_role_that_is_refused_says_so() {
    let stub = Stub::start(|_| xml_error(403, "AccessDenied", "not authorized to perform: sts:AssumeRole")).await;
    let place = Place { region: Region::new("us-west-2"), role: Some("arn:aws:iam::444455556666:role/viewer".into()) };
    let session = stub.session().await;
    let queries = [Query::DbInstances(place.clone()), Query::SourceServers(place)];
    let failed = session.read(&queries[0], now()).await.result.unwrap_err();
    assert_eq!(failed.kind, FailureKind::Denied, "{failed}");
    assert!(failed.error.as_str().starts_with("the role could not be assumed"), "{failed}");
    let asked = stub.seen().len();
    let again = session.read(&queries[1], now()).await.result.unwrap_err();
    assert_eq!((again, stub.seen().len()), (failed, asked), "the refusal is remembered for a moment");
}

#[tokio::test]
async fn a_profile_that_does_not_exist() {
    let access = Access {
        endpoint_url: Some(nobody().await),
        arc: Vec::new(),
        login: Login::Chain { profile: Some("no-such-profile".into()) },
        session_name: None,
        timeout: Duration::from_secs(2),
    };
    let session = Session::open(access, &[Region::new("us-west-2")]).await;
    let failed = session.read(&Query::DbInstances(usw2()), now()).await.result.unwrap_err();
    assert_eq!(failed.kind, FailureKind::NoCredentials, "{failed}");
    assert!(failed.error.as_str().contains("the profile no-such-profile is neither in "), "{failed}");
}

#[tokio::test]
async fn errors_are_one_short_line() {
    let failed =
        failure(|| xml_error(400, "InvalidInput", &"many\nwords ".repeat(200)), &Query::DbInstances(usw2())).await;
    assert!(!failed.error.as_str().contains('\n'));
    assert!(failed.error.as_str().chars().count() < 320);
}

#[test]
fn nothing_secret_is_shown() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shown =
        runtime.block_on(async { format!("{:?}", session_at("http://127.0.0.1:1", Duration::from_secs(1)).await) });
    assert!(shown.contains("endpoint_url") && !shown.to_lowercase().contains("credentials"), "{shown}");
}

/// AWS explains a refused signature with the request it signed itself, headers and all.
#[tokio::test]
async fn a_refused_signature_shows_no_session_token() {
    let message = "The request signature we calculated does not match. The Canonical String for this request should have been \
                   'POST / x-amz-security-token:CANARY'";
    for reply in [xml_error as fn(u16, &str, &str) -> Reply, rest_json_error] {
        let failed = failure(move || reply(403, "SignatureDoesNotMatch", message), &Query::DbInstances(usw2())).await;
        assert!(!failed.error.as_str().contains("CANARY"), "{failed}");
    }
}

#[tokio::test]
async fn a_renewal_that_hangs_delays_nobody_while_the_old_credentials_hold() {
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(2);
    let logins = std::sync::atomic::AtomicU32::new(0);
    let stub = Stub::start(move |seen| {
        if seen.operation != "AssumeRole" {
            return query_answer("GetCallerIdentity", "<Account>444455556666</Account><Arn>arn:role</Arn>");
        }
        let again = logins.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0;
        let answer = query_answer(
            "AssumeRole",
            &format!(
                "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>{soon}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId>\
                 <Arn>arn:aws:sts::444455556666:assumed-role/viewer/drdeck</Arn></AssumedRoleUser>"
            ),
        );
        if again { answer.after(Duration::from_secs(60)) } else { answer }
    })
    .await;
    let session = stub.session().await;
    let place = Place { region: Region::new("us-west-2"), role: Some("arn:aws:iam::444455556666:role/viewer".into()) };
    let query = Query::Identity(place);
    session.read(&query, now()).await.result.unwrap();
    let began = Instant::now();
    session.read(&query, now()).await.result.unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(stub.seen().iter().filter(|seen| seen.operation == "AssumeRole").count() >= 1);
}

#[tokio::test]
async fn a_state_of_point_in_time_recovery_that_is_neither_on_nor_off_proves_nothing() {
    let sleeping = || {
        Reply::json(
            r#"{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED",
            "PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"SLEEPING"}}}"#,
        )
    };
    let failed = failure(sleeping, &Query::ContinuousBackups(usw2(), "carts".into())).await;
    assert_eq!(failed.kind, FailureKind::Unreadable);
    assert!(failed.error.as_str().contains("SLEEPING"), "{failed}");
}
