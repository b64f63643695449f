//! The five protocols of AWS. Each turns a request into parameters and a value or an error into a reply.

pub mod aws_json;
pub mod aws_query;
pub mod cbor;
mod error;
mod json;
pub mod rest_json;
pub mod rest_xml;
mod value;
mod xml;
mod xml_in;

use bytes::Bytes;
use hyper::{HeaderMap, Method};

pub use error::AwsError;
pub use value::Value;

use crate::sim::services::{Operation, Service};

/// A wire protocol, with what a service's name is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// JSON bodies at REST paths.
    RestJson,
    /// XML bodies at REST paths.
    RestXml {
        /// The namespace of every reply.
        namespace: &'static str,
    },
    /// Forms in, XML out.
    AwsQuery {
        /// The namespace of every reply.
        namespace: &'static str,
    },
    /// JSON 1.0 at `/`, the operation in `X-Amz-Target`.
    AwsJson {
        /// What stands before the dot of the target, and before `#` in the errors' `__type`.
        target: &'static str,
        /// What stands before `#` in the errors' `__type`.
        error_namespace: &'static str,
    },
    /// rpc-v2-cbor: the operation in the path.
    Cbor {
        /// The service's name in the path.
        service: &'static str,
        /// What stands before `#` in the errors' `__type`.
        error_namespace: &'static str,
        /// Which codes its errors have.
        codes: Codes,
    },
}

/// Which codes the errors of a CBOR service have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// The names of their shapes.
    Shapes,
    /// Those of awsQuery, which it once spoke, in a header.
    Query,
}

