//! Schedules as AWS writes them: `cron(minute hour day-of-month month day-of-week year)` and `rate(n unit)`.
//!
//! Nothing is guessed: what cannot be read exactly is refused, with words.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Moment, Span, Text};

/// The years that AWS accepts.
const YEARS: (u16, u16) = (1970, 2199);

/// Leap days are eight years apart at most, so a schedule that does not occur within nine never does for our purposes.
const HORIZON_DAYS: u32 = 9 * 366;

/// A month and some: the longest rest between two times of a schedule is looked for in it.
const GAP_DAYS: u32 = 40;

/// When something is to happen, again and again.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// At these times.
    Cron(Box<Cron>),
    /// Every so often, counted from a moment that AWS does not tell.
    Rate(Span),
}

/// Times of the day on some days, in a time zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: Days,
    months: u64,
    years: Vec<(u16, u16, u16)>,
    zone: TimeZone,
}

/// Which days of a month. AWS takes a day of the month or a day of the week, not both.
#[derive(Clone, Debug, PartialEq)]
enum Days {
    Any,
    OfMonth(Vec<MonthDay>),
    OfWeek(Vec<WeekDay>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum MonthDay {
    /// Those whose bit is set.
    In(u64),
    /// `L`: the last of the month.
    Last,
    /// `LW`: the last from Monday to Friday.
    LastWeekday,
    /// `15W`: the day from Monday to Friday that is nearest to it, in the same month.
    Nearest(i8),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum WeekDay {
    /// Those whose bit is set; Sunday is 1.
    In(u64),
    /// `6L`: the last Friday of the month.
    Last(i8),
    /// `6#3`: the third Friday of the month.
    Nth(i8, i8),
}

/// The values a field takes: the smallest, the largest, and the names of those from the smallest on.
struct Range {
    name: &'static str,
    first: u16,
    last: u16,
    names: &'static [&'static str],
}

const MINUTE: Range = Range { name: "minute", first: 0, last: 59, names: &[] };
const HOUR: Range = Range { name: "hour", first: 0, last: 23, names: &[] };
const DAY_OF_MONTH: Range = Range { name: "day of the month", first: 1, last: 31, names: &[] };
const MONTH: Range = Range {
    name: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const DAY_OF_WEEK: Range =
    Range { name: "day of the week", first: 1, last: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEAR: Range = Range { name: "year", first: YEARS.0, last: YEARS.1, names: &[] };

impl Range {
    fn wrong(&self, text: &str) -> String {
        format!("{text} is no {}", self.name)
    }

    fn value(&self, text: &str) -> Result<u16, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = match named.and_then(|at| u16::try_from(at).ok()) {
            Some(at) => Some(self.first + at),
            // A sign is no part of a number here.
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            None => None,
        };
        value.filter(|value| (self.first..=self.last).contains(value)).ok_or_else(|| self.wrong(text))
    }

    /// `*`, `5`, `1-5`, `0/6`, `*/15`, `2-20/3`: first, last and step.
    fn part(&self, text: &str) -> Result<(u16, u16, u16), String> {
        let (base, step) = match text.split_once('/') {
            Some((base, step)) => {
                let step: u16 = step.parse().map_err(|_| self.wrong(text))?;
                (base, (step > 0).then_some(step).ok_or_else(|| self.wrong(text))?)
            }
            None => (text, 1),
        };
        let stepped = text.contains('/');
        if base == "*" {
            return Ok((self.first, self.last, step));
        }
        match base.split_once('-') {
            Some((from, to)) => {
                let value = |of: &str| self.value(of).map_err(|_| self.wrong(text));
                let (from, to) = (value(from)?, value(to)?);
                if from > to {
                    return Err(format!("{text} runs backwards"));
                }
                Ok((from, to, step))
            }
            None => {
                let from = self.value(base)?;
                Ok((from, if stepped { self.last } else { from }, step))
            }
        }
    }

    /// The values of a list, as bits.
    fn bits(&self, text: &str) -> Result<u64, String> {
        let mut bits = 0;
        for part in text.split(',') {
            let (from, to, step) = self.part(part)?;
            bits |= (from..=to).step_by(step.into()).fold(0, |bits, value| bits | 1_u64 << value);
        }
        Ok(bits)
    }
}

fn in_bits(bits: u64, value: i8) -> bool {
    u32::try_from(value).ok().and_then(|value| bits.checked_shr(value)).is_some_and(|rest| rest & 1 == 1)
}

fn small(value: u16) -> i8 {
    i8::try_from(value).unwrap_or(i8::MAX)
}

fn days_of_month(text: &str) -> Result<Days, String> {
    let parts = text.split(',').map(|part| match part {
        "L" => Ok(MonthDay::Last),
        "LW" => Ok(MonthDay::LastWeekday),
        part => match part.strip_suffix('W') {
            Some(day) => DAY_OF_MONTH.value(day).map(|day| MonthDay::Nearest(small(day))),
            None => DAY_OF_MONTH.bits(part).map(MonthDay::In),
        },
    });
    parts.collect::<Result<_, _>>().map(Days::OfMonth)
}

fn days_of_week(text: &str) -> Result<Days, String> {
    let parts = text.split(',').map(|part| {
        if part == "L" {
            return Ok(WeekDay::In(1 << DAY_OF_WEEK.last));
        }
        if let Some((day, nth)) = part.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth)).ok_or_else(|| DAY_OF_WEEK.wrong(part))?;
            return DAY_OF_WEEK.value(day).map(|day| WeekDay::Nth(small(day), nth));
        }
        match part.strip_suffix('L') {
            Some(day) => DAY_OF_WEEK.value(day).map(|day| WeekDay::Last(small(day))),
            None => DAY_OF_WEEK.bits(part).map(WeekDay::In),
        }
    });
    parts.collect::<Result<_, _>>().map(Days::OfWeek)
}

