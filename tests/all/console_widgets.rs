//! Figures, lines, curves and columns: the small pure parts of the console.

use drdeck::console::screens::systems_table::{Cell, columns};
use drdeck::console::theme::Role;
use drdeck::console::widgets::sparkline::sparkline;
use drdeck::console::widgets::top_line::{Reach, reaches};
use drdeck::console::widgets::{Cursor, Line, Move};
use drdeck::console::{figures, format};
use drdeck::model::{FailureKind, LagHistory, Span, Strategy, SystemAssessment, Verdict};
use unicode_width::UnicodeWidthStr;

use crate::fixture_assessment::{at, calm, outage};

#[test]
fn spans() {
    for (seconds, span, coarse, age, elapsed) in [
        (-5, "0", "0", "0s", "0"),
        (0, "0", "0", "0s", "0"),
        (41, "41s", "41s", "41s", "41s"),
        (60, "1m", "1m", "1m", "1m"),
        (134, "2m14s", "2m", "2m", "2m14s"),
        (599, "9m59s", "9m", "9m", "9m59s"),
        (3_599, "59m59s", "59m", "59m", "59m"),
        (3_600, "1h", "1h", "1h", "1h"),
        (3_900, "1h05m", "1h05m", "1h", "1h05m"),
        (86_400, "24h", "24h", "24h", "24h"),
        (172_799, "47h59m", "47h59m", "47h", "47h"),
        (172_800, "2d", "2d", "2d", "2d"),
        (273_600, "3d04h", "3d04h", "3d", "3d"),
    ] {
        let amount = Span::from_secs(seconds);
        assert_eq!(format::span(amount), span);
        assert_eq!(format::coarse(amount), coarse);
        assert_eq!(format::age(amount), age);
        assert_eq!(format::elapsed(amount), elapsed);
        assert!(format::elapsed(amount).len() <= 5);
    }
}

#[test]
fn a_figure_above_its_goal_never_looks_like_it() {
    for (now, goal, wanted) in [
        (299, Some(300), "4m"),
        (300, Some(300), "5m"),
        (301, Some(300), ">5m"),
        (361, Some(300), "6m"),
        (0, Some(0), "0"),
        (1, Some(0), "1s"),
        (100, Some(90), "1m40s"),
        (86_401, Some(86_400), ">24h"),
        (540, None, "9m"),
    ] {
        assert_eq!(format::against(Span::from_secs(now), goal.map(Span::from_secs)), wanted);
    }
}

#[test]
fn other_figures() {
    assert_eq!(format::account("111122223333"), "1111-2222-3333");
    assert_eq!(format::account("not known"), "not known");
    assert_eq!(format::identity("arn:aws:sts::111122223333:assumed-role/Recovery/alice"), "alice");
    assert_eq!(format::identity("arn:aws:iam::111122223333:root"), "root");
    assert_eq!(format::moment(at("13:00:00"), at("14:02:17")), "13:00:00Z");
    assert_eq!(format::moment("2026-11-19T23:59:59Z".parse().unwrap(), at("00:00:01")), "2026-11-19 23:59Z");
    assert_eq!(format::cost(0.0), "$0.00/h");
    assert_eq!(format::cost(0.004), "<$0.01/h");
    assert_eq!(format::cost(1.256), "$1.26/h");
    for (lag, wanted) in [(0.83, "0.8s"), (9.96, "10s"), (250.0, "4m10s"), (-1.0, "?"), (f64::NAN, "?")] {
        assert_eq!(format::lag(lag), wanted);
    }
}

#[test]
fn lines_break_at_spaces() {
    let line =
        Line::new(Role::Text, " - ").with(Role::TextStrong, "shop:").with(Role::Text, " nine minutes would be lost");
    for width in 1..60 {
        let wrapped = line.wrapped(width, 3);
        let words: Vec<String> = wrapped.iter().map(Line::plain).collect();
        assert!(words.iter().all(|line| line.width() <= width), "{width}: {words:?}");
        let glued: String = words.concat().split_whitespace().collect();
        assert_eq!(glued, "-shop:nineminuteswouldbelost", "{width}");
    }
    let wrapped: Vec<String> = line.wrapped(20, 3).iter().map(Line::plain).collect();
    assert_eq!(wrapped, [" - shop: nine", "   minutes would be", "   lost"]);
    // Wide letters, and a word longer than the line.
    let wide = Line::new(Role::Text, "データベース復旧データベース復旧");
    assert!(wide.wrapped(7, 0).iter().all(|line| line.width() <= 7));
}

#[test]
fn figures_give_way_before_their_age_does() {
    let stale = |text: &str, age: &str| Line::new(Role::Text, text).with(Role::Text, format!("·{age}"));
    for (line, width, wanted) in [
        (stale("   9m / 5m", "3m"), 15, "   9m / 5m·3m"),
        (stale("11h11m / 30h", "50s"), 15, "11h11m/30h·50s"),
        (stale("onprem", "2m"), 8, "onpr…·2m"),
        (stale("onprem", "45m"), 8, "onp…·45m"),
        (Line::new(Role::Text, "  9m").with(Role::Text, " / 5m"), 6, "9m/5m"),
    ] {
        let squeezed = line.squeezed(width);
        assert_eq!(squeezed.plain(), wanted);
        assert!(squeezed.width() <= width);
    }
}

