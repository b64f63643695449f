//! `arc-routing-control`: routing controls of an ARC cluster are switched, on the data plane, through whichever of its endpoints takes it.

use super::seen::fresh;
use super::{Around, Entry, Evidence, Facts, Kind, Reversibility, StepKind};
use crate::document::{Section, Shape, optional, required};
use crate::model::facts::arc::RoutingControl;
use crate::model::{Place, Query, Region, Snapshot, Text, words};
use crate::runbook::Mode;
use crate::runbook::by_hand::{self, ByHand, Deed, Look, change_line, look};
use crate::runbook::call::{ApiCall, Plane, Switch, SwitchControls};
use crate::runbook::check::Check;
use crate::runbook::work::{Found, Progress, Work};
use crate::runbook::world::{Attempt, Outcome, World};

/// As many controls as one request switches.
const MOST: usize = 10;

/// Switches routing controls, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArcRoutingControl {
    /// The endpoints of the cluster, by their Regions, in the order of the runbook.
    pub endpoints: Vec<Place>,
    /// The control panel, where names alone would not do.
    pub panel: Option<String>,
    /// The controls by their names, and how each is to stand.
    pub controls: Vec<(String, Switch)>,
    /// The ARNs of safety rules that need not hold.
    pub overridden: Vec<String>,
}

/// What the endpoints say of the controls.
enum Told {
    /// Each of those that answer says that all stand as they should.
    All(String),
    /// None of them does.
    None(String),
    /// Some do, some do not yet.
    Mixed(String),
    /// None can be relied on: why.
    Nothing(String),
}

impl ArcRoutingControl {
    /// As runbooks write it.
    pub const ENTRY: Entry = Entry {
        word: "arc-routing-control",
        doc: "Switches routing controls of an ARC cluster in one request, all or none, on the data plane: no control plane of us-east-1 is needed. Every endpoint of the cluster is on the card; another one is tried only where it is proven that the one before it did not carry the request out.",
        keys: &[
            required(
                "endpoints",
                Shape::Regions,
                r#"["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-2"]"#,
                "The Regions of the cluster's endpoints, all five; the config's [[arc.endpoint]] has the address of each.",
            ),
            required(
                "controls",
                Shape::Pairs,
                r#"{ payments-use1 = "Off", payments-usw2 = "On" }"#,
                "The routing controls by name, and how each is to stand: On or Off. At most 10.",
            ),
            optional(
                "panel",
                Shape::Text,
                "any",
                r#""payments""#,
                "The control panel, where two have a control of that name.",
            ),
            optional(
                "override_rules",
                Shape::Texts,
                "none",
                r#"["arn:aws:route53-recovery-control::111122223333:controlpanel/0a1b/safetyrule/2c3d"]"#,
                "The ARNs of safety rules that this may break. Without it a rule that stands in the way refuses the step.",
            ),
        ],
        read,
    };

    fn query(place: &Place) -> Query {
        Query::RoutingControls(place.clone())
    }

