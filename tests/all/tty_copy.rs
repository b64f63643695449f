//! Copying: the way fits the surroundings, one harmless line, and no more than terminals take.

use std::ffi::OsStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use drdeck::console::{
    NoticeLevel,
    clipboard::{Copied, MAX_BYTES, Route, copy},
};

fn through(line: &str, route: Route) -> Copied {
    let (answers, _answered) = tokio::sync::mpsc::unbounded_channel();
    copy(line, route, answers)
}

fn said(copied: &Copied) -> (NoticeLevel, String) {
    let notice = copied.notice.clone().unwrap();
    (notice.level, notice.text.as_str().to_owned())
}

#[test]
fn the_route_fits_the_surroundings() {
    let set = Some(OsStr::new("/tmp/x,1,0"));
    assert_eq!(Route::choose(set, None), Route::Tmux);
    assert_eq!(Route::choose(set, set), Route::Tmux);
    assert_eq!(Route::choose(None, set), Route::Screen);
    assert_eq!(Route::choose(None, None), Route::Terminal);
    assert_eq!(Route::choose(Some(OsStr::new("")), Some(OsStr::new(""))), Route::Terminal);
}

#[test]
fn a_terminal_gets_osc_52_and_nobody_claims_that_it_worked() {
    let copied = through("arn:aws:rds:us-east-1:111122223333:db:orders", Route::Terminal);
    let expected = STANDARD.encode("arn:aws:rds:us-east-1:111122223333:db:orders");
    assert_eq!(String::from_utf8(copied.bytes.clone()).unwrap(), format!("\x1b]52;c;{expected}\x07"));
    assert_eq!(said(&copied), (NoticeLevel::Info, "copied (OSC 52, not confirmed)".to_owned()));
}

#[test]
fn gnu_screen_gets_it_in_pieces() {
    let line = "x".repeat(1000);
    let bytes = String::from_utf8(through(&line, Route::Screen).bytes).unwrap();
    let pieces: Vec<_> = bytes.split("\x1bP").skip(1).map(|piece| piece.strip_suffix("\x1b\\").unwrap()).collect();
    assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.len() <= 240));
    assert_eq!(pieces.concat(), format!("\x1b]52;c;{}\x07", STANDARD.encode(&line)));
}

#[test]
fn control_characters_are_not_copied() {
    let copied = through("aws rds promote\nrm -rf /\x1b[A", Route::Terminal);
    let encoded = String::from_utf8(copied.bytes).unwrap();
    let encoded = encoded.strip_prefix("\x1b]52;c;").unwrap().strip_suffix('\x07').unwrap();
    let decoded = STANDARD.decode(encoded).unwrap();
    assert!(decoded.iter().all(|byte| !byte.is_ascii_control()), "{decoded:?}");
}

#[test]
fn more_than_a_terminal_takes_is_refused() {
    let copied = through(&"x".repeat(MAX_BYTES), Route::Terminal);
    assert!(copied.bytes.len() < 100_100);
    let copied = through(&"x".repeat(MAX_BYTES + 1), Route::Terminal);
    assert!(copied.bytes.is_empty());
    assert_eq!(
        said(&copied),
        (NoticeLevel::Error, "not copied: 74995 bytes are more than the 74994 a terminal takes".to_owned())
    );
}
