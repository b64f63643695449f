//! Why a call brought no answer: a class, and one line for people that says what happened and, where there is something, what to do.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::page::NoPage;
use super::profiles;
use crate::model::{FailureKind, Service, Span, Text};

/// Longer messages are cut: an error is one line beside a figure.
const MESSAGE_LIMIT: usize = 300;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The class.
    pub kind: FailureKind,
    /// One line: what happened and what to do about it.
    pub error: Text,
}

impl Unread {
    /// A failure with what to say about it.
    pub fn new(kind: FailureKind, error: impl AsRef<str>) -> Self {
        Self { kind, error: Text::new(one_line(error.as_ref())) }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Unread {}

/// What is known of the call that failed.
pub(super) struct Circumstances<'a> {
    /// The prefix of its IAM actions.
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    /// The endpoint of the configuration, if it is not AWS's own.
    pub(super) endpoint: Option<&'a str>,
    /// The time-out of the whole call, retries included.
    pub(super) patience: Duration,
    /// How far AWS's clock is ahead of ours, if that is notable.
    pub(super) skew: Option<Span>,
}

/// The failure of a call.
pub(super) fn of_call<E>(error: &SdkError<E, HttpResponse>, about: &Circumstances<'_>) -> Unread
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(known) = of_cause(error) {
        return known;
    }
    match error {
        SdkError::TimeoutError(_) => timed_out(about),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => timed_out(about),
        SdkError::DispatchFailure(_) => of_network(error, about),
        SdkError::ServiceError(answer) => {
            let raw = answer.raw();
            match answer.err().code().filter(|code| !code.is_empty()) {
                Some(code) => of_code(code, answer.err().message().unwrap_or_default(), raw.status().as_u16(), about),
                None => of_foreign_answer(raw, &causes(error), about),
            }
        }
        SdkError::ResponseError(answer) => of_foreign_answer(answer.raw(), &causes(error), about),
        SdkError::ConstructionFailure(_) | _ => {
            Unread::new(FailureKind::Invalid, format!("{} could not be asked: {}", about.operation, causes(error)))
        }
    }
}

/// The failure to get credentials: those of `profile`, if one was named.
pub(super) fn of_credentials(error: &CredentialsError, profile: Option<&str>) -> Unread {
    if let Some(refused) = links(error).find_map(|link| link.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>())
    {
        let about = Circumstances {
            service: Service::Sts.as_str(),
            operation: "AssumeRole",
            endpoint: None,
            patience: Duration::ZERO,
            skew: None,
        };
        let failure = of_call(refused, &about);
        return Unread::new(failure.kind, format!("the role could not be assumed: {}", failure.error));
    }
    if let Some(known) = links(error).find_map(|link| link.downcast_ref::<Unread>()) {
        return known.clone();
    }
    let why = causes(error);
    if why.to_ascii_lowercase().contains("expired") {
        return Unread::new(FailureKind::Expired, format!("credentials have expired, log in again: {why}"));
    }
    if why.contains("SSO") {
        return Unread::new(FailureKind::NoCredentials, format!("not logged in, run `aws sso login`: {why}"));
    }
    let nothing_found = matches!(error, CredentialsError::CredentialsNotLoaded(_));
    match (error, profile) {
        (CredentialsError::ProviderTimedOut(_), _) => {
            Unread::new(FailureKind::TimedOut, format!("no credentials in time: {why}"))
        }
        (_, Some(profile)) if nothing_found => Unread::new(
            FailureKind::NoCredentials,
            format!("the profile {profile} {}: {why}", profiles::trouble(profile)),
        ),
        // The instance's metadata service is the end of the default chain: nothing before it had any.
        _ if nothing_found || why.contains("IMDS") => Unread::new(FailureKind::NoCredentials, nothing_found_at_all()),
        _ => Unread::new(FailureKind::NoCredentials, format!("no AWS credentials: {why}")),
    }
}

fn nothing_found_at_all() -> String {
    const DO: &str = "name a profile (--profile), log in (`aws sso login`), or set AWS_ACCESS_KEY_ID";
    match std::env::var(profiles::VARIABLE) {
        Ok(profile) if !profile.is_empty() => format!(
            "no AWS credentials found: the profile {profile}, which {} names, {}; {DO}",
            profiles::VARIABLE,
            profiles::trouble(&profile)
        ),
        Ok(_) | Err(_) => format!("no AWS credentials found: {DO}"),
    }
}

/// A length of time in whole or tenths of seconds: `5 s`, `0.5 s`.
pub(super) fn seconds(length: Duration) -> String {
    if length.subsec_millis() == 0 {
        format!("{} s", length.as_secs())
    } else {
        format!("{:.1} s", length.as_secs_f64())
    }
}

/// A cause deep in the chain that says more than the outer error: failed credentials.
fn of_cause(error: &(dyn Error + 'static)) -> Option<Unread> {
    links(error).find_map(|link| {
        let remembered = link.downcast_ref::<Unread>().cloned();
        remembered.or_else(|| link.downcast_ref::<CredentialsError>().map(|error| of_credentials(error, None)))
    })
}

fn timed_out(about: &Circumstances<'_>) -> Unread {
    let within =
        if about.patience.is_zero() { "in time".to_owned() } else { format!("within {}", seconds(about.patience)) };
    Unread::new(FailureKind::TimedOut, format!("{} did not answer {within}{}", about.service, at(about)))
}

fn of_network(error: &(dyn Error + 'static), about: &Circumstances<'_>) -> Unread {
    let what = match Trouble::of(error) {
        Trouble::TimedOut => return timed_out(about),
        Trouble::NoName { .. } => "its name could not be resolved: no network, or no such Region".to_owned(),
        Trouble::NoRoute => "no route to it".to_owned(),
        Trouble::Refused(why) => why,
    };
    Unread::new(FailureKind::Unreachable, format!("{} cannot be reached: {what}{}", about.service, at(about)))
}

/// Whether there never was a connection that the request could have gone out on: no name, refused, no TLS, not in time.
pub(super) fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let clients = links(error).filter_map(|link| link.downcast_ref::<hyper_util::client::legacy::Error>());
    clients.into_iter().any(hyper_util::client::legacy::Error::is_connect)
}

/// Why a connection brought nothing.
enum Trouble {
    /// It took too long.
    TimedOut,
    /// The name of the other end could not be resolved; `known` if a resolver said that there is no such name.
    NoName { known: bool },
    /// There is no way out of this machine's network.
    NoRoute,
    /// Something else, in words.
    Refused(String),
}

impl Trouble {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let why = causes(error);
        let kind = links(error).find_map(|link| link.downcast_ref::<io::Error>().map(io::Error::kind));
        if why.contains("dns error") || why.contains("lookup address") || why.contains("resolve") {
            // As C libraries say it, Linux's and macOS's; anything else may be this machine's own trouble.
            let absent = ["not known", "nodename nor servname", "No address associated"];
            return Self::NoName { known: absent.iter().any(|words| why.contains(words)) };
        }
        if ["certificate", "invalid peer", "corrupt message", "tls handshake"].iter().any(|words| why.contains(words)) {
            return Self::Refused(format!(
                "TLS failed: {}",
                why.strip_prefix("TLS handshake failed: ").unwrap_or(&why)
            ));
        }
        Self::Refused(match kind {
            Some(io::ErrorKind::TimedOut) => return Self::TimedOut,
            Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown) => return Self::NoRoute,
            Some(io::ErrorKind::HostUnreachable) => "no route to it".to_owned(),
            Some(io::ErrorKind::ConnectionRefused) => "the connection was refused".to_owned(),
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
                "the connection was reset".to_owned()
            }
            _ if why.contains("incomplete message") || why.contains("connection closed") => {
                "the connection was closed before an answer".to_owned()
            }
            _ => why,
        })
    }
}

