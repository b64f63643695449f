//! Strings from outside are made harmless.

use drdeck::model::Text;

fn shown(raw: &str) -> String {
    Text::new(raw).as_str().to_owned()
}

#[test]
fn a_tag_with_u_202e_in_a_name_is_spelt_out() {
    assert_eq!(shown("web\u{202E}gpj.exe"), "web<U+202E>gpj.exe");
}

#[test]
fn what_cannot_be_seen_is_spelt_out() {
    for (raw, wanted) in [
        ("\u{1B}[2J", "<U+001B>[2J"),
        ("a\nb\tc", "a<U+000A>b<U+0009>c"),
        ("\u{7F}\u{9B}31m", "<U+007F><U+009B>31m"),
        ("\u{202A}\u{2066}\u{2069}\u{061C}\u{200E}\u{200F}", "<U+202A><U+2066><U+2069><U+061C><U+200E><U+200F>"),
        ("a\u{200B}\u{200D}\u{2060}\u{FEFF}", "a<U+200B><U+200D><U+2060><U+FEFF>"),
        ("\u{E0001}\u{E0061}\u{E007F}", "<U+E0001><U+E0061><U+E007F>"),
        ("\u{2028}\u{2029}", "<U+2028><U+2029>"),
        ("pay\u{AD}ments", "pay<U+00AD>ments"),
        ("\u{3164}\u{115F}\u{E0100}", "<U+3164><U+115F><U+E0100>"),
    ] {
        assert_eq!(shown(raw), wanted, "{raw:?}");
    }
}

#[test]
fn a_letter_carries_two_marks_at_most_and_no_mark_stands_first() {
    assert_eq!(shown("e\u{301}\u{302}"), "e\u{301}\u{302}");
    assert_eq!(shown("e\u{301}\u{302}\u{303}\u{304}x\u{301}"), "e\u{301}\u{302}<U+0303><U+0304>x\u{301}");
    assert_eq!(shown("\u{301}a"), "<U+0301>a");
}

#[test]
fn plain_words_of_any_script_stay_as_they_are() {
    for plain in ["orders-db", "Zürich", "注文", "заказы", "naïve café", "a b", "", "✓ 100 %", "<U+202E>"]
    {
        assert_eq!(shown(plain), plain);
    }
}

#[test]
fn once_is_enough() {
    let many: String = (0..0x3000_u32).chain(0xE0000..0xE0200).filter_map(char::from_u32).collect();
    let zalgo = "e".to_owned() + &"\u{301}".repeat(5_000);
    for raw in
        [many.as_str(), zalgo.as_str(), "\u{301}\u{301}\u{301}", "\u{202E}\u{301}\u{301}\u{301}", &"x".repeat(1_999)]
    {
        let once = Text::new(raw);
        assert_eq!(Text::new(once.as_str()), once);
    }
}

#[test]
fn very_long_text_ends() {
    let long = shown(&"x".repeat(100_000));
    assert_eq!(long.chars().count(), 2_000);
    assert!(long.ends_with('…'));
    assert_eq!(shown(&"é".repeat(2_000)).chars().count(), 2_000);
    assert!(!shown(&"é".repeat(2_000)).ends_with('…'));
}

#[test]
fn look_alikes_are_told() {
    assert!(Text::new("p\u{430}yments").mixes_scripts());
    assert!(Text::new("prod \u{3BF}rders-db").mixes_scripts());
    for honest in ["payments", "заказы", "orders заказы", "注文db", "naïve"] {
        assert!(!Text::new(honest).mixes_scripts(), "{honest}");
    }
}
