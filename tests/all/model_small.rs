//! What there are tens of thousands of is small, and tells all the same what was put in.

use drdeck::model::facts::Answer;
use drdeck::model::facts::drs::RecoverySnapshot;
use drdeck::model::{LagHistory, Moment, Reading};
use std::mem::size_of;
use std::sync::Arc;

fn moment(second: i64) -> Moment {
    Moment::from_second(second).unwrap()
}

#[test]
fn what_there_are_tens_of_thousands_of_is_small() {
    assert!(size_of::<RecoverySnapshot>() <= 24, "{}", size_of::<RecoverySnapshot>());
    assert!(size_of::<Answer>() <= 64, "{}", size_of::<Answer>());
    assert!(size_of::<Reading<Arc<Answer>>>() <= 64, "{}", size_of::<Reading<Arc<Answer>>>());
}

#[test]
fn a_point_in_time_keeps_its_id_letter_by_letter() {
    // As DRS makes them, with digits that a number would drop, and such as it never made.
    for id in [
        "pit-0123456789abcdef0",
        "pit-00000000000000000",
        "pit-fffffffffffffffff",
        "pit-0123456789ABCDEF0",
        "pit-+123456789abcdef0",
        "pit-0123456789abcdef01",
        "pit-0123456789abcdef",
        "pit-1",
        "pit-",
        "snap-0123456789abcdef0",
        "",
    ] {
        assert_eq!(RecoverySnapshot::new(id, None).id(), id);
    }
    assert_eq!(RecoverySnapshot::new("pit-\u{202e}", None).id(), "pit-<U+202E>");
    let taken: Moment = "2026-11-20T11:40:03.250001Z".parse().unwrap();
    assert_eq!(RecoverySnapshot::new("pit-1", Some(taken)).taken(), Some(taken));
    assert_eq!(RecoverySnapshot::new("pit-1", None).taken(), None);
}

#[test]
fn both_come_back_from_a_file_as_they_were() {
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let digits: String =
            (0..random.usize(0..20)).map(|_| char::from(*random.choice(b"0123456789abcdefA").unwrap())).collect();
        let id = format!("{}{digits}", if random.u8(..4) == 0 { "" } else { "pit-" });
        let taken = random.bool().then(|| moment(random.i64(1..4_000_000_000)));
        let point = RecoverySnapshot::new(&id, taken);
        assert_eq!((point.id(), point.taken()), (id, taken), "seed {seed}");
        let file = serde_json::to_string(&point).unwrap();
        assert_eq!(serde_json::from_str::<RecoverySnapshot>(&file).unwrap(), point, "seed {seed}: {file}");

        let points: Vec<_> = (0..random.usize(0..70))
            .map(|_| (moment(random.i64(0..4_000_000_000)), random.f64() * 100_000.0))
            .collect();
        let history: LagHistory = points.iter().copied().collect();
        assert_eq!(history.len(), points.len(), "seed {seed}");
        for ((at, lag), (is_at, is_lag)) in points.iter().zip(history.iter()) {
            assert_eq!(*at, is_at, "seed {seed}");
            assert!((lag - is_lag).abs() <= lag * 1e-6, "seed {seed}: {lag} is told as {is_lag}");
        }
        assert_eq!(history.newest(), history.iter().next_back().map(|(_, lag)| lag), "seed {seed}");
        let file = serde_json::to_string(&history).unwrap();
        assert_eq!(serde_json::from_str::<LagHistory>(&file).unwrap(), history, "seed {seed}: {file}");
    }
}

#[test]
fn what_an_earlier_drdeck_kept_is_still_read() {
    let point: RecoverySnapshot =
        serde_json::from_str(r#"{"id":"pit-0123456789abcdef0","taken":"2026-11-20T11:40:03Z"}"#).unwrap();
    assert_eq!(point.id(), "pit-0123456789abcdef0");
    let history: LagHistory =
        serde_json::from_str(r#"[["2026-11-20T11:40:00Z",0.85],["2026-11-20T11:41:00Z",2]]"#).unwrap();
    assert_eq!((history.len(), history.newest(), history.highest()), (2, Some(2.0), 2.0));
}
