//! Everything a person can do, in ONE table. Key map, bottom line, Help, palette and the README's list of keys are made from it.

mod table;

use super::keymap::Key;
use super::widgets::Move;

pub use table::ENTRIES;

/// Something a person can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Open what is under the cursor.
    Open,
    /// Take the palette's entry.
    Choose,
    /// Stop typing and keep the filter.
    KeepFilter,
    /// Undo or close one thing.
    Back,
    /// Type a filter.
    Filter,
    /// The next order of the table.
    Sort,
    /// Hide what is met, or show it again.
    ProblemsOnly,
    /// Read everything anew.
    Refresh,
    /// Copy what is under the cursor.
    Copy,
    /// The System after this one.
    NextSystem,
    /// The System before this one.
    PreviousSystem,
    /// The row below this one, in detail.
    NextRow,
    /// The row above this one, in detail.
    PreviousRow,
    /// The list to the right.
    NextList,
    /// The list to the left.
    PreviousList,
    /// The next screen.
    NextScreen,
    /// The screen before this one.
    PreviousScreen,
    /// Find an action, a System or a theme by name.
    Palette,
    /// The palette, narrowed to themes.
    ChooseTheme,
    /// The keys and words of this screen.
    Help,
    /// Leave this screen; drdeck at the first one.
    Quit,
    /// Leave drdeck.
    QuitAtOnce,
    /// The Systems screen.
    GoToSystems,
    /// The System screen.
    GoToSystem,
    /// The screen of lists about that.
    GoToLists(Topic),
    /// Go through the journal of a run.
    VerifyRun,
    /// Write a run to files.
    ExportRun,
    /// The Runbook screen.
    GoToRunbook,
    /// Choose a runbook of the System, to begin a run.
    Begin,
    /// Do what the step waits for.
    Act,
    /// Leave the step out.
    Skip,
    /// Offer the step again, or read its card anew.
    Retry,
    /// Have a remark recorded.
    Note,
    /// Say what the step leaves open: the times of a decision, a value of its card.
    Edit,
    /// Stop here and go on later.
    PauseRun,
    /// Give the run up.
    AbortRun,
    /// Say yes to what the dialog asks.
    Confirm,
    /// Take what was typed into the dialog.
    Submit,
    /// The dialog's next field.
    NextField,
    /// The dialog's field before this one.
    PreviousField,
    /// Move the cursor or scroll.
    Move(Move),
    /// Paint the whole screen anew.
    Redraw,
}

/// What a screen of lists is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Whatever replicates.
    Replication,
    /// AWS Backup.
    Backups,
    /// Databases and tables.
    Databases,
    /// Health checks, records, answers, probes, alarms, switches: where traffic goes and why.
    Health,
    /// What changed and when.
    Events,
    /// Past and present runs.
    Runs,
    /// One run.
    Run,
}

impl Topic {
    /// All that have a key, in the order of these.
    pub const ALL: &[Self] =
        &[Self::Replication, Self::Backups, Self::Databases, Self::Health, Self::Runs, Self::Events];

    /// The name on the screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replication => "Replication",
            Self::Backups => "Backups",
            Self::Databases => "Databases",
            Self::Health => "Health",
            Self::Events => "Events",
            Self::Runs => "Runs",
            Self::Run => "Run",
        }
    }
}

/// What gets the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// The screen shown without a config.
    Welcome,
    /// The overview.
    Systems,
    /// One System.
    System,
    /// A list: Replication, Backups, Databases.
    List,
    /// The details of a row of a list.
    Detail,
    /// The list of runs, or those of one run.
    Runs,
    /// What came of a verification or an export.
    Sheet,
    /// Help.
    Help,
    /// A filter being typed.
    Filter,
    /// The palette being typed into.
    Palette,
    /// The steps of a run.
    Runbook,
    /// A step of it.
    Step,
    /// What can be begun.
    Menu,
    /// A question that is answered by one key.
    Confirm,
    /// A question that is answered by typing.
    Form,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Welcome,
        Self::Systems,
        Self::System,
        Self::List,
        Self::Detail,
        Self::Runs,
        Self::Sheet,
        Self::Help,
        Self::Filter,
        Self::Palette,
        Self::Runbook,
        Self::Step,
        Self::Menu,
        Self::Confirm,
        Self::Form,
    ];

    /// The name on the screen and in the README.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "Welcome",
            Self::Systems => "Systems",
            Self::System => "System",
            Self::List => "Lists",
            Self::Detail => "Details",
            Self::Runs => "Runs",
            Self::Sheet => "Sheet",
            Self::Help => "Help",
            Self::Filter => "Filter",
            Self::Palette => "Palette",
            Self::Runbook => "Runbook",
            Self::Step => "Step",
            Self::Menu => "Choice",
            Self::Confirm => "Question",
            Self::Form => "Form",
        }
    }

    /// Whether letters are text here.
    pub const fn takes_text(self) -> bool {
        match self {
            Self::Filter | Self::Palette | Self::Form => true,
            Self::Welcome
            | Self::Systems
            | Self::System
            | Self::List
            | Self::Detail
            | Self::Runs
            | Self::Sheet
            | Self::Help
            | Self::Runbook
            | Self::Step
            | Self::Menu
            | Self::Confirm => false,
        }
    }
}

