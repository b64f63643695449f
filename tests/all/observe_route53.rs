//! Route 53 is never asked faster than half of what it allows, whoever asks; and a source that is told to slow down says so.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use drdeck::aws::Bucket;
use drdeck::model::{FailureKind, Query, Service};
use drdeck::observe::{Observer, once};

use crate::aws_stub::{Reply, Seen, Stub};
use crate::observe::{check, estate_of, settings, small_aws};

/// GET of a path at an address.
pub(crate) fn fetch(address: &str, path: &str) -> serde_json::Value {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    serde_json::from_slice(&answer[at..]).unwrap()
}

#[test]
fn a_bucket_lets_so_many_through_at_once_and_then_one_at_a_time() {
    let began = Instant::now();
    let mut bucket = Bucket::full(began, 20, Duration::from_millis(200));
    let waits: Vec<Duration> = (0..120).map(|_| bucket.take(began)).collect();
    assert!(waits[..20].iter().all(Duration::is_zero));
    assert_eq!(waits[20], Duration::from_millis(200));
    assert_eq!(waits[119], Duration::from_secs(20));
    // No window of so many seconds holds more than half of 50 and half of 10 a second.
    for (n, first) in waits.iter().enumerate() {
        for (m, last) in waits.iter().enumerate().skip(n) {
            let length = (*last - *first).as_secs_f64();
            assert!((m - n + 1) as f64 <= 25.0 + 5.0 * length, "{} in {length} s", m - n + 1);
        }
    }
    // What was not used for a while is there again, but no more than that.
    let later = began + Duration::from_hours(1);
    let waits: Vec<Duration> = (0..21).map(|_| bucket.take(later)).collect();
    assert_eq!((waits[19], waits[20]), (Duration::ZERO, Duration::from_millis(200)));
}

/// A page of health checks, of which there are many.
fn page(seen: &Seen, pages: u32) -> Reply {
    let marker = seen.query.split('&').find_map(|pair| pair.strip_prefix("marker="));
    let next = marker.map_or(0, |marker| marker.parse::<u32>().unwrap()) + 1;
    let more = if next < pages {
        format!("<IsTruncated>true</IsTruncated><NextMarker>{next}</NextMarker>")
    } else {
        "<IsTruncated>false</IsTruncated>".to_owned()
    };
    Reply::xml(&format!(
        "<ListHealthChecksResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><HealthChecks></HealthChecks>\
         <Marker></Marker>{more}<MaxItems>100</MaxItems></ListHealthChecksResponse>"
    ))
}

fn is_route53(seen: &Seen) -> bool {
    seen.service == "route53"
}

#[tokio::test]
async fn no_window_holds_more_than_half_of_what_route_53_allows() {
    let (began, times) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let log = Arc::clone(&times);
    let stub = Stub::start(move |seen| {
        if is_route53(seen) {
            log.lock().unwrap().push((began.elapsed().as_secs_f64(), seen.operation.clone()));
        }
        if seen.operation == "healthcheck" { page(seen, 40) } else { small_aws(began, seen) }
    })
    .await;
    let mut settings = settings(&stub.url);
    settings.access.timeout = Duration::from_secs(5);
    let estate = estate_of((0..6).map(check).collect());
    tokio::task::spawn_blocking(move || once(settings, estate, Duration::from_secs(15))).await.unwrap().unwrap();
    let times = times.lock().unwrap().clone();
    assert!(times.len() >= 45, "40 pages and some of the checkers: {}", times.len());
    // The server sees a call a little later than it was sent, so two may come closer than they were.
    let fits = |burst: f64, a_second: f64, times: &[f64]| {
        for (n, first) in times.iter().enumerate() {
            for (m, last) in times.iter().enumerate().skip(n) {
                let most = burst + a_second * (last - first + 0.5);
                assert!((m - n + 1) as f64 <= most, "{} in {:.2} s", m - n + 1, last - first);
            }
        }
    };
    let all: Vec<f64> = times.iter().map(|(at, _)| *at).collect();
    let checkers: Vec<f64> = times.iter().filter(|(_, what)| what == "status").map(|(at, _)| *at).collect();
    fits(25.0, 5.0, &all);
    fits(2.0, 0.5, &checkers);
}

#[tokio::test]
async fn a_throttled_source_backs_off_and_says_since_when_and_until_when() {
    let began = Instant::now();
    let throttled = |seen: &Seen| {
        let error = "<ErrorResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Error><Type>Sender</Type>\
                     <Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>";
        (seen.operation == "healthcheck").then(|| Reply::new(400, "text/xml", error))
    };
    let stub = Stub::start(move |seen| throttled(seen).unwrap_or_else(|| small_aws(began, seen))).await;
    let mut settings = settings(&stub.url);
    settings.access.timeout = Duration::from_secs(5);
    let observer = Observer::start(estate_of(vec![check(0)]), settings).unwrap();
    // A minute there is a second here: nine tries without backing off, each of two attempts.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let seen = observer.observations().borrow().clone().unwrap();
    drop(observer);
    let asked = stub.seen().iter().filter(|seen| seen.operation == "healthcheck").count();
    assert!((4..=10).contains(&asked), "{asked} in 10 s: after 1, 2, 4 and 8 of them");
    let list = |query: &&Arc<Query>| matches!(***query, Query::HealthChecks(_));
    let query = seen.snapshot.readings.keys().find(list).unwrap();
    let failure = seen.snapshot.readings.get(query).unwrap().failing.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::Throttled);
    let source = seen.assessment.sources.iter().find(|source| source.service == Service::Route53).unwrap();
    let error = source.failure.as_ref().unwrap().error.to_string();
    let words = [&failure.since.strftime("asked to slow down since %H:%M").to_string(), "drdeck waits until"];
    assert!(words.iter().all(|words| error.contains(words)), "{error}");
    let until = error.rsplit(' ').next().unwrap();
    assert!(until > failure.at.strftime("%H:%M:%SZ").to_string().as_str(), "{until} is not after {}", failure.at);
}
