//! Schedules as AWS writes them: what they mean, and what is refused rather than guessed.

use drdeck::model::schedule::Schedule;
use drdeck::model::{Moment, Span};

fn at(moment: &str) -> Moment {
    format!("{moment}:00Z").parse().unwrap()
}

fn schedule(expression: &str) -> Schedule {
    Schedule::parse(expression, None).unwrap_or_else(|why| panic!("{why}"))
}

/// The next times after `from`, and that each is the last one at itself and until just before the following one.
fn following(expression: &str, from: &str, count: usize) -> Vec<String> {
    let schedule = schedule(expression);
    let mut found = Vec::new();
    let mut moment = at(from);
    for _ in 0..count {
        let next = schedule.next_after(moment).unwrap();
        assert_eq!(schedule.last_at(next), Some(next), "{expression} at {next}");
        assert_ne!(schedule.last_at(next - Span::from_secs(1)), Some(next), "{expression} before {next}");
        found.push(next.strftime("%Y-%m-%d %H:%M").to_string());
        moment = next;
    }
    found
}

fn why_not(expression: &str, zone: Option<&str>) -> String {
    Schedule::parse(expression, zone).expect_err(expression).as_str().to_owned()
}

#[test]
fn the_examples_of_the_documentation() {
    // AWS Backup: 15 minutes past each hour; each day at noon.
    assert_eq!(following("cron(15 * ? * * *)", "2026-11-20T14:15", 2), ["2026-11-20 15:15", "2026-11-20 16:15"]);
    assert_eq!(following("cron(0 12 * * ? *)", "2026-11-20T14:00", 2), ["2026-11-21 12:00", "2026-11-22 12:00"]);
    // Monday to Friday; the first of the month; each 10 minutes of working hours.
    assert_eq!(following("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00", 2), ["2026-11-23 18:00", "2026-11-24 18:00"]);
    assert_eq!(following("cron(0 8 1 * ? *)", "2026-11-20T00:00", 2), ["2026-12-01 08:00", "2027-01-01 08:00"]);
    assert_eq!(following("cron(0/10 8-17 ? * 2-6 *)", "2026-11-20T17:40", 2), ["2026-11-20 17:50", "2026-11-23 08:00"],);
}

#[test]
fn lists_steps_and_names() {
    assert_eq!(
        following("cron(5,35 0/6 ? * * *)", "2026-11-20T12:05", 3),
        ["2026-11-20 12:35", "2026-11-20 18:05", "2026-11-20 18:35"],
    );
    assert_eq!(following("cron(0 2 ? JAN,jul SUN *)", "2026-11-20T00:00", 1), ["2027-01-03 02:00"]);
    assert_eq!(following("cron(30 3-20/8 * * ? *)", "2026-11-20T12:00", 2), ["2026-11-20 19:30", "2026-11-21 03:30"]);
    assert_eq!(following("cron(0 0 1 1 ? 2027/2)", "2026-11-20T00:00", 2), ["2027-01-01 00:00", "2029-01-01 00:00"]);
    assert_eq!(following("cron(0 0 ? * 1,7 *)", "2026-11-20T00:00", 2), ["2026-11-21 00:00", "2026-11-22 00:00"]);
}

#[test]
fn days_counted_from_the_end_or_by_weekday() {
    // 2026-11-30 is a Monday, 2027-01-31 a Sunday, 2027-02-28 a Sunday.
    assert_eq!(following("cron(0 1 L * ? *)", "2026-11-20T00:00", 2), ["2026-11-30 01:00", "2026-12-31 01:00"]);
    assert_eq!(following("cron(0 1 LW 1-2 ? *)", "2026-11-20T00:00", 2), ["2027-01-29 01:00", "2027-02-26 01:00"]);
    // The last Friday of a month; its second Tuesday; a fifth Monday, which not each month has.
    assert_eq!(following("cron(0 1 ? * 6L *)", "2026-11-20T00:00", 2), ["2026-11-27 01:00", "2026-12-25 01:00"]);
    assert_eq!(following("cron(0 1 ? * TUE#2 *)", "2026-11-20T00:00", 2), ["2026-12-08 01:00", "2027-01-12 01:00"]);
    assert_eq!(following("cron(0 1 ? * 2#5 *)", "2026-11-20T00:00", 2), ["2026-11-30 01:00", "2027-03-29 01:00"]);
    // `L` alone is Saturday.
    assert_eq!(following("cron(0 1 ? * L *)", "2026-11-20T00:00", 1), ["2026-11-21 01:00"]);
}

