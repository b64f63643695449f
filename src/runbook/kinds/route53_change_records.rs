//! `route53-change-records`: record sets change from what is expected to what is wanted, all in one request or none.

use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Found as At, Key, Section, Shape, Unknown, optional, required};
use crate::model::facts::route53::{Record, RecordChange, Zone};
use crate::model::words::{clock, count, length};
use crate::model::{Place, Query, Region, Snapshot, Span, Text};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, Deed, known, look};
use crate::runbook::call::{ApiCall, ChangeRecords, Plane, RecordSet, Rule, Swap};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// Route 53's control plane, whatever the runbook's Regions are.
pub(super) const CONTROL: &str = "us-east-1";

/// How long a change takes to reach every name server at most, as far as AWS says: where its id was lost with its answer.
const PROPAGATES: Span = Span::from_mins(2);

/// Changes record sets of a hosted zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Route53ChangeRecords {
    /// As whom; us-east-1.
    pub place: Place,
    /// The hosted zone's id.
    pub zone: String,
    /// The record sets.
    pub edits: Vec<RecordEdit>,
}

/// One record set, and what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordEdit {
    /// Its name, without a dot at its end.
    pub name: String,
    /// `A`, `CNAME`…
    pub kind: String,
    /// Tells it apart from others of the same name.
    pub set: Option<String>,
    /// What it has to say before.
    pub from: Says,
    /// What it says afterwards. What is left out stays as it is.
    pub to: Says,
}

/// What a record set says, as far as a runbook names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// Its values.
    pub values: Option<Vec<String>>,
    /// The name it is an alias of.
    pub alias: Option<String>,
    /// The hosted zone of that name.
    pub alias_zone: Option<String>,
    /// Its weight.
    pub weight: Option<u32>,
    /// How long answers may be kept, seconds.
    pub ttl: Option<u32>,
}

