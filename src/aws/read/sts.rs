//! STS: who we are. Works with any credentials and needs no permission.

use super::convert::text;
use super::{Ask, Unread};
use crate::aws::session::Clients;
use crate::model::facts::sts::Identity;

pub(super) async fn identity(ask: &Ask<'_>, clients: &Clients) -> Result<Identity, Unread> {
    let caller = ask.once(clients.sts().get_caller_identity().send()).await?;
    Ok(Identity { account: text(caller.account), arn: text(caller.arn), expires: clients.expires() })
}