#[test]
fn the_weekday_nearest_to_a_day_stays_in_its_month() {
    // 2026-11-15 is a Sunday: Monday 16. 2026-11-28 is a Saturday: Friday 27.
    assert_eq!(following("cron(0 1 15W 11 ? 2026)", "2026-11-01T00:00", 1), ["2026-11-16 01:00"]);
    assert_eq!(following("cron(0 1 28W 11 ? 2026)", "2026-11-01T00:00", 1), ["2026-11-27 01:00"]);
    // 2026-08-01 is a Saturday: not July 31 but Monday 3. 2027-01-31 is a Sunday: not February 1 but Friday 29.
    assert_eq!(following("cron(0 1 1W 8 ? 2026)", "2026-07-01T00:00", 1), ["2026-08-03 01:00"]);
    assert_eq!(following("cron(0 1 31W 1 ? 2027)", "2026-11-01T00:00", 1), ["2027-01-29 01:00"]);
    // A month without a 31st has none.
    assert_eq!(following("cron(0 1 31W 2-3 ? 2027)", "2026-11-01T00:00", 1), ["2027-03-31 01:00"]);
}

#[test]
fn leap_days_and_the_end_of_years() {
    assert_eq!(following("cron(0 0 29 2 ? *)", "2026-11-20T00:00", 2), ["2028-02-29 00:00", "2032-02-29 00:00"]);
    // 2100 is no leap year.
    assert_eq!(following("cron(0 0 29 2 ? *)", "2096-03-01T00:00", 1), ["2104-02-29 00:00"]);
    let past = schedule("cron(0 5 ? * * 2020-2021)");
    assert_eq!(past.next_after(at("2026-11-20T00:00")), None);
    assert_eq!(past.last_at(at("2026-11-20T00:00")), Some(at("2021-12-31T05:00")));
    assert_eq!(schedule("cron(0 0 31 4 ? *)").next_after(at("2026-11-20T00:00")), None, "there is no April 31");
}

#[test]
fn the_longest_rest_is_what_can_be_lost() {
    let longest = |expression: &str| schedule(expression).longest_gap(at("2026-11-20T14:00")).unwrap().as_hours();
    assert_eq!(longest("cron(0 5 ? * * *)"), 24);
    assert_eq!(longest("cron(0 1/6 ? * * *)"), 6);
    assert_eq!(longest("cron(0 5,17 ? * MON-FRI *)"), 60, "from Friday 17:00 to Monday 05:00");
    assert_eq!(longest("cron(0 8-18 ? * * *)"), 14, "the night");
    assert_eq!(longest("cron(0 2 ? * SUN *)"), 7 * 24);
    assert_eq!(longest("cron(0 0 1 * ? *)"), 31 * 24);
    assert_eq!(longest("rate(12 hours)"), 12);
    assert_eq!(longest("rate(1 day)"), 24);
}

#[test]
fn a_rate_has_an_interval_but_no_times() {
    let rate = schedule("rate(90 minutes)");
    assert_eq!(rate, Schedule::Rate(Span::from_mins(90)));
    assert_eq!((rate.last_at(at("2026-11-20T00:00")), rate.next_after(at("2026-11-20T00:00"))), (None, None));
}

#[test]
fn what_cannot_be_followed_is_said() {
    for (expression, why) in [
        ("at(2026-11-20T00:00:00)", "it is neither cron(…) nor rate(…)"),
        ("cron(0 5 * * *)", "it has 5 fields, not 6"),
        ("cron(0 5 1 * MON *)", "it names days of the month and of the week"),
        ("cron(60 5 ? * * *)", "60 is no minute"),
        ("cron(0 5 ? * FRI-MON *)", "FRI-MON runs backwards"),
        ("cron(0 5 ? * MON#6 *)", "MON#6 is no day of the week"),
        ("cron(0 5 ? * * 2200)", "2200 is no year"),
        ("cron(0/0 5 ? * * *)", "0/0 is no minute"),
        ("cron(+5 5 ? * * *)", "+5 is no minute"),
        ("cron(0 5 L-3 * ? *)", "L-3 is no day of the month"),
        ("cron(H 5 ? * * *)", "H is no minute"),
        ("rate(0 days)", "0 days is no number and unit"),
        ("rate(5 fortnights)", "5 fortnights is no number and unit"),
        ("rate(five days)", "five days is no number and unit"),
    ] {
        assert_eq!(why_not(expression, None), format!("{expression} cannot be followed: {why}"));
    }
    assert!(why_not("cron(0 5 ? * * *)", Some("Atlantis/Capital")).contains("time zone Atlantis/Capital"));
    assert!(Schedule::parse(" cron( 0 5 ? * * * ) ", Some("Etc/UTC")).is_ok());
}

/// A generator of its own, so that a failing case can be played again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn field(&mut self, first: u64, last: u64) -> String {
        let value = |dice: &mut Self| first + dice.roll(last - first + 1);
        match self.roll(5) {
            0 => "*".to_owned(),
            1 => value(self).to_string(),
            2 => format!("{},{}", value(self), value(self)),
            3 => format!("{}/{}", value(self), 1 + self.roll(9)),
            _ => {
                let (a, b) = (value(self), value(self));
                format!("{}-{}", a.min(b), a.max(b))
            }
        }
    }
}

