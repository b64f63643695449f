//! Who signed a request for which service and Region: the SigV4 credential scope. Signatures are not verified.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// The scope of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// The access key.
    pub(super) access_key: String,
    /// The session token of temporary credentials.
    pub(super) session_token: Option<String>,
    /// The Region.
    pub(super) region: String,
    /// The service.
    pub(super) service: String,
}

/// Reads `AWS4-HMAC-SHA256 Credential=AKID/20261120/us-east-1/rds/aws4_request, …`.
pub(super) fn of(headers: &HeaderMap) -> Option<Scope> {
    let authorization = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let fields = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let credential = fields.split(',').find_map(|field| field.trim().strip_prefix("Credential="))?;
    let mut parts = credential.rsplitn(5, '/');
    let (end, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (_date, access_key) = (parts.next()?, parts.next()?);
    (end == "aws4_request").then(|| Scope {
        access_key: access_key.to_owned(),
        session_token: headers.get("x-amz-security-token").and_then(|token| token.to_str().ok()).map(str::to_owned),
        region: region.to_owned(),
        service: service.to_owned(),
    })
}
