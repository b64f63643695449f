//! AWS as drdeck reads and changes it. The only place that names the SDK's types.
//!
//! * [`Session`]: who asks, how, and through which endpoint; one cached client per Place and service.
//! * [`Session::read`]: answers a [`Query`](crate::model::Query) in drdeck's own words; one file per service below `read/`.
//! * [`Session::change`]: sends an [`ApiCall`](crate::runbook::ApiCall), once; one file per service below `change/`.
//! * [`Pages`]: a page of a System itself, without AWS.
//! * [`Unread`]: why there is no answer, in a class and one line for people.

mod allowance;
mod change;
mod credentials;
mod error;
mod identity;
mod meter;
mod page;
mod profiles;
mod read;
mod session;

pub use allowance::{BETWEEN_STATUSES, Bucket};
pub use error::Unread;
pub use page::{NoPage, Pages, Proxies};
pub use read::{ReadAnswer, ReadSeries, SERIES_PER_CALL};
pub use session::{Access, Login, Session};

/// The stack, in bytes, of a thread that asks AWS: the SDK's futures are deep, and an unoptimised build overflows the usual 2 MiB. Only what is
/// touched takes memory.
pub const STACK: usize = 8 * 1024 * 1024;
