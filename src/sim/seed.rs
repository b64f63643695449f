//! Everything that looks random: a number drawn from the seed and the names of what it is for, the same at each draw.

/// A number of 64 bits for these words.
pub fn hash(seed: u64, words: &[&str]) -> u64 {
    // FNV-1a over the words, each ended by a byte that no text holds, then the finaliser of splitmix64 to spread it.
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for word in words {
        for byte in word.as_bytes() {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        state = (state ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A number from 0 up to, not including, 1 for these words.
pub fn unit(seed: u64, words: &[&str]) -> f64 {
    (hash(seed, words) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `length` hexadecimal digits for these words, as in the ids of EC2, EBS and DRS.
pub fn hex(seed: u64, words: &[&str], length: usize) -> String {
    let mut text = format!("{:016x}", hash(seed, words));
    while text.len() < length {
        text.push_str(&format!("{:016x}", hash(seed, &[words.concat().as_str(), text.as_str()])));
    }
    text.truncate(length);
    text
}

/// A UUID for these words.
pub fn uuid(seed: u64, words: &[&str]) -> String {
    let digits = hex(seed, words, 30);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
