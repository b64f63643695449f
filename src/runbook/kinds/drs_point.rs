//! The point in time that a server is launched from: it is chosen before the request and shown with its age, as a request without one takes another
//! each time it is sent.

use super::drs_servers::said;
use super::seen::fresh;
use crate::document::Section;
use crate::model::facts::drs::{RecoverySnapshot, SourceServer};
use crate::model::words::{clock, length};
use crate::model::{Moment, Place, Query, Snapshot, Span, Text};
use crate::runbook::by_hand::{self, Line};
use crate::runbook::call;
use crate::runbook::work::{Choice, ChoiceForm};
use crate::runbook::world::World;

/// Which point in time is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// The newest of each server.
    Newest,
    /// One that DRS takes as it launches. Where it cannot, it takes the newest without asking.
    Latest,
    /// The newest of each server that is not of later than this.
    At(Moment),
    /// The same, of a moment that the operator chooses in the run.
    Chosen,
}

/// The line that reads the newest points in time of a server.
pub(super) fn shown(place: &Place, server: &str) -> Line {
    let arguments = ["--source-server-id", server, "--order", "DESC", "--max-items", "10"];
    by_hand::read(place, "drs describe-recovery-snapshots", &arguments, "items[].{Id:snapshotID, Time:timestamp}")
}

/// The name under which the operator chooses a moment.
pub(super) const CHOICE: &str = "point";

/// A server and where its data are taken from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned<'a> {
    /// The server.
    pub(super) server: &'a SourceServer,
    /// Its point that is there; of [`Point::Latest`] the one that DRS falls back to.
    pub(super) snapshot: Option<(&'a RecoverySnapshot, Moment)>,
    /// Whether DRS takes a new one.
    pub(super) takes_new: bool,
}

impl Point {
    /// As runbooks write it.
    pub(super) fn read(section: &Section<'_>) -> Option<Self> {
        let Some(found) = section.text("point") else { return (!section.has("point")).then_some(Self::Newest) };
        match found.value {
            "newest" => Some(Self::Newest),
            "latest" => Some(Self::Latest),
            "chosen" => Some(Self::Chosen),
            other => match other.parse() {
                Ok(moment) => Some(Self::At(moment)),
                Err(_) => {
                    section.wrong(
                        "point",
                        format!("is \"{other}\"; write \"newest\", \"latest\", \"chosen\", or a time like \"2026-11-20T09:30:00Z\""),
                    );
                    None
                }
            },
        }
    }

    /// The mark for the point of one of several servers, and which point it is; `None` where DRS takes one.
    pub(super) fn by_hand(&self, number: usize) -> Option<(String, String)> {
        let which = match self {
            Self::Latest => return None,
            Self::Newest => "the newest point".to_owned(),
            Self::At(moment) => format!("the newest point that is not of later than {moment:.0}"),
            Self::Chosen => "the newest point before the damage".to_owned(),
        };
        Some((format!("<POINT-{number}>"), which))
    }

    /// The moment that no data may be later than; why it is not known.
    fn until(&self, world: &World<'_>) -> Result<Moment, String> {
        match self {
            Self::Newest | Self::Latest => Ok(Moment::MAX),
            Self::At(moment) => Ok(*moment),
            Self::Chosen => {
                let like = "choose one like 2026-11-20T09:30:00Z";
                let chosen =
                    world.run.choices.get(CHOICE).ok_or_else(|| format!("no point in time was chosen; {like}"))?;
                chosen.parse().map_err(|_| format!("the point that was chosen, \"{chosen}\", is no time; {like}"))
            }
        }
    }