/// `*` or `?`: this field leaves the choice to the other.
fn is_open(field: &str) -> bool {
    matches!(field, "*" | "?")
}

fn days(of_month: &str, of_week: &str) -> Result<Days, String> {
    match (is_open(of_month), is_open(of_week)) {
        (true, true) => Ok(Days::Any),
        (false, true) => days_of_month(of_month),
        (true, false) => days_of_week(of_week),
        (false, false) => Err("it names days of the month and of the week".to_owned()),
    }
}

fn zone(name: Option<&str>) -> Result<TimeZone, String> {
    match name {
        None | Some("" | "UTC" | "Etc/UTC" | "GMT" | "Etc/GMT" | "Etc/UCT" | "Etc/Universal" | "Etc/Zulu") => {
            Ok(TimeZone::UTC)
        }
        Some(name) => TimeZone::get(name).map_err(|_| format!("drdeck does not know the time zone {name}")),
    }
}

fn cron(fields: &str, zone: TimeZone) -> Result<Cron, String> {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, of_month, month, of_week, year] = fields.as_slice() else {
        return Err(format!("it has {} fields, not 6", fields.len()));
    };
    Ok(Cron {
        minutes: MINUTE.bits(minute)?,
        hours: HOUR.bits(hour)?,
        days: days(of_month, of_week)?,
        months: MONTH.bits(month)?,
        years: year.split(',').map(|part| YEAR.part(part)).collect::<Result<_, _>>()?,
        zone,
    })
}

