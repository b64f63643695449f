//! A server that answers what a test tells it to, and endpoints that misbehave on the network.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ciborium::Value;
use drdeck::aws::{Access, Login, Session};
use drdeck::config::ArcEndpoint;
use drdeck::model::facts::Answer;
use drdeck::model::{Moment, Query, Region};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) operation: String,
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) authorization: String,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What to answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delay: Duration,
}

impl Reply {
    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", kind.to_owned())];
        Self { status, headers, body: body.into(), delay: Duration::ZERO }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self::new(200, "application/json", body)
    }

    pub(crate) fn xml(body: &str) -> Self {
        Self::new(200, "text/xml", body)
    }

    pub(crate) fn cbor(body: &Value) -> Self {
        let mut bytes = Vec::new();
        ciborium::into_writer(body, &mut bytes).unwrap();
        Self::new(200, "application/cbor", bytes).with("smithy-protocol", "rpc-v2-cbor")
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::new(status, "text/html; charset=utf-8", "<!doctype html>\n<title>Error</title><h1>Error</h1>")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// An awsQuery answer of one operation.
pub(crate) fn query_answer(operation: &str, inner: &str) -> Reply {
    Reply::xml(&format!(
        "<{operation}Response xmlns=\"http://example.com/doc/\"><{operation}Result>{inner}</{operation}Result>\
         <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    ))
}

pub(crate) struct Stub {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Stub {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                let service = service_fn(move |request| serve(request, Arc::clone(&log), Arc::clone(&answer)));
                tokio::spawn(
                    async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await },
                );
            }
        });
        Self { url, seen, task }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) async fn session(&self) -> Session {
        session_at(&self.url, Duration::from_secs(20)).await
    }

    /// One answer that must come.
    pub(crate) async fn read(&self, query: &Query) -> Answer {
        self.session().await.read(query, now()).await.result.unwrap()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    request: Request<hyper::body::Incoming>,
    log: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<impl Fn(&Seen) -> Reply>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| head.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let path = head.uri.path().to_owned();
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let action = form.iter().find(|(name, _)| name == "Action").map(|(_, value)| value.clone());
    let target = header("x-amz-target");
    let authorization = header("authorization");
    let scope: Vec<String> = authorization
        .split_once("Credential=")
        .map(|(_, rest)| rest.split(['/', ',']).map(str::to_owned).collect())
        .unwrap_or_default();
    let part = |at: usize| scope.get(at).cloned().unwrap_or_default();
    let seen = Seen {
        operation: action.unwrap_or_else(|| match target.rsplit_once('.') {
            Some((_, operation)) => operation.to_owned(),
            None => path.rsplit('/').next().unwrap_or_default().to_owned(),
        }),
        region: part(2),
        service: part(3),
        path,
        query: head.uri.query().unwrap_or_default().to_owned(),
        authorization,
        body,
    };
    log.lock().unwrap().push(seen.clone());
    let reply = answer(&seen);
    tokio::time::sleep(reply.delay).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(Bytes::from(reply.body))).unwrap())
}

/// What an endpoint does on the network instead of answering.
#[derive(Clone, Copy)]
pub(crate) enum Misbehaviour {
    /// Accepts, reads, and never answers.
    Hangs,
    /// Reads the request and closes.
    Closes,
    /// Answers something that is not HTTP.
    Babbles,
}

/// An endpoint that misbehaves; ends with the returned task.
pub(crate) async fn misbehaving(how: Misbehaviour) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                match how {
                    Misbehaviour::Hangs => std::future::pending().await,
                    Misbehaviour::Closes => {}
                    Misbehaviour::Babbles => {
                        let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.6\r\n").await;
                    }
                }
            });
        }
    });
    (url, task)
}

/// An address where nobody listens.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

pub(crate) async fn session_at(url: &str, timeout: Duration) -> Session {
    let arc = vec![ArcEndpoint { region: Region::new("us-west-2"), url: url.to_owned() }];
    let access = Access {
        endpoint_url: Some(url.to_owned()),
        arc,
        login: Login::Simulator { user: None },
        session_name: None,
        timeout,
    };
    Session::open(access, &[Region::new("us-west-2")]).await
}

/// The moment all tests of this module's users ask at.
pub(crate) fn now() -> Moment {
    "2026-11-20T12:00:00Z".parse().unwrap()
}
