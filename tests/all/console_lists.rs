//! The screens of lists: what they show, how they are gone through, and that they hold at every width.

use std::collections::BTreeSet;
use std::sync::Arc;

use drdeck::console::action::Topic;
use drdeck::console::screens::glossary::{GLOSSARY, HEADS};
use drdeck::console::screens::listing::{Listing, Side};
use drdeck::console::screens::listings;
use drdeck::console::widgets::table::{self, Column};
use drdeck::console::{Command, Event, Role, Start, Themes};
use drdeck::model::facts::Answer;
use drdeck::model::kinds::Kind;
use drdeck::model::{Snapshot, Span, Text, Verdict, assess};
use drdeck::observe::Observation;
use ratatui::buffer::Buffer;

use crate::console_stage::{Stage, row};
use crate::fixture_assessment::now;
use crate::fixture_snapshot::{aged, estate, lost, names, observation, snapshot};

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (120, 40);

/// A console of the small company.
fn stage(size: (u16, u16), snapshot: Snapshot) -> Stage {
    let mut stage = Stage::start(size, Start::Watch(estate().into()));
    stage.event(Event::Observed(observation(snapshot, stage.now)));
    stage
}

/// Name, keys.
const SCENES: [(&str, &str); 19] = [
    ("replication", "3"),
    ("replication_jobs", "3 Right"),
    ("replication_plans", "3 Left"),
    ("replication_filtered", "3 / \"legacy\" Enter j"),
    ("replication_server", "3 / \"web-1\" Enter Enter"),
    ("replication_server_end", "3 / \"web-1\" Enter Enter G"),
    ("replication_job", "3 Right Enter"),
    ("replication_copy", "3 Enter y"),
    ("backups", "4"),
    ("backups_jobs", "4 ]"),
    ("backups_copies", "4 ] ]"),
    ("backups_restores", "4 ] ] ]"),
    ("backups_tests", "4 ] ] ] ]"),
    ("backups_vaults", "4 [ ["),
    ("backups_plans", "4 ["),
    ("backups_resource", "4 j Enter"),
    ("databases", "5"),
    ("databases_instance", "5 / \"orders-db\" Enter j Enter"),
    ("databases_help", "5 ?"),
];

fn hold(name: &str, buffer: &Buffer) {
    insta::assert_snapshot!(name, format!("{buffer:?}"));
}

#[test]
fn every_list_at_both_sizes() {
    for (size, suffix) in [(NARROW, "80x24"), (WIDE, "120x40")] {
        for (name, keys) in SCENES {
            let mut stage = stage(size, snapshot());
            stage.keys(keys);
            hold(&format!("{name}_{suffix}"), &stage.buffer("default"));
        }
    }
}

#[test]
fn lists_without_a_region_and_in_other_themes() {
    for (name, keys) in [("replication", "3"), ("backups", "4"), ("databases", "5"), ("databases_page", "5 Enter")] {
        let mut stage = stage(NARROW, lost());
        stage.keys(keys);
        for theme in ["default", "no-color", "colour-blind-safe"] {
            hold(&format!("{name}_lost_{theme}"), &stage.buffer(theme));
        }
    }
}

#[test]
fn lists_with_nothing_in_them_say_why() {
    for (snapshot, keys, wanted) in [
        (Snapshot::default(), "3", "Reading…"),
        (aged(|_| true), "4 Right", "COMPLETED·2m"),
        (snapshot(), "3 / \"zebra\" Enter", "No replica matches \"zebra\". Esc shows more of the"),
        (snapshot(), "4 ] ] ] ! ! / \"job-\"", "No restore matches"),
    ] {
        let mut stage = stage(NARROW, snapshot);
        stage.keys(keys);
        assert!(stage.text().contains(wanted), "{keys}: {wanted}\n{}", stage.text());
    }
    let mut only_fine = snapshot();
    only_fine.readings.retain(|query, _| query.operation().1 == "DescribeBackupVault");
    let mut stage = stage(NARROW, only_fine);
    for (keys, wanted) in [
        ("4 [ [", "2 vaults · 0 problems"),
        ("!", "No problems among 2 vaults. Esc shows them."),
        ("3 Right", "No component of the config is of the kind drs."),
        ("5", "No component of the config is a database."),
    ] {
        stage.keys(keys);
        assert!(stage.text().contains(wanted), "{keys}: {wanted}\n{}", stage.text());
    }
}

