//! The errors of AWS Backup, all of them HTTP 400, and its pages.

use crate::sim::services::paging::PageRule;
use crate::sim::wire::AwsError;

/// Every list of AWS Backup: 1 to 1,000 items, all 1,000 unless asked otherwise.
pub(super) static PAGES: PageRule = PageRule {
    size: "maxResults",
    token: "nextToken",
    default: 1_000,
    min: 1,
    max: 1_000,
    bad_size: invalid,
    bad_token: invalid,
};

/// A parameter that says something impossible.
pub(super) fn invalid(message: String) -> AwsError {
    AwsError::new(400, "InvalidParameterValueException", message)
}

/// Something that does not exist.
pub(super) fn not_found(message: String) -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", message)
}