    /// From which point each server is launched, the oldest first; why not, where that is not known.
    pub(super) fn plan<'a>(
        &self,
        world: &World<'a>,
        place: &Place,
        servers: &[&'a SourceServer],
    ) -> Result<Vec<Planned<'a>>, String> {
        let until = self.until(world)?;
        let mut planned: Vec<Planned<'a>> = Vec::new();
        for server in servers {
            let query = snapshots(place, server);
            let all = fresh(world, &query, Snapshot::recovery_snapshots);
            let snapshot = match all {
                Ok(all) => {
                    let usable =
                        all.iter().filter_map(|one| Some((one, one.taken()?))).filter(|(_, taken)| *taken <= until);
                    usable.max_by_key(|(_, taken)| *taken)
                }
                Err(_) if *self == Self::Latest => None,
                Err(why) => return Err(why),
            };
            planned.push(Planned { server, snapshot, takes_new: *self == Self::Latest });
        }
        planned.sort_by_key(|planned| planned.snapshot.map(|(_, taken)| taken));
        Ok(planned)
    }

    /// What the operator chooses, where they do.
    pub(super) fn choices(&self, world: &World<'_>, place: &Place, servers: &[&SourceServer]) -> Vec<Choice> {
        match self {
            Self::Newest | Self::Latest | Self::At(_) => return Vec::new(),
            Self::Chosen => {}
        }
        let all = servers
            .iter()
            .filter_map(|server| fresh(world, &snapshots(place, server), Snapshot::recovery_snapshots).ok());
        let taken: Vec<Moment> = all.flatten().filter_map(RecoverySnapshot::taken).collect();
        let (earliest, latest) = (taken.iter().min().copied(), taken.iter().max().copied());
        let points = match (earliest, latest) {
            (Some(earliest), Some(latest)) => {
                format!("they have points from {} to {}", clock(earliest, world.now), clock(latest, world.now))
            }
            (_, _) => "no point of theirs is known".to_owned(),
        };
        vec![Choice {
            name: CHOICE.to_owned(),
            what: Text::new(format!(
                "the moment that no data may be later than; each server takes its newest point before it; {points}"
            )),
            form: ChoiceForm::Moment { earliest, latest },
            chosen: world.run.choices.get(CHOICE).map(Text::new),
        }]
    }
}

/// The points in time of a server.
pub(super) fn snapshots(place: &Place, server: &SourceServer) -> Query {
    Query::RecoverySnapshots(place.clone(), server.id.to_string())
}

impl Planned<'_> {
    /// Whether there is anything to launch from.
    pub(super) fn is_usable(&self) -> bool {
        self.takes_new || self.snapshot.is_some()
    }

    /// As it is asked for.
    pub(super) fn pinned(&self) -> call::Pinned {
        let snapshot = self.snapshot.filter(|_| !self.takes_new);
        call::Pinned { server: self.server.id.to_string(), snapshot: snapshot.map(|(snapshot, _)| snapshot.id()) }
    }

    /// The server and its point, with its age.
    pub(super) fn words(&self, now: Moment) -> String {
        let server = said(self.server);
        let point = self.snapshot.map(|(snapshot, taken)| {
            let age = length(now.duration_since(taken).max(Span::ZERO));
            format!("{} of {}, {age} old", snapshot.id(), clock(taken, now))
        });
        match (self.takes_new, point) {
            (false, Some(point)) => format!("{server} from {point}"),
            (false, None) => format!("{server} from no point: there is none"),
            (true, Some(point)) => format!("{server} from a point that DRS takes now, or else {point}"),
            (true, None) => format!("{server} from a point that DRS takes now, and there is no other"),
        }
    }

    /// What is lost of the server if it serves from that point, up to `until`; `None` where nothing is, as far as is known.
    pub(super) fn loss(&self, until: Moment) -> Option<(Span, String)> {
        let name = said(self.server);
        if self.takes_new {
            let lag = self.server.lag.filter(|lag| *lag > Span::ZERO)?;
            return Some((lag, format!("{name}: {} that are not replicated yet", length(lag))));
        }
        let (_, taken) = self.snapshot?;
        let lost = until.duration_since(taken).max(Span::ZERO);
        (lost > Span::ZERO).then(|| (lost, format!("{name}: {}", length(lost))))
    }
}