/// The small company, where something else was answered.
fn answered(change: impl Fn(&mut Answer)) -> Snapshot {
    let mut snapshot = snapshot();
    for answer in snapshot.readings.values_mut().filter_map(|reading| reading.value.as_mut()) {
        change(Arc::make_mut(answer));
    }
    snapshot
}

#[test]
fn a_completed_job_that_left_a_server_behind_is_not_green() {
    let left_behind = answered(|answer| {
        if let Answer::DrsJobs(jobs) = answer {
            let launches = jobs.iter_mut().flat_map(|job| &mut job.servers);
            launches.for_each(|(_, launch)| *launch = Text::new("IN_PROGRESS"));
        }
    });
    let mut stage = stage(WIDE, left_behind);
    stage.keys("3 Right");
    let text = stage.text();
    assert!(text.contains("▲ drsjob-") && !text.contains("✓ drsjob-"), "{text}");
    assert!(text.contains("The job is COMPLETED, and yet: 0 of"), "{text}");
}

const VOLUME: &str = "arn:aws:ec2:us-east-1:111122223333:volume/vol-0c9f2d7b1a6e4f835";

/// Of the volume that the plan `daily` backs up at five, the backup of today is missing, and each one before took so long.
fn volume_without_todays_backup(took: Span) -> Snapshot {
    let yesterday = now() - Span::from_hours(33);
    let is_volume = |arn: &Text| arn.as_str() == VOLUME;
    answered(|answer| {
        if let Answer::ProtectedResources(resources) = answer {
            let volumes = resources.iter_mut().filter(|resource| is_volume(&resource.arn));
            volumes.for_each(|volume| volume.last_backup = Some(yesterday));
        } else if let Answer::BackupJobs(jobs) = answer {
            jobs.retain(|job| !is_volume(&job.resource) || job.completed.is_some() && job.message.is_none());
            for job in jobs.iter_mut().filter(|job| is_volume(&job.resource)) {
                (job.created, job.completed) = (Some(yesterday), Some(yesterday + took));
            }
        } else if let Answer::RecoveryPoints(points) = answer {
            let mut point = points[0].clone();
            point.resource = Text::new(VOLUME);
            (point.created, point.completed) = (Some(yesterday), Some(yesterday + took));
            points.push(point);
        }
    })
}

#[test]
fn backups_waits_for_a_late_one_as_long_as_the_verdict_does() {
    // An hour to begin and twice as long as they take: until 07:00, until 16:00; it is 14:02.
    for (took, is_overdue) in [(Span::from_mins(12), true), (Span::from_hours(5), false)] {
        let snapshot = volume_without_todays_backup(took);
        let mut company = estate();
        let orders = company.systems.iter().find(|system| system.name == "orders").unwrap();
        let mut volume = orders.components.iter().find(|component| component.name == "orders backup").unwrap().clone();
        let Kind::Backup(backup) = &mut volume.kind else { panic!("{volume:?}") };
        (backup.resource, backup.every) = (VOLUME.to_owned(), None);
        volume.name = "volume backup".to_owned();
        company.systems[0].components.push(volume);
        let judged = Arc::new(assess(&company, &snapshot, now()));
        let told = |why: &Text| why.as_str().contains("vol-0c9") && why.as_str().contains("is overdue");
        let reasons = &judged.systems[0].reasons;
        assert_eq!(reasons.iter().any(told), is_overdue, "took {took:?}: {reasons:#?}");
        let mut stage = Stage::start(WIDE, Start::Watch(company.into()));
        let seen = Observation { assessment: judged, ..observation(snapshot, stage.now) };
        stage.event(Event::Observed(seen));
        stage.keys("4 / \"vol-0c9\" Enter");
        assert_eq!(stage.text().contains("OVERDUE"), is_overdue, "took {took:?}\n{}", stage.text());
    }
}