/// The keys of a record set.
const RECORD: &[Key] = &[
    required("name", Shape::Text, r#""orders.shop.example""#, "Its name."),
    optional("type", Shape::Text, "A", r#""CNAME""#, "Its type."),
    optional("set", Shape::Text, "none", r#""us-east-1""#, "The set identifier, where several have that name."),
    optional("from", Shape::Texts, "not looked at", r#"["198.51.100.20"]"#, "Its values before."),
    optional("to", Shape::Texts, "as before", r#"["203.0.113.20"]"#, "Its values afterwards."),
    optional(
        "from_alias",
        Shape::Text,
        "not looked at",
        r#""use1.orders.shop.example""#,
        "The name it is an alias of before.",
    ),
    optional(
        "to_alias",
        Shape::Text,
        "as before",
        r#""usw2.orders.shop.example""#,
        "The name it is an alias of afterwards.",
    ),
    optional(
        "from_alias_zone",
        Shape::Text,
        "not looked at",
        r#""Z35SXDOTRQ7X7K""#,
        "The hosted zone of that name before.",
    ),
    optional(
        "to_alias_zone",
        Shape::Text,
        "as before",
        r#""Z1H1FL5HABSF5""#,
        "The hosted zone of that name afterwards.",
    ),
    optional("from_weight", Shape::Number, "not looked at", "100", "Its weight before."),
    optional("to_weight", Shape::Number, "as before", "0", "Its weight afterwards."),
    optional("from_ttl", Shape::Number, "not looked at", "60", "Its TTL in seconds before."),
    optional("to_ttl", Shape::Number, "as before", "60", "Its TTL in seconds afterwards."),
];

/// What goes together: who names one has to name the other.
const PAIRS: [(&str, &str); 5] = [
    ("from", "to"),
    ("from_alias", "to_alias"),
    ("from_alias_zone", "to_alias_zone"),
    ("from_weight", "to_weight"),
    ("from_ttl", "to_ttl"),
];

/// How a record set stands to its edit.
enum Stands<'a> {
    /// As it has to be before.
    Old(&'a Record),
    /// As it is to be afterwards.
    New,
    /// Neither: somebody else changed it.
    Other(&'a Record),
    /// It is not there.
    Absent,
}

impl Route53ChangeRecords {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "route53-change-records",
        doc: "Changes record sets from what the runbook expects to what it wants: values, aliases, weights, TTLs. All in one request, which Route 53 refuses as a whole if one of them is not as it was read. Waits until every name server has it.",
        keys: &[
            required("zone", Shape::Text, r#""Z0123456789ABCDEFGHIJ""#, "The hosted zone's id."),
            required("record", Shape::Tables, "", "The record sets, each in a table of its own."),
        ],
        read,
    };

    fn records_query(&self) -> Query {
        Query::Records(self.place.clone(), self.zone.clone())
    }

    fn zones_query(&self) -> Query {
        Query::HostedZones(self.place.clone())
    }

    fn change_query(&self, id: &str) -> Query {
        Query::RecordChange(self.place.clone(), id.to_owned())
    }

    fn records<'a>(&self, world: &World<'a>) -> Result<&'a Vec<Record>, String> {
        fresh(world, &self.records_query(), Snapshot::records)
    }

    fn stand<'a>(&self, world: &World<'a>) -> Result<Vec<(&RecordEdit, Stands<'a>)>, String> {
        let records = self.records(world)?;
        Ok(self.edits.iter().map(|edit| (edit, edit.stands(records))).collect())
    }

    /// What is to be changed; why it cannot be, one reason for each record set that is not as it has to be.
    fn swaps(&self, world: &World<'_>) -> Result<Vec<Swap>, Vec<String>> {
        let stand = self.stand(world).map_err(|why| vec![why])?;
        let (mut swaps, mut wrong) = (Vec::new(), Vec::new());
        for (edit, stands) in stand {
            match stands {
                Stands::New => {}
                Stands::Absent => wrong.push(format!("there is no {} in the zone {}", edit.called(), self.zone)),
                Stands::Other(record) => wrong.push(format!(
                    "{} is {}, neither what the runbook expects nor what it wants: somebody else changed it",
                    edit.called(),
                    says(record)
                )),
                Stands::Old(record) => match RecordSet::of(record) {
                    Ok(old) => {
                        let new = edit.applied(&old);
                        swaps.push(Swap { old, new });
                    }
                    Err(why) => {
                        wrong.push(format!("{} cannot be changed by drdeck: {why}; do it by hand", edit.called()))
                    }
                },
            }
        }
        if wrong.is_empty() { Ok(swaps) } else { Err(wrong) }
    }

    /// The id of the change that the last request made, where its answer came.
    fn change_id<'a>(world: &'a World<'_>) -> Option<&'a str> {
        match &world.sent()?.outcome {
            Some(Outcome::Applied { answer }) => answer.get("Id")?.as_str(),
            Some(Outcome::NotApplied { .. } | Outcome::InDoubt { .. }) | None => None,
        }
    }

    fn check_zone(&self, world: &World<'_>) -> Check {
        let what = format!("the zone {} takes changes", self.zone);
        let zones = match fresh(world, &self.zones_query(), Snapshot::hosted_zones) {
            Ok(zones) => zones,
            Err(why) => return Check::warns(what, why),
        };
        match zones.iter().find(|zone| zone.id.as_str() == self.zone) {
            None => Check::blocks(what, format!("there is no hosted zone {}; correct the runbook", self.zone)),
            Some(Zone { name, accelerated_recovery: Some(status), .. }) if status.as_str().contains("LOCKED") => {
                Check::blocks(
                    what,
                    format!("{name} is {status}: it takes no changes until that is over, up to an hour"),
                )
            }
            Some(Zone { .. }) => Check::holds(what),
        }
    }

    /// Whether it was told that every name server has the change.
    fn in_sync(&self, world: &World<'_>, words: &str) -> Progress {
        let Some(sent) = world.sent() else { return Progress::Done(Text::new(format!("{words}; nothing was sent"))) };
        let Some(id) = Self::change_id(world) else {
            let until = sent.at.checked_add(PROPAGATES).unwrap_or(sent.at);
            return if world.now >= until {
                let why = "the id of the change was lost with its answer";
                Progress::Done(Text::new(format!("{words} for {} or more; {why}", length(PROPAGATES))))
            } else {
                let state = Text::new(format!("{words}; every name server has it at {}", clock(until, world.now)));
                Progress::Running { state, share: None }
            };
        };
        match fresh(world, &self.change_query(id), Snapshot::record_change) {
            Ok(RecordChange { status, .. }) if status.as_str() == "INSYNC" => {
                Progress::Done(Text::new(format!("{words}; {id} is INSYNC")))
            }
            Ok(RecordChange { status, .. }) => {
                Progress::Running { state: Text::new(format!("{words}; {id} is {status}")), share: None }
            }
            Err(why) => Progress::Unknown(Text::new(why)),
        }
    }
}

impl RecordEdit {
    fn called(&self) -> String {
        match &self.set {
            Some(set) => format!("{} {} ({set})", self.name, self.kind),
            None => format!("{} {}", self.name, self.kind),
        }
    }

    /// It alone, in the language of `--query`.
    fn picked(&self) -> String {
        // As Route 53 writes a name: with its dot, and a star as a number.
        let name = format!("{}.", self.name.replace('*', "\\052"));
        let mut all = vec![("Name", name.as_str()), ("Type", &self.kind)];
        all.extend(self.set.iter().map(|set| ("SetIdentifier", set.as_str())));
        let is = |(name, value): &(&str, &str)| format!("{name}=={}", by_hand::literal(value));
        all.iter().map(is).collect::<Vec<_>>().join(" && ")
    }

    fn is_it(&self, record: &Record) -> bool {
        plain(record.name.as_str()) == self.name
            && record.kind.as_str() == self.kind
            && record.set.as_ref().map(Text::as_str) == self.set.as_deref()
    }

    fn stands<'a>(&self, records: &'a [Record]) -> Stands<'a> {
        match records.iter().find(|record| self.is_it(record)) {
            None => Stands::Absent,
            Some(record) if self.to.is_said_by(record) => Stands::New,
            Some(record) if self.from.is_said_by(record) => Stands::Old(record),
            Some(record) => Stands::Other(record),
        }
    }

    /// The record set with what the runbook wants.
    fn applied(&self, old: &RecordSet) -> RecordSet {
        let mut new = old.clone();
        if let Some(values) = &self.to.values {
            let dot = if old.kind == "CNAME" && old.values.iter().any(|value| value.ends_with('.')) { "." } else { "" };
            let bare = |value: &String| if old.kind == "CNAME" { plain(value) } else { value.clone() };
            new.values = values.iter().map(|value| format!("{}{dot}", bare(value))).collect();
        }
        if let Some(alias) = &mut new.alias {
            if let Some(name) = &self.to.alias {
                alias.name = plain(name);
            }
            if let Some(zone) = &self.to.alias_zone {
                alias.zone.clone_from(zone);
            }
        }
        if let Some(weight) = self.to.weight {
            new.rule = Rule::Weighted(weight.into());
        }
        new.ttl = self.to.ttl.or(new.ttl);
        new
    }
}

impl Says {
    /// Whether a record set says all of that.
    fn is_said_by(&self, record: &Record) -> bool {
        use crate::model::facts::route53::Routing::Weighted;
        let values = self.values.as_ref().is_none_or(|values| {
            let mut wanted: Vec<String> = values.iter().map(|value| plain(value)).collect();
            let mut said: Vec<String> = record.values.iter().map(|value| plain(value.as_str())).collect();
            wanted.sort();
            said.sort();
            wanted == said
        });
        let target = |is: &dyn Fn(&crate::model::facts::route53::Alias) -> bool| record.alias.as_ref().is_some_and(is);
        values
            && self.alias.as_ref().is_none_or(|name| target(&|alias| plain(alias.target.as_str()) == plain(name)))
            && self.alias_zone.as_ref().is_none_or(|zone| target(&|alias| alias.zone.as_str() == zone))
            && self.weight.is_none_or(|weight| record.routing == Weighted(weight.into()))
            && self.ttl.is_none_or(|ttl| record.ttl == Some(ttl))
    }

    /// What is written into a record set's JSON for it.
    fn written(&self) -> String {
        let mut all = Vec::new();
        if let Some(values) = &self.values {
            all.push(format!("one Value of ResourceRecords for each of {}", values.join(", ")));
        }
        all.extend(self.alias.as_ref().map(|name| format!("DNSName of AliasTarget is {name}")));
        all.extend(self.alias_zone.as_ref().map(|zone| format!("HostedZoneId of AliasTarget is {zone}")));
        all.extend(self.weight.map(|weight| format!("Weight is {weight}")));
        all.extend(self.ttl.map(|ttl| format!("TTL is {ttl}")));
        format!("write: {}; all else stays as it is", all.join("; "))
    }

    fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.values.as_ref().map(|values| values.join(", ")));
        words.extend(self.alias.as_ref().map(|name| format!("alias of {name}")));
        words.extend(self.alias_zone.as_ref().map(|zone| format!("in {zone}")));
        words.extend(self.weight.map(|weight| format!("weight {weight}")));
        words.extend(self.ttl.map(|ttl| format!("TTL {ttl} s")));
        words.join(", ")
    }
}

