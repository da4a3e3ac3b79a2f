//! Whether a text that was read holds what a pattern asks for.
//!
//! Takes a pattern and any text. The reader's characters do not matter here, and nothing is made deterministic: the states of
//! the pattern's [`Net`] that the text can be in are followed character by character.

use super::net::Net;
use super::pattern::Pattern;

/// A pattern to hold against texts.
pub struct Matcher {
    net: Net,
    start: u32,
    end: u32,
}

impl Matcher {
    /// The matcher of `pattern`, written as in `[read.knowledge]`.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let mut net = Net::default();
        let start = net.state()?;
        let end = net.add(&Pattern::parse(pattern)?, start)?;
        Ok(Matcher { net, start, end })
    }

    /// Whether a part of a line of `text` fits: at least one character, with no letter or digit next to it.
    pub fn is_in(&self, text: &str) -> bool {
        text.lines().any(|line| self.is_in_line(line))
    }

    fn is_in_line(&self, line: &str) -> bool {
        let mut now = Vec::new();
        let mut stands_alone = true;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            if stands_alone {
                now.push(self.start);
            }
            let reached = self.net.closure(std::mem::take(&mut now));
            let arcs = reached
                .iter()
                .filter_map(|&at| self.net.arcs.get(at as usize));
            let next = arcs.flatten().filter(|(set, _)| {
                let set = self.net.sets.get(*set);
                set.is_some_and(|set| set.has(c))
            });
            now = self.net.closure(next.map(|&(_, to)| to).collect());
            let ends_alone = !chars.peek().is_some_and(|c| c.is_alphanumeric());
            if ends_alone && now.contains(&self.end) {
                return true;
            }
            stands_alone = !c.is_alphanumeric();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(pattern: &str, text: &str) -> bool {
        Matcher::new(pattern).unwrap().is_in(text)
    }

    #[test]
    fn a_part_that_stands_by_itself_is_found_in_any_line() {
        for text in [
            "L41270",
            "LOT L41270",
            "LOT:L41270.",
            "x\nL41270",
            "漢 L41270",
        ] {
            assert!(is_in(r"[A-Z]\d{5}", text), "{text}");
        }
        for text in ["", "XL41270", "L412701", "L41270漢", "L4127\n0", "l41270"] {
            assert!(!is_in(r"[A-Z]\d{5}", text), "{text}");
        }
        assert!(is_in("{date}", "BEST BEFORE 12.01.27"));
        assert!(is_in("{gtin}", "EAN 4006381333931") && !is_in("{gtin}", "EAN 4006381333930"));
        assert!(is_in("L( ?\\d)+", "L 1 2 3"));
    }

    #[test]
    fn nothing_is_no_part() {
        assert!(!is_in("a*", "") && !is_in("a*", "b") && is_in("a*", "b a"));
        assert!(Matcher::new("[A-Z").is_err());
    }

    #[test]
    fn many_ways_through_a_pattern_cost_no_more_than_few() {
        assert!(!is_in("((a*)*)*b", &"a".repeat(400)));
    }
}