#[test]
fn databases_tells_a_lagging_replica_as_replication_does() {
    let following = answered(|answer| {
        if let Answer::DbInstances(instances) = answer {
            for replication in instances.iter_mut().filter_map(|instance| instance.replication.as_mut()) {
                (replication.normal, replication.status, replication.message) = (true, Text::new("replicating"), None);
            }
        }
    });
    for (component, database) in [("orders-db", "orders-db-west"), ("shop-db", "shop"), ("sessions", "sessions")] {
        let mut stage = Stage::start(WIDE, Start::Watch(estate().into()));
        let mut seen = observation(following.clone(), stage.now);
        for system in &mut Arc::make_mut(&mut seen.assessment).systems {
            for judged in &mut Arc::make_mut(system).components {
                judged.verdict = Verdict::Met;
                if judged.name == component {
                    (judged.verdict, judged.reason) =
                        (Verdict::Breached, Text::new("It is 20m behind, the goal is 5m"));
                }
            }
        }
        stage.event(Event::Observed(seen));
        for (keys, name) in [("3", component), ("5", database)] {
            stage.keys(keys);
            let text = stage.text();
            let is_told = |line: &str| line.contains(&format!(" {name} ")) && line.contains("BREACHED");
            assert!(text.lines().any(is_told), "{name} on {keys}\n{text}");
        }
    }
}

#[test]
fn the_lag_of_a_server_that_nobody_hears_of_is_not_believed() {
    let silent = answered(|answer| {
        if let Answer::SourceServers(servers) = answer {
            servers.iter_mut().for_each(|server| server.last_seen = Some(now() - Span::from_mins(41)));
        }
    });
    let mut stage = stage(WIDE, silent);
    stage.keys("3 / \"legacy-web-1\" Enter");
    assert!(stage.text().contains("CONTINUOUS       >41m"), "{}", stage.text());
}

/// The names in the list, from top to bottom.
fn rows(stage: &Stage) -> Vec<String> {
    let buffer = stage.buffer("no-color");
    let heads = (0..6).find(|y| ["SYSTEM", "STATE"].iter().any(|head| row(&buffer, *y).contains(head))).unwrap();
    (heads + 1..24)
        .map(|y| row(&buffer, y).chars().skip(2).collect::<String>())
        .take_while(|line| !line.trim().is_empty() && !line.starts_with(' '))
        .map(|line| line.split_whitespace().next().unwrap_or_default().to_owned())
        .take_while(|name| !name.starts_with('─'))
        .collect()
}

#[test]
fn worst_first_and_other_orders() {
    for (keys, wanted) in [
        ("3", "legacy-web-2 orders-db sessions shop-db a-server-with-a-… legacy-files build-01 reports legacy-web-1"),
        ("3 s", "a-server-with-a-… build-01 legacy-files legacy-web-1 legacy-web-2 orders-db reports sessions shop-db"),
        ("3 / \"drs\" Enter s s", "legacy-web-2 legacy-files a-server-with-a-… build-01 reports legacy-web-1"),
        ("3 / \"drs\" Enter s s s", "legacy-files legacy-web-2 a-server-with-a-… build-01 reports legacy-web-1"),
        ("4", "analytics-lake orders-db vol-0c9f2d7b1a6e4f835 i-0b1c6f4e29d87a530 sessions"),
        ("4 ]", "vol-0c9f2d7b1a6e4f835 i-0b1c6f4e29d87a530 i-0b1c6f4e29d87a530 i-0b1c6f4e29d87a530"),
    ] {
        let mut stage = stage(NARROW, snapshot());
        stage.keys(keys);
        let found = rows(&stage).join(" ");
        assert!(found.starts_with(wanted), "{keys}:\n{found}\n{wanted}\n{}", stage.text());
    }
}