/// Why there is no page, where the connection says so.
pub(super) fn of_page(error: &ConnectorError, patience: Duration) -> NoPage {
    if error.is_timeout() {
        return no_page_in_time(patience);
    }
    let untried = |what: &str| NoPage::Untried(Unread::new(FailureKind::Unreachable, what));
    match Trouble::of(error) {
        Trouble::TimedOut => no_page_in_time(patience),
        Trouble::NoName { known: true } => NoPage::Silent(Text::new("there is no such name")),
        Trouble::NoName { known: false } => {
            untried("its name could not be resolved: no network, or no resolver answers")
        }
        Trouble::NoRoute => untried("there is no way out of this machine's network"),
        Trouble::Refused(why) => NoPage::Silent(Text::new(one_line(&why))),
    }
}

/// Nobody answered for so long.
pub(super) fn no_page_in_time(patience: Duration) -> NoPage {
    NoPage::Silent(Text::new(format!("no answer within {}", seconds(patience))))
}

fn at(about: &Circumstances<'_>) -> String {
    about.endpoint.map_or_else(String::new, |endpoint| format!(" ({endpoint})"))
}

/// An answer that is neither what was asked for nor an error of AWS: somebody else answered, or a service in trouble.
fn of_foreign_answer(raw: &HttpResponse, why: &str, about: &Circumstances<'_>) -> Unread {
    let status = raw.status().as_u16();
    let operation = about.operation;
    if is_html(raw) {
        let who = if about.endpoint.is_some() { "the endpoint" } else { "something in between" };
        let text = format!(
            "{who} answered HTTP {status} with an HTML page, not with {} {operation}{}",
            about.service,
            at(about)
        );
        return Unread::new(FailureKind::NotAws, text);
    }
    match status {
        200..=299 => {
            Unread::new(FailureKind::Unreadable, format!("the answer to {operation} could not be understood: {why}"))
        }
        500..=599 => {
            Unread::new(FailureKind::ServerError, format!("{} answered {operation} with HTTP {status}", about.service))
        }
        429 => Unread::new(FailureKind::Throttled, format!("{} asks to slow down (HTTP 429)", about.service)),
        407 => Unread::new(FailureKind::Unreachable, "a proxy asks for a login (HTTP 407)"),
        _ => Unread::new(
            FailureKind::NotAws,
            format!("HTTP {status} without an AWS error: is this an endpoint of {}?{}", about.service, at(about)),
        ),
    }
}