/// Where the bottom line has room for an action, most important first; those without a rank are found in Help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// Shown while there is room for actions up to this rank.
    Rank(u8),
    /// The same, but only while it can be taken: that there is nothing to undo needs no words.
    WhileEnabled(u8),
    /// Not shown.
    Never,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is done.
    pub action: Action,
    /// Its name in the palette, and one day in the config.
    pub name: &'static str,
    /// The keys that do it.
    pub keys: &'static [Key],
    /// One or two words for the bottom line.
    pub label: &'static str,
    /// A sentence for Help.
    pub help: &'static str,
    /// Where it works.
    pub works_in: &'static [Context],
    /// Its place in the bottom line.
    pub hint: Hint,
}

/// What is on the screen now, as far as it decides which actions can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// What gets the keys.
    pub context: Context,
    /// Systems, components, lines or entries that can be moved through.
    pub rows: usize,
    /// Systems in the table.
    pub systems: usize,
    /// Lists on this screen.
    pub lists: usize,
    /// What `Back` would undo.
    pub undoable: Undoable,
    /// What keeps a person from beginning and driving runs.
    pub bars: Bars,
}

/// Why not, in a few words; `None` where nothing stands in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// To begin a run.
    pub begin: Option<&'static str>,
    /// To do what the step waits for.
    pub act: Option<&'static str>,
    /// To leave the step out.
    pub skip: Option<&'static str>,
    /// To have the step offered again.
    pub retry: Option<&'static str>,
    /// To say what the step leaves open.
    pub edit: Option<&'static str>,
    /// To say anything else to the run: a remark, a pause, its end.
    pub tell: Option<&'static str>,
}

/// Whether there is something that `Back` would undo or close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoable {
    /// There is.
    Something,
    /// There is not.
    Nothing,
}

/// The entries that work in `context`, in the order of the table.
pub fn in_context(context: Context) -> impl Iterator<Item = &'static Entry> {
    ENTRIES.iter().filter(move |entry| entry.works_in.contains(&context))
}

/// Why `action` cannot be taken now, in a few words; `None` if it can.
pub const fn disabled(action: Action, situation: &Situation) -> Option<&'static str> {
    match action {
        Action::Open | Action::Copy | Action::GoToSystem | Action::VerifyRun | Action::ExportRun
            if situation.rows == 0 =>
        {
            Some("nothing selected")
        }
        Action::Choose if situation.rows == 0 => Some("no match"),
        Action::NextSystem | Action::PreviousSystem if situation.systems < 2 => Some("only one"),
        Action::NextRow | Action::PreviousRow if situation.rows < 2 => Some("only one"),
        Action::NextList | Action::PreviousList if situation.lists < 2 => Some("only one"),
        Action::Back if matches!(situation.undoable, Undoable::Nothing) => Some("first screen"),
        Action::Begin => situation.bars.begin,
        Action::Act => situation.bars.act,
        Action::Skip => situation.bars.skip,
        Action::Retry => situation.bars.retry,
        Action::Edit => situation.bars.edit,
        Action::Note | Action::PauseRun | Action::AbortRun => situation.bars.tell,
        Action::Open
        | Action::Choose
        | Action::KeepFilter
        | Action::Back
        | Action::Filter
        | Action::Sort
        | Action::ProblemsOnly
        | Action::Refresh
        | Action::Copy
        | Action::NextSystem
        | Action::PreviousSystem
        | Action::NextRow
        | Action::PreviousRow
        | Action::NextList
        | Action::PreviousList
        | Action::NextScreen
        | Action::PreviousScreen
        | Action::Palette
        | Action::ChooseTheme
        | Action::Help
        | Action::Quit
        | Action::QuitAtOnce
        | Action::GoToSystems
        | Action::GoToSystem
        | Action::GoToLists(_)
        | Action::VerifyRun
        | Action::ExportRun
        | Action::GoToRunbook
        | Action::Confirm
        | Action::Submit
        | Action::NextField
        | Action::PreviousField
        | Action::Move(_)
        | Action::Redraw => None,
    }
}

/// The README's list of keys: a Markdown table of all entries.
pub fn markdown() -> String {
    let mut table = "| Key | What it does | Where |\n|---|---|---|\n".to_owned();
    for entry in ENTRIES {
        let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
        let places = if entry.works_in.len() == Context::ALL.len() {
            "everywhere".to_owned()
        } else {
            entry.works_in.iter().map(|context| context.name()).collect::<Vec<_>>().join(", ")
        };
        table.push_str(&format!("| {} | {} | {places} |\n", keys.join(" "), entry.help));
    }
    table
}