#[test]
fn problems_only_hides_what_is_well_or_under_way() {
    let mut stage = stage(NARROW, snapshot());
    let running = |stage: &Stage| stage.text().contains("RUNNING");
    stage.keys("4 Right");
    assert!(running(&stage), "{}", stage.text());
    stage.keys("!");
    assert!(!running(&stage), "{}", stage.text());
    assert!(stage.text().contains("problems only"), "{}", stage.text());
    stage.keys("Esc");
    assert!(running(&stage), "{}", stage.text());
}

#[test]
fn keys_lead_from_list_to_list_and_back() {
    for (keys, wanted) in [
        ("3", "Replication · "),
        ("4", "Backups · "),
        ("5", "Databases · "),
        ("Tab", "Replication · "),
        ("Tab Tab", "Backups · "),
        ("Tab Tab Tab", "Databases · "),
        ("Tab Shift-Tab", "5 systems"),
        ("3 Esc", "5 systems"),
        ("3 q", "5 systems"),
        ("3 1", "5 systems"),
        ("3 Right", "‹DRS JOBS›"),
        ("3 ] ] ]", "‹SERVERS AND REPLICAS›"),
        ("3 h", "‹DRS RECOVERY PLANS›"),
        ("3 Enter", "replica 1 of 9"),
        ("3 Enter ] ]", "replica 3 of 9"),
        ("3 Enter Shift-Tab", "replica 9 of 9"),
        ("3 Enter Esc", "9 replicas · "),
        ("3 Enter 4 3", "9 replicas · "),
        ("3 / \"web-1\" Enter 2", "component 1 of 1"),
        ("3 / \"web-1\" Enter 2 Esc", "1 of 9 replicas · filter web-1"),
        ("3 / \"web-1\" Enter Esc", "9 replicas · "),
        ("3 / \"web-1\" Esc", "9 replicas · "),
        ("3 j j 4 3", "── "),
        (": \"databases\" Enter", "Databases · "),
        ("3 ?", "KEYS ON LISTS"),
        ("3 Enter ?", "KEYS ON DETAILS"),
        ("3 / \"build\" Enter 2", "No System of the config uses this"),
    ] {
        let mut stage = stage(NARROW, snapshot());
        let commands = stage.keys(keys);
        assert!(!commands.contains(&Command::Quit), "{keys}");
        assert!(stage.text().contains(wanted), "{keys}: {wanted}\n{}", stage.text());
    }
}

/// The cursor stays on its row whatever else comes and goes, also while the list is not shown.
#[test]
fn the_cursor_follows_its_row() {
    let mut stage = stage(NARROW, snapshot());
    stage.keys("3 / \"reports\" Enter j");
    let selected = "── reports · s-3a1f60c27b94d8e05";
    stage.keys("Esc");
    stage.keys("/ \"reports\" Enter Enter Esc Esc");
    assert!(stage.text().contains(selected), "{}", stage.text());
    stage.keys("s s 5 3");
    assert!(stage.text().contains(selected), "{}", stage.text());
    let now = stage.now;
    stage.event(Event::Observed(observation(aged(|query| query.operation().1 == "DescribeSourceServers"), now)));
    assert!(stage.text().contains(selected), "{}", stage.text());
    let mut without = snapshot();
    without.readings.retain(|query, _| query.operation().1 != "DescribeSourceServers");
    stage.keys("Enter");
    stage.event(Event::Observed(observation(without, now)));
    assert!(stage.text().contains("reports is not listed any more. Esc goes back."), "{}", stage.text());
}

