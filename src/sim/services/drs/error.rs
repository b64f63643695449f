//! The errors of DRS, and its pages.

use crate::sim::services::paging::PageRule;
use crate::sim::wire::AwsError;

/// Every list of DRS: 100 items unless asked otherwise. The model has a least size, but no largest.
pub(super) static PAGES: PageRule = PageRule {
    size: "maxResults",
    token: "nextToken",
    default: 100,
    min: 1,
    max: usize::MAX,
    bad_size: invalid,
    bad_token: invalid,
};

/// A parameter that says something impossible.
pub(super) fn invalid(message: String) -> AwsError {
    AwsError::new(400, "ValidationException", message)
}

/// What a Region answers where nobody has set DRS up.
pub(super) fn uninitialized() -> AwsError {
    AwsError::new(400, "UninitializedAccountException", "Account not initialized")
}

/// Something that does not exist.
pub(super) fn not_found(message: String) -> AwsError {
    AwsError::new(404, "ResourceNotFoundException", message)
}

/// Something that is not in a state for that.
pub(super) fn conflict(message: String) -> AwsError {
    AwsError::new(409, "ConflictException", message)
}

/// More than a quota allows.
pub(super) fn over_quota(message: String) -> AwsError {
    AwsError::new(402, "ServiceQuotaExceededException", message)
}
