//! How meanings are marked: a glyph, a word and a role each, so that none rests on colour alone.

use super::theme::Role;
use crate::model::{ComponentAssessment, SystemAssessment, Up, Verdict};

/// The glyph of what is good.
pub const GOOD: &str = "✓";
/// The glyph of what is not.
pub const BAD: &str = "✗";
/// The glyph of what cannot be told.
pub const UNKNOWN: &str = "?";
/// The glyph of what is under way.
pub const BUSY: &str = "~";
/// The glyph of what is neither good nor bad.
pub const NEUTRAL: &str = "·";
/// The glyph of what was asked for and has not come yet.
pub const WAITING: &str = "…";

/// The glyph of a Verdict.
pub const fn glyph(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => GOOD,
        Verdict::AtRisk => "▲",
        Verdict::Unknown => UNKNOWN,
        Verdict::Breached => BAD,
        Verdict::Split => "≠",
    }
}

/// The role of a Verdict.
pub const fn role(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Met => Role::VerdictMet,
        Verdict::AtRisk => Role::VerdictAtRisk,
        Verdict::Unknown => Role::VerdictUnknown,
        Verdict::Breached => Role::VerdictBreached,
        Verdict::Split => Role::VerdictSplit,
    }
}

/// The role of a component: what rests on old readings is never shown as good.
pub const fn component_role(component: &ComponentAssessment) -> Role {
    if component.stale && matches!(component.verdict, Verdict::Met) {
        Role::FreshnessStale
    } else {
        role(component.verdict)
    }
}

/// Whether a System is one of those that `problems only` leaves: down, or not MET.
pub fn is_problem(system: &SystemAssessment) -> bool {
    system.verdict != Verdict::Met || matches!(system.up, Up::Down { .. })
}