/// What a person looks at is read as long as it is looked at, and said once.
#[test]
fn what_is_looked_at_is_asked_for() {
    let looks = |commands: &[Command]| -> Vec<Vec<&'static str>> {
        let looks = commands.iter().filter_map(|command| match command {
            Command::Look(queries) => Some(names(queries)),
            _ => None,
        });
        looks.collect()
    };
    let settings =
        ["DescribeJobLogItems", "DescribeRecoverySnapshots", "GetLaunchConfiguration", "GetReplicationConfiguration"];
    let mut stage = stage(NARROW, snapshot());
    assert_eq!(looks(&stage.keys("3 / \"web-1\" Enter j")), Vec::<Vec<&str>>::new());
    assert_eq!(looks(&stage.keys("Enter")), [settings]);
    assert_eq!(looks(&stage.keys("j j PgDn y Esc")), Vec::<Vec<&str>>::new(), "the same is not said again");
    let now = stage.now;
    let again = stage.event(Event::Observed(observation(snapshot(), now)));
    assert_eq!(looks(&again), Vec::<Vec<&str>>::new());
    assert_eq!(looks(&stage.keys("Esc")), [Vec::<&str>::new()], "nobody looks any more");
    assert_eq!(looks(&stage.keys("Enter 4")), [settings.to_vec(), Vec::new()]);
    assert_eq!(looks(&stage.keys("5 / \"orders-db\" Enter j Enter")), [["DescribeEvents"]]);
}

#[test]
fn any_value_and_the_aws_line_can_be_copied() {
    for (keys, wanted) in [
        (
            "3 / \"web-1\" Enter y Enter",
            "aws drs describe-source-servers --region us-west-2 --filters sourceServerIDs=s-3a1f60c27b94d8e01",
        ),
        ("3 / \"web-1\" Enter Enter y Enter", "aws drs describe-source-servers --region us-west-2 --filters "),
        ("3 / \"web-1\" Enter y \"arn\" Enter", "arn:aws:drs:us-west-2:111122223333:source-server/s-3a1f60c27b94d8e01"),
        ("3 / \"web-2\" Enter y \"error\" Enter", "AGENT_NOT_SEEN"),
        (
            "3 / \"web-2\" Enter y \"sentence\" Enter",
            "legacy-web-2 (s-3a1f60c27b94d8e02): It does not replicate (STALLED, AGENT_NOT_SEEN)",
        ),
        (
            "4 y Enter",
            "aws backup describe-protected-resource --region us-east-1 --resource-arn arn:aws:s3:::analytics-lake",
        ),
    ] {
        let mut stage = stage(NARROW, snapshot());
        let commands = stage.keys(keys);
        let copied = commands.iter().find_map(|command| match command {
            Command::Copy(text) => Some(text.as_str()),
            _ => None,
        });
        assert!(copied.is_some_and(|text| text.starts_with(wanted)), "{keys}: {copied:?}");
    }
}

fn styles(roles: &[Role]) -> Vec<Option<ratatui::style::Color>> {
    let (theme, _) = Themes::default().load("default");
    roles.iter().map(|role| theme.style(*role).fg).collect()
}

/// Whatever a list or a page shows out of readings that are too old, nothing of it is green.
#[test]
fn what_is_stale_is_never_green_in_a_list() {
    let good = styles(&[Role::VerdictMet, Role::UpYes]);
    let scenes = SCENES.iter().filter(|(name, _)| !name.ends_with("help"));
    for (_, keys) in scenes {
        for size in [NARROW, WIDE, (200, 50)] {
            let mut stage = stage(size, aged(|_| true));
            stage.keys(keys);
            let buffer = stage.buffer("default");
            for y in 1..size.1 {
                let green = (0..size.0).find(|x| good.contains(&Some(buffer[(*x, y)].fg)));
                assert_eq!(green, None, "{keys}, row {y}:\n{}", stage.text());
            }
        }
    }
    let mut stage = stage(NARROW, aged(|_| true));
    stage.keys("3");
    let text = stage.text();
    assert!(text.contains("▲ drs us-west-2 as of 13:59:50Z, 2m ago; could not be read since 14:00:03Z"), "{text}");
}

/// Columns of the listing at that width, when the longest name takes so much.
fn placed(listing: &Listing, width: u16) -> Vec<table::Placed<usize>> {
    let columns: Vec<Column<usize>> = listing
        .heads
        .iter()
        .enumerate()
        .map(|(key, head)| Column {
            key,
            title: head.title,
            width: head.width,
            max_width: head.max_width,
            rank: head.rank,
        })
        .collect();
    table::place(&columns, width - 2)
}