/// What a record set says.
fn says(record: &Record) -> String {
    use crate::model::facts::route53::Routing::Weighted;
    let values = record.values.iter().map(|value| plain(value.as_str())).collect();
    let weight = if let Weighted(weight) = record.routing { u32::try_from(weight).ok() } else { None };
    Says {
        values: Some(values).filter(|values: &Vec<String>| !values.is_empty()),
        alias: record.alias.as_ref().map(|alias| alias.target.to_string()),
        alias_zone: None,
        weight,
        ttl: record.ttl,
    }
    .words()
}

/// A name, or any value, as two of them are compared.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let zone = section.text("zone");
    let tables = section.tables("record");
    if tables.is_empty() && section.has("record") {
        section.wrong("record", "is empty; begin each with [[step.record]]");
        return None;
    }
    let edits: Vec<Option<RecordEdit>> = tables.iter().map(|table| edit(section, table)).collect();
    let edits: Vec<RecordEdit> = edits.into_iter().collect::<Option<_>>()?;
    let id = |edit: &RecordEdit| (edit.name.clone(), edit.kind.clone(), edit.set.clone());
    let twin = edits.iter().enumerate().find(|(at, one)| edits.iter().take(*at).any(|other| id(other) == id(one)));
    if let Some((at, twin)) = twin {
        let span = tables.get(at).map_or_else(|| section.span.clone(), |table| table.span.clone());
        section
            .walk
            .wrong(&span, format!("{} stands here twice; write all that changes of it in one table", twin.called()));
        return None;
    }
    let place = Place { region: Region::new(CONTROL), role: around.role.clone() };
    let zone = zone?.value.trim_start_matches("/hostedzone/").to_owned();
    (!edits.is_empty()).then_some(Kind::Route53ChangeRecords(Route53ChangeRecords { place, zone, edits }))
}