    /// What an endpoint says, as just read.
    fn list<'a>(world: &World<'a>, place: &Place) -> Result<&'a Vec<RoutingControl>, String> {
        fresh(world, &Self::query(place), Snapshot::routing_controls)
    }

    /// Its one control of that name, on one list.
    fn find<'a>(&self, list: &'a [RoutingControl], name: &str) -> Result<&'a RoutingControl, String> {
        let fits = |control: &&RoutingControl| {
            control.name.as_str() == name && self.panel.as_ref().is_none_or(|panel| control.panel.as_str() == panel)
        };
        let mut found = list.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(control), None) => Ok(control),
            (Some(_), Some(_)) => {
                Err(format!("two control panels have a routing control {name}; say which with panel = \"…\""))
            }
            (None, _) => {
                let names = list.iter().map(|control| control.name.as_str());
                Err(format!("there is no routing control {name}; the cluster has {}", words::listed(names)))
            }
        }
    }

    /// Every control, as the first endpoint says it that answers.
    fn controls<'a>(&self, world: &World<'a>) -> Result<Vec<(&'a RoutingControl, Switch)>, String> {
        let mut why = "no endpoint is named".to_owned();
        for place in &self.endpoints {
            match Self::list(world, place) {
                Ok(list) => {
                    return self.controls.iter().map(|(name, state)| Ok((self.find(list, name)?, *state))).collect();
                }
                Err(error) => why = error,
            }
        }
        Err(format!("no endpoint of the cluster answers; the last: {why}"))
    }

    /// The endpoints in the order in which they are tried: those that answer first, from one that the run draws; those that were tried in vain for
    /// this step, and those that do not answer, last.
    fn order(&self, world: &World<'_>) -> Vec<&Place> {
        let failed = |place: &Place| {
            world.attempts.iter().any(|attempt| {
                let refused =
                    matches!(&attempt.outcome, Some(Outcome::NotApplied { why, .. }) if why.is_of_the_endpoint());
                refused && attempt.call.as_ref().is_some_and(|call| call.place() == place)
            })
        };
        // AWS asks to draw the first one; two readings of one plan must draw the same.
        let drawn: usize = world.run.id.to_string().bytes().map(usize::from).sum();
        let first = drawn.checked_rem(self.endpoints.len()).unwrap_or(0);
        let (before, from) = self.endpoints.split_at_checked(first).unwrap_or((&[], &self.endpoints));
        let mut order: Vec<&Place> = from.iter().chain(before).collect();
        order.sort_by_key(|place| (Self::list(world, place).is_err(), failed(place)));
        order
    }

    fn told(&self, world: &World<'_>) -> Told {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        let mut why = "no endpoint is named".to_owned();
        for place in &self.endpoints {
            let list = match Self::list(world, place) {
                Ok(list) => list,
                Err(error) => {
                    why = error;
                    continue;
                }
            };
            let states = self.controls.iter().map(|(name, wanted)| {
                let state = self.find(list, name).map(|control| control.state.as_str());
                (state == Ok(wanted.as_str()), format!("{name} {}", state.unwrap_or("not there")))
            });
            let (fits, said): (Vec<bool>, Vec<String>) = states.unzip();
            let said = format!("{} at {}", said.join(", "), place.region);
            if fits.into_iter().all(|fits| fits) { yes.push(said) } else { no.push(said) }
        }
        match (yes.is_empty(), no.is_empty()) {
            (true, true) => Told::Nothing(why),
            (false, true) => Told::All(yes.join("; ")),
            (true, false) => Told::None(no.join("; ")),
            (false, false) => Told::Mixed(format!("{}; but {}", yes.join("; "), no.join("; "))),
        }
    }

    /// That somebody is served after it.
    fn check_rest(&self, world: &World<'_>, controls: &[(&RoutingControl, Switch)]) -> Option<Check> {
        let list = self.endpoints.iter().find_map(|place| Self::list(world, place).ok())?;
        let panels: Vec<&Text> = controls.iter().map(|(control, _)| &control.panel).collect();
        let is_on = |control: &RoutingControl| {
            let asked = controls.iter().find(|(own, _)| own.arn == control.arn);
            asked.map_or(control.state.as_str() == Switch::On.as_str(), |(_, state)| *state == Switch::On)
        };
        let dark = panels.iter().find(|panel| !list.iter().any(|control| control.panel == ***panel && is_on(control)));
        let what = "a routing control of each panel stays On";
        Some(match dark {
            Some(panel) => Check::warns(what, format!("all of {panel} would be Off: nobody would be sent anywhere")),
            None => Check::holds(what),
        })
    }
}

