//! Pages with opaque tokens. A token carries the moment of the first page: later pages are cut from the same list, so
//! nothing is seen twice or missed while the simulated world moves on.

use crate::sim::World;
use crate::sim::call::Call;
use crate::sim::sealed;
use crate::sim::time::Moment;
use crate::sim::wire::AwsError;

/// The page sizes of one operation and its way of complaining.
#[derive(Clone, Copy, Debug)]
pub struct PageRule {
    /// The parameter that asks for a size (`MaxRecords`, `maxResults`).
    pub size: &'static str,
    /// The parameter that carries the token (`Marker`, `nextToken`).
    pub token: &'static str,
    /// The size when none is asked for.
    pub default: usize,
    /// The smallest size AWS takes.
    pub min: usize,
    /// The largest.
    pub max: usize,
    /// The error for a size out of bounds.
    pub bad_size: fn(String) -> AwsError,
    /// The error for a token that this operation did not give.
    pub bad_token: fn(String) -> AwsError,
}

impl PageRule {
    /// That of RDS and ElastiCache: pages of 20 to 100, and a marker.
    pub const MARKED: Self = Self {
        size: "MaxRecords",
        token: "Marker",
        default: 100,
        min: 20,
        max: 100,
        bad_size: invalid_parameter_value,
        bad_token: invalid_parameter_value,
    };
}

/// How the services of the query protocol refuse a value.
pub fn invalid_parameter_value(message: String) -> AwsError {
    AwsError::new(400, "InvalidParameterValue", message)
}

/// Where one request stands in its list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    at: Moment,
    offset: usize,
    size: usize,
}

/// One page and the token of the next.
#[derive(Debug)]
pub struct Cut<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The token of the next page; `None` on the last.
    pub next: Option<String>,
}

impl Page {
    /// Reads size and token of a request.
    pub fn of(world: &World, call: &Call, rule: &PageRule) -> Result<Self, AwsError> {
        let bounds = rule.min..=rule.max;
        let bad = |sent: String| {
            (rule.bad_size)(format!(
                "Invalid value {sent} for {}. Must be between {} and {}",
                rule.size, rule.min, rule.max
            ))
        };
        let size = match call.integer(rule.size).map_err(bad)? {
            None => rule.default,
            Some(size) => {
                usize::try_from(size).ok().filter(|n| bounds.contains(n)).ok_or_else(|| bad(size.to_string()))?
            }
        };
        let Some(token) = call.text(rule.token) else { return Ok(Self { at: world.now, offset: 0, size }) };
        let (at, offset) = open(token, call).ok_or_else(|| (rule.bad_token)(format!("Invalid {}", rule.token)))?;
        Ok(Self { at, offset, size })
    }

    /// The world as the first page saw it: build the whole list from this one.
    #[must_use]
    pub fn world(&self, world: &World) -> World {
        world.at(self.at)
    }

    /// How many items come before this page.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// How many items of the list are needed at least to cut this page, but for one more that says whether there is a next.
    pub const fn reach(&self) -> usize {
        self.offset.saturating_add(self.size)
    }

    /// Cuts this page out of the whole list.
    pub fn cut<T>(&self, call: &Call, all: Vec<T>) -> Cut<T> {
        let end = self.reach();
        let next = (end < all.len()).then(|| seal(call, self.at, end));
        Cut { items: all.into_iter().skip(self.offset).take(self.size).collect(), next }
    }
}

/// What a token says: operation, Region, moment of the first page, offset.
fn seal(call: &Call, at: Moment, offset: usize) -> String {
    sealed::seal(&format!("{}|{}|{}|{offset}", call.operation, call.region, at.millis()))
}

fn open(token: &str, call: &Call) -> Option<(Moment, usize)> {
    let clear = sealed::open(token)?;
    let mut parts = clear.split('|');
    if parts.next()? != call.operation || parts.next()? != call.region {
        return None;
    }
    let at = Moment::from_millis(parts.next()?.parse().ok()?);
    Some((at, parts.next()?.parse().ok()?))
}