fn edit(section: &Section<'_>, table: &At<&toml::de::DeTable<'_>>) -> Option<RecordEdit> {
    let keys = RECORD.iter().collect();
    let own = Section::open(section.walk, "[[step.record]]", table.span.clone(), table.value, keys, Unknown::Refuse);
    let mut is_right = true;
    for (from, to) in PAIRS {
        match (own.has(from), own.has(to)) {
            (false, true) => own.needs(from, &format!("what `{to}` replaces: it is changed from nothing else")),
            (true, false) => own.needs(to, &format!("what replaces `{from}`")),
            (true, true) | (false, false) => continue,
        }
        is_right = false;
    }
    if is_right && !PAIRS.iter().any(|(from, _)| own.has(from)) {
        own.needs("from", "`from_alias`, `from_weight` or `from_ttl`, with what it becomes: what is to change?");
        is_right = false;
    }
    let says = |prefix: &str| {
        let texts = own.texts(prefix).map(|texts| texts.iter().map(|text| text.value.to_owned()).collect());
        let text = |name: &str| own.text(&format!("{prefix}_{name}")).map(|found| found.value.to_owned());
        Says {
            values: texts,
            alias: text("alias"),
            alias_zone: text("alias_zone"),
            weight: own.number(&format!("{prefix}_weight")),
            ttl: own.number(&format!("{prefix}_ttl")),
        }
    };
    let (from, to) = (says("from"), says("to"));
    for (name, values) in [("from", &from.values), ("to", &to.values)] {
        if values.as_ref().is_some_and(Vec::is_empty) {
            own.wrong(name, "is empty; name at least one value");
            is_right = false;
        }
    }
    if is_right && from == to {
        own.wrong("name", "is to become what it is: from and to are the same");
        is_right = false;
    }
    if from.values.is_some() && from.alias.is_some() {
        own.wrong("from_alias", "stands beside `from`; a record has values, or it is an alias");
        is_right = false;
    }
    let name = own.text("name")?;
    let kind = own.text("type").map_or("A", |found| found.value).to_ascii_uppercase();
    let set = own.text("set").map(|found| found.value.to_owned());
    is_right.then(|| RecordEdit { name: plain(name.value), kind, set, from, to })
}