fn read(section: &Section<'_>, around: &Around) -> Option<Kind> {
    let (endpoints, pairs) = (section.regions("endpoints"), section.pairs("controls"));
    let panel = section.text("panel").map(|found| found.value.to_owned());
    let overridden = section.texts("override_rules").unwrap_or_default();
    let pairs = pairs?;
    if pairs.is_empty() || pairs.len() > MOST {
        section.wrong(
            "controls",
            format!("names {}; one request switches 1 to {MOST}", words::count(pairs.len(), "control")),
        );
        return None;
    }
    let mut controls = Vec::new();
    for (name, state) in pairs {
        match Switch::ALL.into_iter().find(|known| known.as_str() == state) {
            Some(state) => controls.push((name, state)),
            None => section.wrong("controls", format!("says \"{state}\" of {name}; a routing control is On or Off")),
        }
    }
    let endpoints: Vec<Place> =
        endpoints?.into_iter().map(|region| Place { region, role: around.role.clone() }).collect();
    if endpoints.is_empty() {
        section.wrong("endpoints", "is empty; name the Region of each endpoint of the cluster");
        return None;
    }
    Some(Kind::ArcRoutingControl(ArcRoutingControl {
        endpoints,
        panel,
        controls,
        overridden: overridden.into_iter().map(|found| found.value.to_owned()).collect(),
    }))
}

impl StepKind for ArcRoutingControl {
    fn evidence(&self) -> Evidence {
        Evidence {
            done: "every endpoint of the cluster that answers shows the states asked for",
            lost: "by the states at the endpoints: they are set, not turned",
        }
    }

    fn facts(&self) -> Facts {
        let regions: Vec<Region> = self.endpoints.iter().map(|place| place.region.clone()).collect();
        Facts {
            reversibility: Reversibility::Reversible,
            plane: Some(Plane::Data),
            regions,
            permissions: vec!["route53-recovery-cluster:UpdateRoutingControlStates"],
            undo: Text::new("switch the controls back to what the card shows as they are now"),
            on_failure: Text::new(
                "a safety rule that refuses names itself: switch the other side On in the same step, or override that rule knowingly; where no endpoint answers, try again in a minute, they are in five Regions",
            ),
        }
    }

    fn reads(&self, _: &World<'_>) -> Vec<Query> {
        self.endpoints.iter().map(Self::query).collect()
    }

    fn describe(&self, world: &World<'_>) -> Text {
        let overridden = match self.overridden.as_slice() {
            [] => String::new(),
            rules => format!("; it may break {}", words::listed(rules)),
        };
        let said = match self.controls(world) {
            Ok(controls) => {
                let each = controls.iter().map(|(control, state)| {
                    format!(
                        "{} of panel {} ({}): {} -> {}",
                        control.name,
                        control.panel,
                        control.arn,
                        control.state,
                        state.as_str()
                    )
                });
                each.collect::<Vec<_>>().join("; ")
            }
            Err(_) => {
                let each = self.controls.iter().map(|(name, state)| format!("{name} -> {}", state.as_str()));
                each.collect::<Vec<_>>().join("; ")
            }
        };
        Text::new(format!("routing controls: {said}{overridden}"))
    }

