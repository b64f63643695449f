//! The IAM users whose access keys are told apart.

use serde::Deserialize;

/// IAM.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iam {
    /// Its users.
    #[serde(default, rename = "user")]
    pub users: Vec<User>,
}

/// An IAM user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Its name.
    pub name: String,
    /// The access key that is this user's. Signatures are not verified: any secret goes with it.
    pub access_key: String,
}

impl Iam {
    /// The user of an access key.
    pub fn user(&self, access_key: &str) -> Option<&str> {
        self.users.iter().find(|user| user.access_key == access_key).map(|user| user.name.as_str())
    }
}
