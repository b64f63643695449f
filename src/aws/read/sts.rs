//! STS: who we are. Works with any credentials and needs no permission.

use aws_sdk_sts::Client;

use super::convert::text;
use super::{Ask, Unread};
use crate::model::facts::sts::Identity;

pub(super) async fn identity(ask: &Ask<'_>, client: &Client) -> Result<Identity, Unread> {
    let caller = ask.once(client.get_caller_identity().send()).await?;
    let expires = ask.clients.credentials().expires();
    Ok(Identity { account: text(caller.account), arn: text(caller.arn), expires })
}
