//! The AWS CLI line that makes the same call.