fn rate(text: &str) -> Result<Span, String> {
    let wrong = || format!("{text} is no number and unit");
    let (count, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
    let count: u32 = count.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
    match unit.trim() {
        "minute" | "minutes" => Ok(Span::from_mins(count.into())),
        "hour" | "hours" => Ok(Span::from_hours(count.into())),
        "day" | "days" => Ok(Span::from_hours(24 * i64::from(count))),
        _ => Err(wrong()),
    }
}

impl Schedule {
    /// The schedule of `expression` in the time zone of that name, UTC if there is none.
    ///
    /// # Errors
    /// Why it cannot be followed, as a part of a sentence.
    pub fn parse(expression: &str, zone_name: Option<&str>) -> Result<Self, Text> {
        let inside = |kind: &str| {
            expression.trim().strip_prefix(kind)?.trim_start().strip_prefix('(')?.trim_end().strip_suffix(')')
        };
        let parsed = match (inside("cron"), inside("rate")) {
            (Some(fields), _) => {
                zone(zone_name).and_then(|zone| cron(fields, zone)).map(|cron| Self::Cron(Box::new(cron)))
            }
            (None, Some(text)) => rate(text).map(Self::Rate),
            (None, None) => Err("it is neither cron(…) nor rate(…)".to_owned()),
        };
        parsed.map_err(|why| Text::new(format!("{expression} cannot be followed: {why}")))
    }

    /// The newest time at or before `at`; `None` for a rate, and where there is none within nine years.
    pub fn last_at(&self, at: Moment) -> Option<Moment> {
        match self {
            Self::Cron(cron) => cron.last_at(at),
            Self::Rate(_) => None,
        }
    }

    /// The first time after `at`; `None` for a rate, and where there is none within nine years.
    pub fn next_after(&self, at: Moment) -> Option<Moment> {
        match self {
            Self::Cron(cron) => cron.next_after(at),
            Self::Rate(_) => None,
        }
    }

    /// The longest rest between two of its times in the weeks from `from` on, in hours of 60 minutes whatever clocks do: what is written
    /// in it is lost at worst.
    pub fn longest_gap(&self, from: Moment) -> Option<Span> {
        match self {
            Self::Cron(cron) => cron.longest_gap(from),
            Self::Rate(every) => Some(*every),
        }
    }
}

impl Cron {
    fn is_on(&self, date: Date) -> bool {
        let in_year = self.years.iter().any(|(from, to, step)| {
            u16::try_from(date.year()).is_ok_and(|year| (*from..=*to).contains(&year) && (year - from) % step == 0)
        });
        in_year
            && in_bits(self.months, date.month())
            && match &self.days {
                Days::Any => true,
                Days::OfMonth(days) => days.iter().any(|day| day.is_on(date)),
                Days::OfWeek(days) => days.iter().any(|day| day.is_on(date)),
            }
    }

    /// Hours and minutes of each day it occurs on, in order.
    fn times(&self) -> impl DoubleEndedIterator<Item = Time> + '_ {
        let hours = (0..24).filter(|hour| in_bits(self.hours, *hour));
        hours.flat_map(|hour| {
            let minutes = (0..60).filter(|minute| in_bits(self.minutes, *minute));
            minutes.filter_map(move |minute| Time::new(hour, minute, 0, 0).ok())
        })
    }

    /// The moment of a local time. One that the clocks leave out is never; of one that comes twice the first counts.
    fn moment(&self, local: DateTime) -> Option<Moment> {
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Gap { .. } => None,
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
                offset.to_timestamp(local).ok()
            }
        }
    }

    fn last_at(&self, at: Moment) -> Option<Moment> {
        let mut date = at.to_zoned(self.zone.clone()).date();
        for _ in 0..HORIZON_DAYS {
            if self.is_on(date) {
                let mut times = self.times().rev().filter_map(|time| self.moment(date.to_datetime(time)));
                if let Some(found) = times.find(|moment| *moment <= at) {
                    return Some(found);
                }
            }
            date = date.yesterday().ok()?;
        }
        None
    }

    fn next_after(&self, at: Moment) -> Option<Moment> {
        let mut date = at.to_zoned(self.zone.clone()).date();
        for _ in 0..HORIZON_DAYS {
            if self.is_on(date) {
                let mut times = self.times().filter_map(|time| self.moment(date.to_datetime(time)));
                if let Some(found) = times.find(|moment| *moment > at) {
                    return Some(found);
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn longest_gap(&self, from: Moment) -> Option<Span> {
        let (first, last) = (self.times().next()?, self.times().next_back()?);
        let within = self.times().zip(self.times().skip(1)).map(|(a, b)| a.duration_until(b)).max();
        let start = from.to_zoned(self.zone.clone()).date();
        let mut on: Vec<Date> = Vec::new();
        let mut date = start;
        // At least two of its days, however far apart they are.
        for day in 0..HORIZON_DAYS {
            if self.is_on(date) {
                on.push(date);
            }
            if day >= GAP_DAYS && on.len() > 1 {
                break;
            }
            date = date.tomorrow().ok()?;
        }
        let between =
            on.iter().zip(on.iter().skip(1)).map(|(a, b)| a.to_datetime(last).duration_until(b.to_datetime(first)));
        between.chain(within).max()
    }
}

impl MonthDay {
    fn is_on(self, date: Date) -> bool {
        match self {
            Self::In(bits) => in_bits(bits, date.day()),
            Self::Last => date == date.last_of_month(),
            Self::LastWeekday => is_weekday(date) && nearest(date.last_of_month()) == Some(date),
            Self::Nearest(day) => date.with().day(day).build().ok().and_then(nearest) == Some(date),
        }
    }
}

impl WeekDay {
    fn is_on(self, date: Date) -> bool {
        let day = date.weekday().to_sunday_one_offset();
        match self {
            Self::In(bits) => in_bits(bits, day),
            Self::Last(wanted) => day == wanted && date.day() > date.days_in_month() - 7,
            Self::Nth(wanted, nth) => day == wanted && (date.day() - 1) / 7 + 1 == nth,
        }
    }
}

fn is_weekday(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day from Monday to Friday that is nearest to `date` and in its month.
fn nearest(date: Date) -> Option<Date> {
    let days = match date.weekday() {
        Weekday::Saturday if date.day() == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if date == date.last_of_month() => -2,
        Weekday::Sunday => 1,
        Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => 0,
    };
    date.checked_add(Span::from_hours(24 * days)).ok()
}