/// A request as it came in, its body complete.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query string, without `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A reply: status, headers and body. The request id is added by the server.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers, but for `x-amzn-RequestId`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a request asks for.
pub type Asked = (&'static Operation, serde_json::Value);

/// Which protocol a request is written in, by its looks alone: `None` when it is one that this service does not speak.
pub fn protocol_of(service: &Service, request: &Request) -> Option<Protocol> {
    service.protocols.iter().copied().find(|protocol| match protocol {
        Protocol::Cbor { service, .. } => request.path.starts_with(&format!("/service/{service}/operation/")),
        Protocol::AwsJson { target, .. } => aws_json::target(request).is_some_and(|(prefix, _)| prefix == *target),
        Protocol::AwsQuery { .. } => aws_query::is_form(request),
        Protocol::RestJson | Protocol::RestXml { .. } => true,
    })
}

/// The protocol a refusal is written in when the service is not known: what the request looks like.
pub fn guess(request: &Request) -> Protocol {
    if request.path.starts_with("/service/") {
        Protocol::Cbor { service: "", error_namespace: "com.amazonaws", codes: Codes::Shapes }
    } else if aws_json::target(request).is_some() {
        Protocol::AwsJson { target: "", error_namespace: "com.amazonaws" }
    } else if aws_query::is_form(request) {
        Protocol::AwsQuery { namespace: "http://webservices.amazon.com/AWSFault/2005-15-09" }
    } else if request.path.starts_with("/2013-04-01/") {
        Protocol::RestXml { namespace: "https://route53.amazonaws.com/doc/2013-04-01/" }
    } else {
        Protocol::RestJson
    }
}

impl Protocol {
    /// Reads a request: the operation it names and its parameters as one object.
    pub fn decode(self, service: &'static Service, request: &Request) -> Result<Asked, AwsError> {
        match self {
            Self::RestJson => rest_json::decode(service, request),
            Self::RestXml { .. } => rest_xml::decode(service, request),
            Self::AwsQuery { .. } => aws_query::decode(service, request),
            Self::AwsJson { .. } => aws_json::decode(service, request),
            Self::Cbor { .. } => cbor::decode(service, request),
        }
    }

    /// Writes an answer.
    pub fn encode(self, operation: &Operation, value: &Value, request_id: &str) -> Reply {
        match self {
            Self::RestJson => rest_json::encode(operation.status, value),
            Self::RestXml { namespace } => rest_xml::encode(namespace, operation.name, value),
            Self::AwsQuery { namespace } => aws_query::encode(namespace, operation.name, value, request_id),
            Self::AwsJson { .. } => aws_json::encode(value),
            Self::Cbor { .. } => cbor::encode(value),
        }
    }

    /// Writes a refusal.
    pub fn refuse(self, error: &AwsError, request_id: &str) -> Reply {
        match self {
            Self::RestJson => rest_json::refuse(error),
            Self::RestXml { namespace } | Self::AwsQuery { namespace } => {
                aws_query::refuse(namespace, error, request_id)
            }
            Self::AwsJson { error_namespace, .. } => aws_json::refuse(error_namespace, error),
            Self::Cbor { error_namespace, codes, .. } => cbor::refuse(error_namespace, codes, error),
        }
    }

    /// `Throttling` or `ThrottlingException`, as this protocol's services say it. The statuses are those of the services.
    pub fn throttled(self, service: &str) -> AwsError {
        match self {
            Self::RestXml { .. } | Self::AwsQuery { .. } => AwsError::new(400, "Throttling", "Rate exceeded"),
            Self::RestJson if service == "drs" => AwsError::new(429, "ThrottlingException", "Rate exceeded"),
            Self::RestJson | Self::AwsJson { .. } => AwsError::new(400, "ThrottlingException", "Rate exceeded"),
            Self::Cbor { .. } => AwsError::new(400, "Throttling", "Rate exceeded").shaped("ThrottlingException"),
        }
    }

    /// What AWS says to credentials that have expired.
    pub fn expired(self) -> AwsError {
        let message = "The security token included in the request is expired";
        match self {
            Self::RestXml { .. } | Self::AwsQuery { .. } => AwsError::new(403, "ExpiredToken", message),
            Self::RestJson | Self::Cbor { .. } => AwsError::new(403, "ExpiredTokenException", message),
            Self::AwsJson { .. } => AwsError::new(400, "ExpiredTokenException", message),
        }
    }

    /// What AWS says to somebody who may not do that.
    pub fn denied(self, service: &str, operation: &str, caller: &str) -> AwsError {
        let action = format!("{}:{operation}", action_prefix(service));
        let message = format!(
            "User: {caller} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
        );
        match self {
            Self::RestXml { .. } | Self::AwsQuery { .. } if service == "sns" => {
                AwsError::new(403, "AuthorizationError", message)
            }
            Self::RestXml { .. } | Self::AwsQuery { .. } => AwsError::new(403, "AccessDenied", message),
            Self::RestJson => AwsError::new(403, "AccessDeniedException", message),
            Self::Cbor { codes: Codes::Query, .. } => {
                AwsError::new(403, "AccessDenied", message).shaped("AccessDeniedException")
            }
            Self::Cbor { codes: Codes::Shapes, .. } => AwsError::new(403, "AccessDeniedException", message),
            Self::AwsJson { .. } if service == "monitoring" => {
                AwsError::new(400, "AccessDenied", message).shaped("AccessDeniedException")
            }
            Self::AwsJson { .. } => AwsError::new(400, "AccessDeniedException", message),
        }
    }

    /// What AWS says to a request nobody signed.
    pub fn unsigned(self) -> AwsError {
        let message = "Request is missing Authentication Token";
        match self {
            Self::RestXml { .. } | Self::AwsQuery { .. } => AwsError::new(403, "MissingAuthenticationToken", message),
            Self::RestJson | Self::Cbor { .. } | Self::AwsJson { .. } => {
                AwsError::new(403, "MissingAuthenticationTokenException", message)
            }
        }
    }

    /// What AWS says to a Region that does not exist.
    pub fn wrong_region(self, region: &str) -> AwsError {
        let message = format!("Credential should be scoped to a valid Region, not '{region}'.");
        match self {
            Self::RestXml { .. } | Self::AwsQuery { .. } => AwsError::new(403, "SignatureDoesNotMatch", message),
            Self::RestJson | Self::Cbor { .. } | Self::AwsJson { .. } => {
                AwsError::new(403, "InvalidSignatureException", message)
            }
        }
    }

    /// What a Region answers when it is out of order.
    pub fn out_of_order(self, service: &str, status: u16) -> AwsError {
        let message = "The request processing has failed because of an unknown error, exception or failure.";
        match (self, status) {
            (Self::RestXml { .. } | Self::AwsQuery { .. }, 503) => {
                AwsError::new(503, "ServiceUnavailable", "The service is unavailable. Please try again shortly.")
            }
            (Self::RestXml { .. } | Self::AwsQuery { .. }, _) => AwsError::new(status, "InternalFailure", message),
            // Which tells its clients to try another of the cluster's endpoints.
            (_, 503) if service == "route53-recovery-cluster" => AwsError::new(
                503,
                "EndpointTemporarilyUnavailableException",
                "The cluster endpoint isn't available. Try another cluster endpoint.",
            ),
            (_, 503) => AwsError::new(
                503,
                "ServiceUnavailableException",
                "The service is unavailable. Please try again shortly.",
            ),
            (Self::RestJson, _) => AwsError::new(status, "InternalServerException", message),
            (Self::Cbor { .. } | Self::AwsJson { .. }, _) => AwsError::new(status, "InternalServerError", message),
        }
    }

    /// What AWS says to an operation it does not have.
    pub fn unknown_operation(self, name: &str) -> AwsError {
        match self {
            Self::AwsQuery { .. } => AwsError::new(
                400,
                "InvalidAction",
                format!("Could not find operation {name} for this version of the service"),
            ),
            Self::RestXml { .. } => AwsError::new(404, "UnknownOperationException", format!("No operation at {name}")),
            Self::RestJson => AwsError::new(404, "UnknownOperationException", format!("No operation at {name}")),
            Self::Cbor { .. } => AwsError::new(404, "UnknownOperationException", format!("Unknown operation {name}")),
            Self::AwsJson { .. } => {
                AwsError::new(400, "UnknownOperationException", format!("Unknown operation {name}"))
            }
        }
    }
}

/// What IAM calls a service, where that is not its name in the SigV4 scope.
fn action_prefix(service: &str) -> &str {
    match service {
        "monitoring" => "cloudwatch",
        "sns" => "SNS",
        other => other,
    }
}

/// A body that cannot be read as what it claims to be.
fn unreadable(why: impl std::fmt::Display) -> AwsError {
    AwsError::new(400, "SerializationException", format!("The request could not be read: {why}"))
}
