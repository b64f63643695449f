//! An error as AWS would answer it.

/// An AWS error: what the SDK classifies it by, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// The HTTP status.
    pub status: u16,
    /// The code on the wire (`DBInstanceNotFound`, `Throttling`, `ResourceNotFoundException`).
    pub code: &'static str,
    /// The shape's name where it differs from the code; only CloudWatch's JSON and CBOR tell them apart.
    pub shape: &'static str,
    /// What it says.
    pub message: String,
}

impl AwsError {
    /// An error whose shape has the name of its code.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, shape: code, message: message.into() }
    }

    /// The same error with the name its shape has in the service model.
    #[must_use]
    pub fn shaped(mut self, shape: &'static str) -> Self {
        self.shape = shape;
        self
    }

    /// Whose fault it is, as awsQuery writes it.
    pub fn fault(&self) -> &'static str {
        if self.status < 500 { "Sender" } else { "Receiver" }
    }
}