fn is_html(raw: &HttpResponse) -> bool {
    let typed = raw.headers().get("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let body = raw.body().bytes().unwrap_or_default();
    let start: String = String::from_utf8_lossy(body.get(..64).unwrap_or(body)).trim_start().to_ascii_lowercase();
    typed || start.starts_with("<!doctype html") || start.starts_with("<html")
}

/// An error as AWS names it.
fn of_code(code: &str, message: &str, status: u16, about: &Circumstances<'_>) -> Unread {
    // A refused signature is explained with the whole request, session token included.
    let message = message.split_once("The Canonical String").map_or(message, |(before, _)| before).trim_end();
    let said = if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
    let kind = kind_of(code, message, status, about.skew);
    let operation = format!("{}:{}", about.service, about.operation);
    let text = match kind {
        FailureKind::Denied if message.is_empty() => format!("{code}: this identity may not call {operation}"),
        FailureKind::Expired => format!("credentials have expired, log in again ({said})"),
        FailureKind::ClockSkew => match about.skew {
            Some(skew) => format!("this machine's clock is {} AWS's, set it right ({said})", apart(skew)),
            None => format!("this machine's clock and AWS's are too far apart, set it right ({said})"),
        },
        FailureKind::NotFound if code == "UninitializedAccountException" => {
            format!("DRS was never set up in this Region ({code})")
        }
        FailureKind::Throttled => format!("AWS asks to slow down ({said})"),
        FailureKind::ServerError => format!("{} answers with an error, HTTP {status} ({said})", about.service),
        FailureKind::NoCredentials
        | FailureKind::Denied
        | FailureKind::TimedOut
        | FailureKind::Unreachable
        | FailureKind::NotFound
        | FailureKind::NotAws
        | FailureKind::Invalid
        | FailureKind::Unreadable => said,
    };
    Unread::new(kind, text)
}

/// `10m 3s behind`: where our clock is as seen from AWS's.
fn apart(skew: Span) -> String {
    let total = skew.as_secs().unsigned_abs();
    let length = if total < 60 { format!("{total}s") } else { format!("{}m {}s", total / 60, total % 60) };
    format!("{length} {}", if skew.is_negative() { "ahead of" } else { "behind" })
}

/// The codes that the SDK too takes for throttling, as the services name them.
const THROTTLED: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// Credentials that were good once.
const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "ExpiredCredentials"];

