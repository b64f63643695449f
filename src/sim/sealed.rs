//! Texts that nobody reads: page tokens and session tokens. They say in themselves what they stand for, and whether they are ours.

use super::seed;

/// What the checksum is drawn from.
const SEED: u64 = 0x6472_6465_636b;

/// A text as a token.
pub(super) fn seal(clear: &str) -> String {
    let checked = format!("{clear}|{:016x}", seed::hash(SEED, &[clear]));
    checked.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of a token; `None` when it is not one of ours.
pub(super) fn open(token: &str) -> Option<String> {
    let digits = token.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let checked = String::from_utf8(bytes?).ok()?;
    let (clear, sum) = checked.rsplit_once('|')?;
    (sum == format!("{:016x}", seed::hash(SEED, &[clear]))).then(|| clear.to_owned())
}