#[test]
fn columns_never_overlap_and_the_important_ones_are_there() {
    for topic in Topic::ALL {
        for listing in listings(*topic) {
            let first = listing.heads.first().unwrap();
            assert_eq!(first.rank, 0, "{}: the name is there at any width", listing.title);
            for head in listing.heads {
                assert!(usize::from(head.width) >= head.title.len(), "{} in {}", head.title, listing.title);
            }
            let aged = listing.heads.iter().filter(|head| format!("{:?}", head.holds) == "AgedReading").count();
            assert!(aged <= 1, "{}: one column shows the age", listing.title);
            for width in 80..=200 {
                let columns = placed(listing, width);
                for pair in columns.windows(2) {
                    assert!(pair[0].x + pair[0].width < pair[1].x, "{} at {width}: {pair:?}", listing.title);
                }
                let last = columns.last().unwrap();
                assert!(last.x + last.width + 2 <= width, "{} at {width}", listing.title);
                let shown: BTreeSet<usize> = columns.iter().map(|column| column.key).collect();
                for (key, head) in listing.heads.iter().enumerate() {
                    assert!(head.rank > 2 || shown.contains(&key), "{} of {} at {width}", head.title, listing.title);
                }
            }
        }
    }
}

/// On the screen there is a blank beside every column in every row, whatever stands in its cells.
#[test]
fn no_cell_runs_into_the_next_one() {
    for (topic, key) in [(Topic::Replication, "3"), (Topic::Backups, "4"), (Topic::Databases, "5")] {
        for (at, listing) in listings(topic).iter().enumerate() {
            for (readings, label) in [(snapshot(), "fresh"), (lost(), "lost"), (aged(|_| true), "stale")] {
                let mut stage = stage(NARROW, readings);
                stage.keys(key);
                (0..at).for_each(|_| drop(stage.keys("Right")));
                for width in (80..=200).step_by(3) {
                    stage.resize((width, 24));
                    holds_its_columns(&stage.buffer("default"), listing, label);
                }
            }
        }
    }
}

fn holds_its_columns(buffer: &Buffer, listing: &Listing, label: &str) {
    let heads = (1..8)
        .find(|y| listing.heads.iter().filter(|head| head.rank < 2).all(|head| row(buffer, *y).contains(head.title)))
        .unwrap();
    let line = row(buffer, heads) + " ";
    for head in listing.heads {
        let title = format!(" {} ", head.title);
        let Some(found) = line.find(&title) else { continue };
        let start = line[..found].chars().count();
        let blank = match head.side {
            Side::Left => start,
            Side::Right => start + title.chars().count() - 1,
        };
        for y in heads..heads + 6 {
            let text = row(buffer, y);
            if text.trim().is_empty() || text.starts_with("──") {
                break;
            }
            let cell = buffer.cell((u16::try_from(blank).unwrap(), y));
            assert!(cell.is_none_or(|cell| cell.symbol() == " "), "{label} {} {title}: {text}", listing.title);
        }
    }
}

#[test]
fn every_head_is_explained_in_help() {
    for topic in Topic::ALL {
        for listing in listings(*topic) {
            for head in listing.heads.iter().map(|head| head.title) {
                let explained = |(word, meaning): &(&str, &str)| {
                    word.split(", ").any(|word| word == head) || meaning.contains(&format!("{head}: "))
                };
                let named = HEADS.iter().chain(GLOSSARY).any(explained);
                assert!(named, "{head} of {} is not in Help", listing.title);
            }
        }
    }
}

/// No size makes a list or a page panic, and no key after it.
#[test]
fn every_size_down_to_one_cell() {
    let (theme, _) = Themes::default().load("default");
    for (_, keys) in SCENES {
        let mut stage = stage(NARROW, lost());
        stage.keys(keys);
        for width in [1, 2, 19, 20, 21, 33, 40, 79, 81, 140, 200] {
            for height in [1, 2, 5, 6, 7, 8, 9, 12, 15, 16, 23, 60] {
                stage.resize((width, height));
                stage.keys("Down PgDn Up");
                stage.drawn(&theme);
            }
        }
    }
}
