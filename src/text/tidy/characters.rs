//! Which characters may leave the device, and in which form.
//!
//! Takes characters with a confidence each, from 0 to 1, and keeps a confidence for each character whatever
//! becomes of them: where several become one, or others, it is that of the least certain.

use crate::contract::plain::printable;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Drops what may not leave, brings the rest to Unicode's normal form C (UAX 15) and runs of white
/// space to one space, none at the ends.
pub fn clean(chars: &mut Vec<(char, f32)>) {
    chars.retain_mut(|(c, _)| {
        if c.is_whitespace() {
            *c = ' ';
        }
        !is_refused(*c)
    });
    if is_nfc_quick(chars.iter().map(|(c, _)| *c)) != IsNormalized::Yes {
        compose(chars);
    }
    single_spaces(chars);
}

/// Whether `c` is dropped from what was read: what may not leave (control characters, direction overrides), and beyond that what
/// print cannot be: format characters (Cf: zero-width joiners, soft hyphens, tags), other characters that show nothing
/// by definition (fillers, variation selectors), private use (Co) and noncharacters. After Unicode 17.
pub fn is_refused(c: char) -> bool {
    match c {
        // The ranges of Cf, and what is ignored by default, in the order of Unicode.
        '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{6DD}' | '\u{70F}' => true,
        '\u{890}'..='\u{891}' | '\u{8E2}' | '\u{115F}'..='\u{1160}' => true,
        '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' => true,
        '\u{2060}'..='\u{206F}' | '\u{3164}' => true,
        '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' => true,
        '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' => true,
        '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' => true,
        // Private use.
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => true,
        // Noncharacters.
        '\u{FDD0}'..='\u{FDEF}' => true,
        c if u32::from(c) & 0xFFFE == 0xFFFE => true,
        c => printable(c).is_none(),
    }
}

/// Brings `chars` to normal form C, piece by piece: a piece ends where nothing can combine
/// across, so that only the characters of one piece share a confidence.
fn compose(chars: &mut Vec<(char, f32)>) {
    let mut composed = Vec::with_capacity(chars.len());
    let mut rest = chars.as_slice();
    while let Some((_, after)) = rest.split_first() {
        let length = 1 + after.iter().take_while(|(c, _)| !starts_anew(*c)).count();
        let (piece, next) = rest.split_at(length);
        let least = piece
            .iter()
            .map(|(_, confidence)| *confidence)
            .fold(1.0, f32::min);
        if piece
            .iter()
            .map(|(c, _)| *c)
            .nfc()
            .eq(piece.iter().map(|(c, _)| *c))
        {
            composed.extend_from_slice(piece);
        } else {
            composed.extend(piece.iter().map(|(c, _)| *c).nfc().map(|c| (c, least)));
        }
        rest = next;
    }
    *chars = composed;
}

/// Whether no character before `c` can combine with it: what it decomposes to begins with a starter
/// that stands for itself in normal form C (UAX 15, section 9).
fn starts_anew(c: char) -> bool {
    std::iter::once(c).nfd().next().is_some_and(|first| {
        canonical_combining_class(first) == 0
            && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
    })
}

fn single_spaces(chars: &mut Vec<(char, f32)>) {
    chars.dedup_by(|next, kept| {
        let both = next.0 == ' ' && kept.0 == ' ';
        if both {
            kept.1 = kept.1.min(next.1);
        }
        both
    });
    if chars.last().is_some_and(|(c, _)| *c == ' ') {
        chars.pop();
    }
    if chars.first().is_some_and(|(c, _)| *c == ' ') {
        chars.remove(0);
    }
}