    fn by_hand(&self) -> ByHand {
        let shown = |place: &Place| {
            let panel = self.panel.iter().flat_map(|panel| ["--control-panel-arn", panel.as_str()]);
            by_hand::read(
                place,
                "route53-recovery-cluster list-routing-controls",
                &panel.collect::<Vec<_>>(),
                "RoutingControls[].{Name:RoutingControlName,State:RoutingControlState,Arn:RoutingControlArn}",
            )
            .option("--endpoint-url", &by_hand::endpoint(&place.region))
        };
        let arn = |name: &str| format!("<ARN-OF-{name}>");
        let states = || self.controls.iter().map(|(name, state)| (arn(name), *state)).collect();
        let mut then = Vec::new();
        for (number, place) in self.endpoints.iter().enumerate() {
            if number == 1 {
                then.push(Deed::Words(Text::new(
                    "only if that endpoint could not be reached: the same through the next one, until one takes it",
                )));
            }
            let call = SwitchControls { place: place.clone(), states: states(), overridden: self.overridden.clone() };
            let line = change_line(&ApiCall::UpdateRoutingControlStates(call), &[]);
            then.push(Deed::Line(line.option("--endpoint-url", &by_hand::endpoint(&place.region))));
        }
        let marks = words::listed(self.controls.iter().map(|(name, _)| format!("{} is the Arn of {name}", arn(name))));
        let wanted = words::listed(self.controls.iter().map(|(name, state)| format!("{name} {}", state.as_str())));
        let mut first: Vec<Look> = Vec::new();
        let mut last = Vec::new();
        if let Some(place) = self.endpoints.first() {
            first.push(look(
                shown(place),
                format!("{marks}; any endpoint of the cluster tells; write State down, it is the way back"),
            ));
            last.push(look(shown(place), wanted));
        }
        ByHand { first, then, last }
    }

    fn check(&self, world: &World<'_>) -> Vec<Check> {
        let what = "the routing controls are there";
        let controls = match self.controls(world) {
            Ok(controls) => controls,
            Err(why) => return vec![Check::blocks(what, why)],
        };
        let mut checks = vec![Check::holds(what)];
        checks.extend(self.check_rest(world, &controls));
        let silent: Vec<String> = self
            .endpoints
            .iter()
            .filter(|place| Self::list(world, place).is_err())
            .map(|place| place.region.to_string())
            .collect();
        checks.push(match silent.as_slice() {
            [] => Check::holds("every endpoint of the cluster answers"),
            silent => Check::warns(
                "every endpoint of the cluster answers",
                format!("{} does not; those that answer are tried first", words::listed(silent)),
            ),
        });
        if let Told::Mixed(said) = self.told(world) {
            checks.push(Check::warns("the endpoints agree on how the controls stand", said));
        }
        checks.sort_by_key(|check| matches!(check.standing, crate::runbook::Standing::Holds));
        checks
    }

    fn work(&self, world: &World<'_>) -> Work {
        if world.run.mode == Mode::Drill {
            return Work::NotInThisMode(Text::new("a drill moves no traffic"));
        }
        if let Told::All(said) = self.told(world) {
            return Work::Already(Text::new(format!("the controls stand so already: {said}")));
        }
        let Ok(controls) = self.controls(world) else { return Work::Watch };
        let states: Vec<(String, Switch)> =
            controls.iter().map(|(control, state)| (control.arn.to_string(), *state)).collect();
        let call = |place: &Place| {
            ApiCall::UpdateRoutingControlStates(SwitchControls {
                place: place.clone(),
                states: states.clone(),
                overridden: self.overridden.clone(),
            })
        };
        Work::OneOf(self.order(world).into_iter().map(call).collect())
    }

    fn verify(&self, world: &World<'_>) -> Progress {
        match (self.told(world), world.sent()) {
            (Told::All(said), _) => Progress::Done(Text::new(said)),
            (Told::Mixed(said), _) => Progress::Running { state: Text::new(said), share: None },
            (Told::None(said), Some(_)) => Progress::Running { state: Text::new(said), share: None },
            (Told::None(said), None) => Progress::NotBegun(Text::new(said)),
            (Told::Nothing(why), _) => Progress::Unknown(Text::new(why)),
        }
    }

    /// By the states: they are set, not turned, so that it does not matter who set them.
    fn reconcile(&self, world: &World<'_>, _: &Attempt) -> Found {
        match self.told(world) {
            Told::All(said) => Found::Applied(Text::new(said)),
            Told::None(said) => Found::NotApplied(Text::new(said)),
            Told::Mixed(said) => Found::CannotTell(Text::new(format!("the endpoints do not agree yet: {said}"))),
            Told::Nothing(why) => Found::CannotTell(Text::new(why)),
        }
    }
}
