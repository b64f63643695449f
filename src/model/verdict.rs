//! The Verdict on a System or one of its parts.

use std::fmt;

/// How things stand, best first, so that `max` of several is the worst. Unknown is worse than AtRisk: it is never shown as good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The objective would be met now.
    Met,
    /// It would be met now, but something says it may not be much longer, or it was never proven.
    AtRisk,
    /// It cannot be told: something could not be read, or was read too long ago.
    Unknown,
    /// It would not be met now.
    Breached,
    /// Two Regions both look active.
    Split,
}

impl Verdict {
    /// The word in JSON: `met`, `at_risk`, `unknown`, `breached`, `split`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::AtRisk => "at_risk",
            Self::Unknown => "unknown",
            Self::Breached => "breached",
            Self::Split => "split",
        }
    }

    /// The words on the screen: `MET`, `AT RISK`, `UNKNOWN`, `BREACHED`, `SPLIT`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Met => "MET",
            Self::AtRisk => "AT RISK",
            Self::Unknown => "UNKNOWN",
            Self::Breached => "BREACHED",
            Self::Split => "SPLIT",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