/// Credentials or permissions that do not do. A Region that is not enabled for the account answers with the token codes.
const DENIED: [&str; 14] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "NotAuthorized",
    "AuthorizationError",
    "AuthFailure",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "IncompleteSignature",
    "OptInRequired",
];

/// An operation or a version that the endpoint has never heard of.
const NOT_AWS: [&str; 4] = ["UnknownOperationException", "InvalidAction", "UnknownOperation", "NoSuchVersion"];

fn kind_of(code: &str, message: &str, status: u16, skew: Option<Span>) -> FailureKind {
    let far_off = skew.is_some_and(|skew| skew.abs() >= Span::from_mins(4));
    match code {
        "RequestTimeTooSkewed" => FailureKind::ClockSkew,
        "RequestExpired" if far_off => FailureKind::ClockSkew,
        "RequestExpired" => FailureKind::Expired,
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            if far_off || message.contains("Signature expired") || message.contains("not yet current") {
                FailureKind::ClockSkew
            } else {
                FailureKind::Denied
            }
        }
        "UninitializedAccountException" => FailureKind::NotFound,
        "RequestTimeout" | "RequestTimeoutException" => FailureKind::TimedOut,
        code if THROTTLED.contains(&code) => FailureKind::Throttled,
        code if EXPIRED.contains(&code) => FailureKind::Expired,
        code if DENIED.contains(&code) => FailureKind::Denied,
        code if NOT_AWS.contains(&code) => FailureKind::NotAws,
        code if is_absence(code) => FailureKind::NotFound,
        _ if status >= 500 => FailureKind::ServerError,
        _ => FailureKind::Invalid,
    }
}

/// `DBInstanceNotFound`, `DBClusterNotFoundFault`, `ResourceNotFoundException`, `NoSuchHealthCheck`.
fn is_absence(code: &str) -> bool {
    code.starts_with("NoSuch")
        || ["NotFound", "NotFoundFault", "NotFoundException"].iter().any(|end| code.ends_with(end))
}

/// The error and every cause below it. `io::Error::source` skips its own payload, so that is asked for first.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |link| {
        let link: &'a (dyn Error + 'static) = *link;
        match link.downcast_ref::<io::Error>() {
            Some(io) => io.get_ref().map(|payload| payload as &(dyn Error + 'static)),
            None => link.source(),
        }
    })
}

/// How the SDK introduces what it then says in full.
const INTRODUCTIONS: [&str; 8] = [
    "an error occurred while loading ",
    "the credential provider was not enabled",
    "dispatch failure",
    "response error",
    "service error",
    "unhandled error",
    "io error",
    "client error (",
];

/// What the causes say, from the outside in, introductions and repetitions left out.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for link in links(error) {
        let text = link.to_string();
        let introduction = text.is_empty() || INTRODUCTIONS.iter().any(|known| text.starts_with(known));
        if !introduction && !said.iter().any(|earlier| earlier.contains(&text)) {
            said.push(text);
        }
    }
    if said.is_empty() { error.to_string() } else { said.join(": ") }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