impl StepKind for Route53ChangeRecords {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "the records are as asked and the change is INSYNC; resolvers may still keep the old answer for its TTL",
            lost: "by the records themselves: the batch is a compare-and-swap, all or nothing",
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::GlobalControl),
            regions: vec![self.place.region.clone()],
            permissions: vec!["route53:ChangeResourceRecordSets"],
            undo: Text::new("the same step the other way round, from what it made to what the card shows as old"),
            on_failure: Text::new(
                "look at the records: where somebody else changed them, agree who does what; where us-east-1 does not answer, move traffic by what does not need it: an ARC routing control, or a health check that fails by itself",
            ),
        }
    }

    fn ttl(&self) -> Option<Span> {
        self.edits.iter().filter_map(|edit| edit.from.ttl).max().map(|ttl| Span::from_secs(ttl.into()))
    }

    fn reads(&self, world: &World<'_>) -> Vec<Query> {
        let change = Self::change_id(world).map(|id| self.change_query(id));
        [self.zones_query(), self.records_query()].into_iter().chain(change).collect()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let records = self.records(world).map_or(&[][..], Vec::as_slice);
        let words = self.edits.iter().map(|edit| {
            let old = records.iter().find(|record| edit.is_it(record));
            let kept = old.and_then(|record| record.ttl).map(|ttl| format!(" (kept for up to {ttl} s)"));
            let old = old.map_or_else(|| edit.from.words(), says);
            format!("{}: {old}{} -> {}", edit.called(), kept.unwrap_or_default(), edit.to.words())
        });
        Text::new(format!("in the zone {}, all or nothing: {}", self.zone, words.collect::<Vec<_>>().join("; ")))
    }

    fn by_hand(&self) -> ByHand {
        const FILE: &str = "change.json";
        let sets: Vec<String> = self.edits.iter().map(RecordEdit::picked).collect();
        let batch = format!(
            "{{Comment:`\"by hand\"`, Changes:ResourceRecordSets[?{}].{{Action:`\"UPSERT\"`, ResourceRecordSet:@}}}}",
            sets.join(" || ")
        );
        let list = |query: &str| {
            by_hand::read(&self.place, "route53 list-resource-record-sets", &["--hosted-zone-id", &self.zone], query)
        };
        let was = self.edits.iter().map(|edit| known(format!("{} has {}", edit.called(), edit.from.words())));
        let file = format!("file://{FILE}");
        let sent = by_hand::read(
            &self.place,
            "route53 change-resource-record-sets",
            &["--hosted-zone-id", &self.zone, "--change-batch", &file],
            "",
        );
        let edits = self
            .edits
            .iter()
            .map(|edit| Deed::Words(Text::new(format!("in {FILE}, of {}: {}", edit.called(), edit.to.written()))));
        let change = by_hand::read(&self.place, "route53 get-change", &["--id", "<CHANGE>"], "ChangeInfo.Status");
        let now = list(&format!("ResourceRecordSets[?{}]", sets.join(" || ")));
        ByHand {
            first: std::iter::once(look(
                list(&batch).into_file(FILE),
                format!(
                    "{FILE} holds {}; keep a copy of it: it is the way back",
                    count(self.edits.len(), "record set")
                ),
            ))
            .chain(was)
            .collect(),
            then: edits.chain([Deed::Line(sent)]).collect(),
            last: vec![
                look(change, "INSYNC; <CHANGE> is the Id that the change printed, without /change/"),
                look(now, "the record sets say what is wanted; resolvers keep the old answer for its TTL"),
            ],
        }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the record sets are as the runbook expects them";
        let records = match self.swaps(world) {
            Ok(_) => Check::holds(what),
            Err(wrong) => Check::blocks(what, wrong.join("; ")),
        };
        let mut checks = vec![records, self.check_zone(world)];
        checks.sort_by_key(|check| !check.is_blocker());
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill moves no traffic"));
        }
        match self.swaps(world) {
            Ok(swaps) if swaps.is_empty() => Work::Already(Text::new("the record sets are as wanted")),
            Ok(swaps) => {
                let call = ChangeRecords { place: self.place.clone(), zone: self.zone.clone(), swaps };
                Work::Calls(vec![ApiCall::ChangeResourceRecordSets(call)])
            }
            Err(_) => Work::Watch,
        }
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        let stand = match self.stand(world) {
            Ok(stand) => stand,
            Err(why) => return Progress::Unknown(Text::new(why)),
        };
        let not_yet = stand.iter().find_map(|(edit, stands)| match stands {
            Stands::New => None,
            Stands::Old(record) | Stands::Other(record) => Some(format!("{} is {}", edit.called(), says(record))),
            Stands::Absent => Some(format!("{} is not there", edit.called())),
        });
        match (not_yet, world.sent()) {
            (None, _) => self.in_sync(world, "the record sets are as wanted"),
            (Some(state), None) => Progress::NotBegun(Text::new(state)),
            (Some(state), Some(_)) => match self.in_sync(world, "") {
                Progress::Done(_) => Progress::Failed {
                    why: Text::new(format!("{state}, although the change was made: somebody else changed it again")),
                    way_on: Text::new("find out who, and agree; then retry"),
                },
                Progress::Running { .. } => Progress::Running { state: Text::new(state), share: None },
                other @ (Progress::Failed { .. } | Progress::NotBegun(_) | Progress::Unknown(_)) => other,
            },
        }
    }

    /// By the record sets: all as the request made them, or all as they were.
    fn reconcile(&self, world: &World<'_>, attempt: &Attempt) -> Found {
        let Some(ApiCall::ChangeResourceRecordSets(call)) = &attempt.call else {
            return Found::CannotTell(Text::new("no call of this step"));
        };
        let records = match self.records(world) {
            Ok(records) => records,
            Err(why) => return Found::Unread(Text::new(why)),
        };
        let there: Vec<RecordSet> = records.iter().filter_map(|record| RecordSet::of(record).ok()).collect();
        let all = |which: fn(&Swap) -> &RecordSet| {
            call.swaps.iter().all(|swap| there.iter().any(|set| is_equal(set, which(swap))))
        };
        let said = self.edits.iter().filter_map(|edit| {
            let record = records.iter().find(|record| edit.is_it(record))?;
            Some(format!("{} is {}", edit.called(), says(record)))
        });
        let evidence = Text::new(said.collect::<Vec<_>>().join("; "));
        if all(|swap| &swap.new) {
            Found::Applied(evidence)
        } else if all(|swap| &swap.old) {
            Found::NotApplied(evidence)
        } else {
            Found::CannotTell(evidence)
        }
    }
}

/// Whether two record sets say the same: the order of values does not count.
fn is_equal(one: &RecordSet, other: &RecordSet) -> bool {
    let sorted = |set: &RecordSet| {
        let mut set = set.clone();
        set.values = set.values.iter().map(|value| plain(value)).collect();
        set.values.sort();
        set.name = plain(&set.name);
        set
    };
    sorted(one) == sorted(other)
}