/// Whether that minute is one of the schedule's, by reading the expression anew: field by field, value by value.
fn is_one(fields: &[String], minute: Moment) -> bool {
    let field = |text: &str, value: i64, first: i64, last: i64| {
        text.split(',').any(|part| {
            let (base, step) = part.split_once('/').map_or((part, 1), |(base, step)| (base, step.parse().unwrap()));
            let (from, to) = match base.split_once('-') {
                Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
                None if base == "*" || base == "?" => (first, last),
                None if part.contains('/') => (base.parse().unwrap(), last),
                None => (base.parse().unwrap(), base.parse().unwrap()),
            };
            value >= from && value <= to && (value - from) % step == 0
        })
    };
    let text = minute.strftime("%M %H %d %m").to_string();
    let values: Vec<i64> = text.split(' ').map(|value| value.parse().unwrap()).collect();
    // 1970-01-01 was a Thursday, the fifth day of a week that begins on Sunday.
    let weekday = (minute.as_second().div_euclid(86_400) + 4).rem_euclid(7) + 1;
    field(&fields[0], values[0], 0, 59)
        && field(&fields[1], values[1], 0, 23)
        && field(&fields[2], values[2], 1, 31)
        && field(&fields[3], values[3], 1, 12)
        && field(&fields[4], weekday, 1, 7)
}

#[test]
fn next_and_last_agree_with_walking_minute_by_minute() {
    for seed in 1..=60_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let (minute, hour, month) = (dice.field(0, 59), dice.field(0, 23), dice.field(1, 12));
        let by_week = dice.roll(2) == 0;
        let of_month = if by_week { "?".to_owned() } else { dice.field(1, 31) };
        let of_week = if by_week { dice.field(1, 7) } else { "?".to_owned() };
        let fields = [minute, hour, of_month, month, of_week];
        let expression = format!("cron({} *)", fields.join(" "));
        let schedule = schedule(&expression);
        let start = at("2026-01-01T00:00") + Span::from_mins(i64::try_from(dice.roll(700_000)).unwrap());
        // Three days each way, minute by minute.
        let minutes = || (1..=3 * 1_440).map(Span::from_mins);
        let next = minutes().map(|after| start + after).find(|moment| is_one(&fields, *moment));
        let last =
            std::iter::once(Span::ZERO).chain(minutes()).map(|before| start - before).find(|m| is_one(&fields, *m));
        let (found_next, found_last) = (schedule.next_after(start), schedule.last_at(start));
        let what = format!("seed {seed}: {expression} from {start}");
        match next {
            Some(_) => assert_eq!(found_next, next, "{what}"),
            None => {
                assert!(found_next.is_none_or(|found| found > start + Span::from_hours(72)), "{what}: {found_next:?}")
            }
        }
        match last {
            Some(_) => assert_eq!(found_last, last, "{what}"),
            None => {
                assert!(found_last.is_none_or(|found| found < start - Span::from_hours(72)), "{what}: {found_last:?}")
            }
        }
        if let (Some(next), Some(last)) = (found_next, found_last)
            && let Some(gap) = schedule.longest_gap(last)
            && next < last + Span::from_hours(24 * 30)
        {
            assert!(next.duration_since(last) <= gap, "{what}: {next} is more than {gap:?} after {last}");
        }
    }
}

#[test]
fn a_named_time_zone_is_followed_exactly_or_refused() {
    // Which time zones there are is a choice of the build; without them nothing is guessed.
    let daily = match Schedule::parse("cron(30 2 ? * * *)", Some("America/New_York")) {
        Ok(daily) => daily,
        Err(why) => return assert!(why.as_str().contains("does not know the time zone America/New_York"), "{why}"),
    };
    // New York is five hours behind in winter and four in summer.
    assert_eq!(daily.next_after(at("2026-11-20T14:00")), Some(at("2026-11-21T07:30")));
    assert_eq!(daily.next_after(at("2026-07-01T14:00")), Some(at("2026-07-02T06:30")));
    // On 2026-03-08 clocks go from 02:00 to 03:00: there is no 02:30, and none is made up.
    assert_eq!(daily.next_after(at("2026-03-07T12:00")), Some(at("2026-03-09T06:30")));
    assert_eq!(daily.last_at(at("2026-03-08T23:00")), Some(at("2026-03-07T07:30")));
    // On 2026-11-01 there are two 01:30: the first counts.
    let twice = Schedule::parse("cron(30 1 ? * * *)", Some("America/New_York")).unwrap();
    assert_eq!(twice.next_after(at("2026-10-31T12:00")), Some(at("2026-11-01T05:30")));
    assert_eq!(twice.next_after(at("2026-11-01T05:30")), Some(at("2026-11-02T06:30")));
}
