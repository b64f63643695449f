//! The meanings that have a style.

/// Makes the enum, its list and its names from one table.
macro_rules! roles {
    ($($(#[doc = $doc:literal])* $role:ident = $name:literal,)*) => {
        /// What a piece of the screen means. Screens name a meaning, themes decide what it looks like.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role {
            $($(#[doc = $doc])* $role,)*
        }

        impl Role {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$role,)*];

            /// The name in theme files: words joined by dots, the part before the last dot being the parent.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$role => $name,)*
                }
            }
        }
    };
}

roles! {
    /// Everything that has no other meaning; the whole screen is filled with it first, so it may carry a background.
    Text = "text",
    /// Less important text: units, labels, explanations.
    TextMuted = "text.muted",
    /// More important text: names, key figures.
    TextStrong = "text.strong",
    /// The title of a screen, a pane or a popup.
    Title = "title",
    /// The head of a table.
    TableHeader = "table.header",
    /// Lines around things.
    Border = "border",
    /// Lines around what gets the keys.
    BorderFocused = "border.focused",
    /// The row or entry under the cursor.
    Selection = "selection",
    /// The inside of a popup.
    Popup = "popup",
    /// Text being typed: filter, palette.
    Input = "input",
    /// The letters that a filter matched.
    Match = "match",
    /// The objective would be met now.
    VerdictMet = "verdict.met",
    /// It would be met, but something is wrong or unproven.
    VerdictAtRisk = "verdict.at_risk",
    /// It cannot be told.
    VerdictUnknown = "verdict.unknown",
    /// The objective would not be met now.
    VerdictBreached = "verdict.breached",
    /// Two Regions both look active.
    VerdictSplit = "verdict.split",
    /// Users are served.
    UpYes = "up.yes",
    /// Users are not served.
    UpNo = "up.no",
    /// Nobody can tell whether users are served.
    UpUnknown = "up.unknown",
    /// A reading taken as recently as it should be.
    FreshnessFresh = "freshness.fresh",
    /// A reading older than it should be: shown, with its age, never as good.
    FreshnessStale = "freshness.stale",
    /// A value that could not be read.
    FreshnessUnreadable = "freshness.unreadable",
    /// Good to know.
    SeverityInfo = "severity.info",
    /// Look at it soon.
    SeverityWarning = "severity.warning",
    /// Look at it now.
    SeverityError = "severity.error",
    /// The name of a key in the bottom line and in Help.
    KeyName = "key.name",
    /// What a key does.
    KeyHint = "key.hint",
    /// A key that does not work now, with the reason.
    KeyDisabled = "key.disabled",
    /// The badge of a live run.
    ModeLive = "mode.live",
    /// The badge of a console that only watches.
    ModeReadOnly = "mode.read_only",
    /// The badge of a drill.
    ModeDrill = "mode.drill",
    /// The badge of a tabletop exercise: nothing is sent.
    ModeTabletop = "mode.tabletop",
    /// The badge of the simulator.
    ModeDemo = "mode.demo",
    /// The bars of a sparkline.
    Sparkline = "sparkline",
    /// The frame around a live run: what is confirmed inside is done.
    FrameLive = "frame.live",
    /// The frame around a drill.
    FrameDrill = "frame.drill",
    /// The frame around a tabletop exercise.
    FrameTabletop = "frame.tabletop",
    /// A step that waits for others.
    StepWaiting = "step.waiting",
    /// A step that waits for the person.
    StepTurn = "step.turn",
    /// A step that is under way.
    StepRunning = "step.running",
    /// A step that is done.
    StepDone = "step.done",
    /// A step that was left out.
    StepSkipped = "step.skipped",
    /// A step that failed or is blocked.
    StepFailed = "step.failed",
    /// A step that takes longer than at worst.
    StepStuck = "step.stuck",
    /// A step of which nobody knows what came of its request.
    StepDoubt = "step.doubt",
    /// What cannot be undone, and what is lost by it.
    Danger = "danger",
}

impl Role {
    /// Whether `name` is a role or the parent of roles.
    pub fn is_name(name: &str) -> bool {
        Self::ALL
            .iter()
            .any(|role| role.name() == name || role.name().strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Its name, then its parent's, and so on: where its style is looked up.
    pub fn lookup_names(self) -> impl Iterator<Item = &'static str> {
        std::iter::successors(Some(self.name()), |name| name.rsplit_once('.').map(|(parent, _)| parent))
    }
}
