use proptest::prelude::*;

use super::*;
use crate::quad::Quad;

fn line(chars: &[(char, f32)], confidence: f32) -> ReadLine {
    ReadLine {
        quad: Quad::upright(0.0, 0.0, 100.0, 20.0),
        text: chars.iter().map(|(c, _)| *c).collect(),
        confidence,
        chars: chars.to_vec(),
        region: None,
    }
}

fn saying(text: &str, confidence: f32) -> ReadLine {
    line(
        &text.chars().map(|c| (c, 0.9)).collect::<Vec<_>>(),
        confidence,
    )
}

fn tidied(text: &str, confidence: f32) -> String {
    let mut line = saying(text, confidence);
    Tidy::new(Settings::default()).line(&mut line);
    line.text
}

#[test]
fn print_on_labels_stays_as_it_is() {
    for text in [
        "BEST BEFORE 12 JAN 27",
        "Größe 5 µg – “½ €” № 3 × 2 °C ©®™",
        "L'été, ça coûte 5,00 €…",
        "what is | inside | stays |x",
        "I am 1 | 2",
        "(01)04012345678901",
        "|",
    ] {
        assert_eq!(tidied(text, 0.95), text);
    }
}

#[test]
fn what_cannot_be_seen_is_dropped_and_white_space_is_one_space() {
    assert_eq!(
        tidied("\x1b[2JLOT\t\u{a0} 4\u{202e}21\u{0}\u{200b}\r\n", 0.9),
        "[2JLOT 421"
    );
    assert_eq!(
        tidied("a\u{ad}b\u{e000}c\u{feff}d\u{ffff}\u{fe0f}", 0.9),
        "abcd"
    );
    assert_eq!(tidied("\u{2028} \u{3000}", 0.9), "");
}

#[test]
fn letters_and_their_accents_become_one_with_the_lesser_confidence() {
    let chars = [
        ('A', 0.9),
        ('e', 0.8),
        ('\u{301}', 0.3),
        ('x', 0.7),
        ('\u{212b}', 0.6),
    ];
    let mut line = line(&chars, 0.9);
    Tidy::new(Settings::default()).line(&mut line);
    assert_eq!(line.chars, [('A', 0.9), ('é', 0.3), ('x', 0.7), ('Å', 0.6)]);
    assert_eq!(line.text, "AéxÅ");
}

#[test]
fn marks_alone_stay_only_when_they_are_certain() {
    assert_eq!(tidied("- - - - -", 0.95), "- - - - -");
    for noise in ["- - - - -", "|", "_ .", "' , ;", "|| ||"] {
        assert_eq!(tidied(noise, 0.3), "", "{noise}");
        assert_eq!(tidied(noise, f32::NAN), "", "{noise}");
    }
    for text in ["€", "5", "№", "a.", "→", "±", "5 %"] {
        assert_eq!(tidied(text, 0.3), text);
    }
}

#[test]
fn frames_at_the_ends_of_a_line_are_dropped() {
    assert_eq!(tidied("| TOTAL 5.00 |", 0.9), "TOTAL 5.00");
    assert_eq!(tidied("|| ¦ TOTAL | 5.00 | |", 0.9), "TOTAL | 5.00");
    let keep = Settings {
        strip_frames: false,
        ..Settings::default()
    };
    let mut line = saying("| a |", 0.9);
    Tidy::new(keep).line(&mut line);
    assert_eq!(line.text, "| a |");
}

#[test]
fn lines_with_nothing_left_go_and_the_others_keep_their_order() {
    let mut lines = vec![saying("a", 0.9), saying(" \u{200b}", 0.9), saying("b", 0.9)];
    Tidy::new(Settings::default()).page(&mut lines);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["a", "b"]);
}

#[test]
fn settings_out_of_range_are_named() {
    let settings = Settings {
        marks_below: 1.5,
        ..Settings::default()
    };
    assert_eq!(settings.check().len(), 1);
    assert_eq!(Settings::default().check(), []);
}

/// Characters of all kinds, with many that combine, hide or move.
fn any_chars() -> impl Strategy<Value = Vec<(char, f32)>> {
    let c = prop_oneof![
        any::<char>(),
        prop::sample::select(vec![
            ' ', '|', '-', '.', 'e', 'A', '\u{301}', '\u{308}', '\u{327}', '\u{1100}', '\u{1161}',
            '\u{11a8}', '\u{202e}', '\u{200d}', '\n', '\u{a0}', '\u{9c7}', '\u{9be}', '\u{344}',
        ]),
    ];
    prop::collection::vec((c, prop_oneof![0.0f32..=1.0, Just(f32::NAN)]), 0..30)
}

proptest! {
    #[test]
    fn whatever_comes_in_only_clean_text_goes_out(chars in any_chars(), confidence in any::<f32>()) {
        let mut line = line(&chars, confidence);
        Tidy::new(Settings::default()).line(&mut line);
        prop_assert!(!line.text.chars().any(|c| c.is_control() || characters::is_refused(c)));
        prop_assert!(unicode_normalization::is_nfc(&line.text));
        prop_assert_eq!(line.text.split_whitespace().collect::<Vec<_>>().join(" "), line.text.clone());
        let spelt: String = line.chars.iter().map(|(c, _)| *c).collect();
        prop_assert_eq!(&spelt, &line.text);

        let once = line.clone();
        Tidy::new(Settings::default()).line(&mut line);
        prop_assert_eq!(once.text, line.text);
        prop_assert_eq!(once.chars.len(), line.chars.len());
    }

    /// The plain reference: filter, then normalise the text as a whole.
    #[test]
    fn composing_in_pieces_is_composing_the_whole(chars in any_chars()) {
        use unicode_normalization::UnicodeNormalization;
        let visible = chars.iter().map(|(c, _)| *c);
        let visible = visible.map(|c| if c.is_whitespace() { ' ' } else { c });
        let whole: String = visible.filter(|c| !characters::is_refused(*c)).nfc().collect();
        let mut pieces = chars.clone();
        characters::clean(&mut pieces);
        let pieces: String = pieces.iter().map(|(c, _)| *c).collect();
        let plain: Vec<&str> = whole.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(pieces, plain.join(" "));
    }

    /// The classes as another table of Unicode has them.
    #[test]
    fn nothing_of_the_refused_classes_is_left(text in "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Zl}\\p{Zp}]{0,20}") {
        prop_assert_eq!(tidied(&text, 0.9), "");
    }

    #[test]
    fn letters_and_signs_are_never_refused(text in "[\\p{L}\\p{N}\\p{Sc}\\p{Sm}\\p{Pd}]{1,20}") {
        let fillers = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
        prop_assert!(text.chars().all(|c| fillers.contains(&c) || !characters::is_refused(c)));
    }
}
