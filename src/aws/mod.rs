//! AWS as drdeck reads it. The only place that names the SDK's types.
//!
//! * [`Session`]: who asks, how, and through which endpoint; one cached client per Place and service.
//! * [`Session::read`]: answers a [`Query`](crate::model::Query) in drdeck's own words; one file per service below `read/`.
//! * [`Unread`]: why there is no answer, in a class and one line for people.

mod credentials;
mod error;
mod meter;
mod read;
mod session;

pub use error::Unread;
pub use read::{ReadAnswer, ReadSeries, SERIES_PER_CALL};
pub use session::{Access, Login, Session};
