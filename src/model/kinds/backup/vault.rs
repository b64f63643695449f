//! What a vault holds of the resource, and what its lock lets in.

use super::Backup;
use super::plan::Due;
use crate::model::facts::Known;
use crate::model::facts::backup::{PointStatus, RecoveryPoint, Vault};
use crate::model::index::Sight;
use crate::model::kinds::{Evidence, Means, Protection, Trust};
use crate::model::words::{clock, count, length};
use crate::model::{Moment, Place, Span, Verdict};

/// The recovery points that can be restored: the start of the newest and of the oldest.
#[derive(Clone, Copy)]
struct Points {
    newest: Moment,
    oldest: Moment,
}

/// The moments that usable recovery points are of. PARTIAL, EXPIRED and the like are none, and neither is one without a start.
pub(super) fn usable<'p>(points: &'p [&RecoveryPoint]) -> impl Iterator<Item = Moment> + 'p {
    let usable = points.iter().filter(|point| match &point.status {
        Known::Is(PointStatus::Completed | PointStatus::Available) => true,
        Known::Is(
            PointStatus::Partial
            | PointStatus::Deleting
            | PointStatus::Expired
            | PointStatus::Stopped
            | PointStatus::Creating,
        )
        | Known::Other(_) => false,
    });
    usable.filter_map(|point| point.created)
}

fn window(points: &[&RecoveryPoint]) -> Option<Points> {
    let mut moments = usable(points);
    let first = moments.next()?;
    Some(moments.fold(Points { newest: first, oldest: first }, |points, created| Points {
        newest: points.newest.max(created),
        oldest: points.oldest.min(created),
    }))
}

impl Backup {
    /// The protection by what is in a vault, and whether more should be there.
    pub(super) fn judge_vault(
        &self,
        evidence: &mut Evidence,
        now: Moment,
        (vault, place): (&str, &Place),
        (holder, points): (&Sight<'_, Vault>, &Sight<'_, [&RecoveryPoint]>),
        due: &Due<'_>,
    ) -> Protection {
        let (name, region) = (self.name(), &place.region);
        evidence.rests_on(holder);
        evidence.rests_on(points);
        if holder.is_absent() {
            return Protection::none(
                format!("There is no backup vault {vault} in {region}"),
                Trust::Fresh,
                holder.read_at,
            );
        }
        if let Some(found) = holder.value {
            note_vault(evidence, found, place, now);
        }
        let trust = points.trust.clone();
        let Some(all) = points.value else { return Protection::unread(trust) };
        let Some(window) = window(all) else {
            let seen = match all.len() {
                0 => "holds no recovery point".to_owned(),
                1 => "holds one recovery point, which is not usable,".to_owned(),
                count => format!("holds {count} recovery points, none of them usable,"),
            };
            return Protection::none(format!("{vault} in {region} {seen} of {name}"), trust, points.read_at);
        };
        due.judge(evidence, now, (name, vault, place), window.newest);
        Protection::since(Means::Scheduled, window.newest, Some(window.oldest), trust, points.read_at)
    }
}

fn note_vault(evidence: &mut Evidence, vault: &Vault, place: &Place, now: Moment) {
    let mut lock = if vault.locked { "locked" } else { "not locked" }.to_owned();
    // After three days a lock in compliance mode cannot be taken off by anybody.
    match vault.lock_date.filter(|_| vault.locked) {
        Some(at) if at <= now => lock.push_str(" for good"),
        Some(at) => lock.push_str(&format!(" for good from {} on", clock(at, now))),
        None => {}
    }
    if let Some(bounds) = bounds(vault).filter(|_| vault.locked) {
        lock.push_str(&format!(", takes what is kept {bounds}"));
    }
    // What is encrypted with a key that AWS owns cannot be copied to, or used by, another account.
    let key = match vault.key_type.as_ref().map(|kind| kind.as_str()) {
        Some("AWS_OWNED_KMS_KEY") => ", with a key AWS owns: no other account can use it",
        Some("CUSTOMER_MANAGED_KMS_KEY") => ", with a key of its own",
        Some(_) | None => "",
    };
    let points = count(usize::try_from(vault.points).unwrap_or(usize::MAX), "point");
    evidence.note("vault", format!("{} in {}: {points}, {lock}{key}", vault.name, place.region));
}

/// `7 d at least`, `7 d to 10 y`: the retentions that the lock of a vault lets in.
fn bounds(vault: &Vault) -> Option<String> {
    let days = |days: u32| format!("{days} d");
    match (vault.min_retention_days, vault.max_retention_days) {
        (None, None) => None,
        (Some(min), None) => Some(format!("{} at least", days(min))),
        (None, Some(max)) => Some(format!("{} at most", days(max))),
        (Some(min), Some(max)) => Some(format!("{} to {}", days(min), days(max))),
    }
}

/// Says so if the lock of `vault` refuses what is `kept` so long (for ever, if `None`): then the jobs fail (trap 35). `what` begins the
/// sentence: "The copies of plan nightly".
pub(super) fn judge_lock(evidence: &mut Evidence, vault: Option<&Vault>, kept: Option<Span>, what: &str) {
    let Some(vault) = vault.filter(|vault| vault.locked) else { return };
    let days = |days: u32| Span::from_hours(24 * i64::from(days));
    let too_short = vault.min_retention_days.is_some_and(|min| kept.is_some_and(|kept| kept < days(min)));
    let too_long = vault.max_retention_days.is_some_and(|max| kept.is_none_or(|kept| kept > days(max)));
    if let (true, Some(bounds)) = (too_short || too_long, bounds(vault)) {
        let kept = kept.map_or_else(|| "for ever".to_owned(), |kept| format!("for {}", length(kept)));
        evidence.finding(
            Verdict::AtRisk,
            format!("{what} fail: they are kept {kept}, but Vault Lock of {} takes {bounds}", vault.name),
        );
    }
}
