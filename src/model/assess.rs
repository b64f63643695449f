//! The judgement.

use super::{Assessment, Estate, Moment, Snapshot};

/// What `snapshot` means for `estate` at `now`.
pub fn assess(_estate: &Estate, _snapshot: &Snapshot, _now: Moment) -> Assessment {
    loop {}
}