#[test]
fn sparklines_show_gaps_as_gaps() {
    let points = |values: &[(i64, f64)]| -> LagHistory {
        values.iter().map(|(minute, value)| (at("13:00:00") + Span::from_mins(*minute), *value)).collect()
    };
    assert_eq!(sparkline(&LagHistory::default(), 10), "");
    assert_eq!(sparkline(&points(&[(0, 0.0), (1, 0.0)]), 10), "▁▁");
    assert_eq!(sparkline(&points(&[(0, 0.0), (1, 4.0), (2, 8.0)]), 10), "▁▅█");
    assert_eq!(sparkline(&points(&[(0, 1.0), (1, 1.0), (4, 1.0)]), 10), "██··█");
    assert_eq!(sparkline(&points(&[(0, 1.0), (1, f64::NAN), (2, -1.0)]), 10), "█··");
    let long: Vec<(i64, f64)> = (0..20).map(|minute| (minute, if minute == 7 { 8.0 } else { 1.0 })).collect();
    let curve = sparkline(&points(&long), 10);
    assert_eq!(curve.chars().count(), 10);
    assert_eq!(curve.chars().filter(|c| *c == '█').count(), 1, "the highest of each column is kept");
    assert_eq!(sparkline(&points(&long), 0), "");
}

#[test]
fn a_cursor_scrolls_as_little_as_it_must() {
    let mut cursor = Cursor::default();
    for (by, at, first) in [
        (Move::Down, 1, 0),
        (Move::PageDown, 6, 2),
        (Move::Up, 5, 2),
        (Move::Last, 99, 95),
        (Move::Down, 99, 95),
        (Move::HalfPageUp, 96, 95),
        (Move::PageUp, 91, 91),
        (Move::First, 0, 0),
        (Move::Up, 0, 0),
    ] {
        cursor.moved(by, 100, 5);
        assert_eq!((cursor.at, cursor.in_sight(100, 5)), (at, first..first + 5), "{by:?}");
    }
    cursor.moved(Move::Last, 100, 5);
    assert_eq!(cursor.in_sight(100, 30), 70..100, "a terminal that grew");
    assert_eq!(cursor.in_sight(3, 5), 0..3);
    cursor.moved(Move::Down, 0, 0);
    assert_eq!(cursor.in_sight(0, 0), 0..0);
}

#[test]
fn columns_go_with_the_width() {
    let keys = |width| columns(width, 14).iter().map(|column| column.key).collect::<Vec<Cell>>();
    assert_eq!(keys(20), [Cell::System, Cell::Verdict]);
    assert_eq!(keys(40), [Cell::System, Cell::Up, Cell::Verdict]);
    assert_eq!(keys(80).len(), 8);
    assert_eq!(keys(120).len(), 10);
    assert_eq!(keys(200).len(), 12);
    for width in 20..250 {
        let columns = columns(width, 30);
        let end = columns.last().map_or(0, |column| column.x + column.width);
        assert!(end + 2 <= width, "{width}: {end}");
        assert!(columns.windows(2).all(|pair| pair[0].x + pair[0].width < pair[1].x));
        assert!(keys(width).len() <= keys(width + 1).len(), "a wider terminal shows as much");
    }
}

#[test]
fn regions_that_answer_and_that_do_not() {
    let names = |reaches: Vec<(String, Reach)>| reaches.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(reaches(&calm().sources)), ["use1", "usw2", "r53"]);
    let reach = |sources: &[drdeck::model::SourceState], name: &str| {
        reaches(sources).into_iter().find(|(found, _)| found == name).map(|(_, reach)| reach).unwrap()
    };
    let lost = outage().sources;
    assert_eq!(reach(&lost, "use1"), Reach::Down(at("14:00:03")));
    assert_eq!(reach(&lost, "usw2"), Reach::Ok);
    assert_eq!(reach(&lost, "r53"), Reach::Slow);

    let mut partly = lost;
    partly[0].failure = None;
    partly[0].status = drdeck::model::SourceStatus::Ok;
    assert_eq!(reach(&partly, "use1"), Reach::Partly { failing: 4, of: 5 });
    for source in &mut partly {
        if let Some(failure) = &mut source.failure {
            failure.kind = FailureKind::Denied;
        }
    }
    assert_eq!(reach(&partly, "use1"), Reach::Refused("denied"));
    for source in &mut partly {
        source.failure = None;
        source.status = drdeck::model::SourceStatus::Error;
    }
    assert_eq!(reach(&partly, "use1"), Reach::Waiting);
}

#[test]
fn a_failover_may_be_known_to_be_possible_though_the_lost_region_cannot_be_read() {
    let assessment = calm();
    let now = assessment.now;
    let found = assessment.systems.iter().find(|system| system.strategy == Strategy::WarmStandby);
    let mut system = SystemAssessment::clone(found.unwrap());
    assert!(figures::go_known(&system, now));
    let of = |system: &SystemAssessment, kind: &str, health: bool| {
        system.components.iter().position(|component| (component.kind == kind) == health).unwrap()
    };
    // What the lost Region would have said about the database does not matter while its replica can be judged.
    let database = of(&system, "health-check", false);
    system.components[database].stale = true;
    system.components[database].verdict = Verdict::Unknown;
    assert!(figures::go_known(&system, now));
    // The recovery site's health does, and so does whatever the components miss themselves.
    let mut unhealthy = system.clone();
    let check = of(&system, "health-check", true);
    unhealthy.components[check].verdict = Verdict::Unknown;
    assert!(!figures::go_known(&unhealthy, now));
    for spoil in [
        |system: &mut SystemAssessment| system.blockers_unknown = true,
        |system: &mut SystemAssessment| system.rpo.region.stale = true,
        |system: &mut SystemAssessment| system.rpo.region.verdict = Verdict::Unknown,
        |system: &mut SystemAssessment| system.verdict = Verdict::Split,
    ] {
        let mut spoilt = system.clone();
        spoil(&mut spoilt);
        assert!(!figures::go_known(&spoilt, now));
    }
}
