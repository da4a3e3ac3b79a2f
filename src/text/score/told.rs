//! How much wrong is told: lines that glyphd would report and whose figures or signs are not those of the picture.
//!
//! Takes truth, reading and whether the reading is sure enough to be reported. A wrong letter is seen by whoever reads on; a wrong
//! figure is acted on. So only what is no letter counts here, and in its order: `2 l` that is read as `21` is wrong, and so is
//! half a date.

use unicode_normalization::UnicodeNormalization;

/// Counts of a set of lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Lines that were read surely, as something.
    pub told: usize,
    /// Those of them with a wrong, missing or additional figure or sign.
    pub wrong: usize,
    /// Lines that were read right, surely or not.
    pub right: usize,
    /// Those of them that were not read surely, and so are not reported.
    pub lost: usize,
}

impl Told {
    /// Counts one line.
    pub fn add(&mut self, truth: &str, reading: &str, sure: bool) {
        let read = !reading.trim().is_empty();
        let right = read && same(truth, reading);
        let told = read && sure;
        self.told += usize::from(told);
        self.wrong += usize::from(told && figures(truth) != figures(reading));
        self.right += usize::from(right);
        self.lost += usize::from(right && !told);
    }

    /// The share of what is told that has a wrong figure or sign.
    pub fn wrong_share(&self) -> f64 {
        self.wrong as f64 / self.told.max(1) as f64
    }

    /// The share of what was read right that is not told.
    pub fn lost_share(&self) -> f64 {
        self.lost as f64 / self.right.max(1) as f64
    }
}

/// Whether the texts agree but for case and white space.
fn same(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> String {
        let marks = text.nfc().filter(|c| !c.is_whitespace()).map(unified);
        marks.flat_map(char::to_lowercase).collect()
    };
    plain(a) == plain(b)
}

/// The figures and signs of a text, in order.
fn figures(text: &str) -> String {
    let marks = text.nfc().map(unified);
    marks
        .filter(|c| !c.is_alphabetic() && !c.is_whitespace())
        .collect()
}

/// Dashes and quotation marks of all lengths and bends, and the two small rings, are one and the same to whoever acts on them.
fn unified(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '‘' | '’' | '‚' | '′' | '`' | '´' => '\'',
        '“' | '”' | '„' | '″' => '"',
        'º' => '°',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_figure_counts_where_it_is_told() {
        let mut told = Told::default();
        told.add("2 l", "21", true); // A letter that became a figure,
        told.add("±0.5", "40.5", true); // a sign that became one,
        told.add("13/08/2021", "8/202", true); // half a date,
        told.add("+4 °C", "14 °C", false); // and one that nobody hears of.
        told.add("Tortillas 5 g", "Tartillas 5 g", true); // Letters do not count,
        told.add("“– 18.6”", "\"- 18.6\"", true); // nor which dash it is.
        told.add("EXP 2027", "exp2027", false);
        told.add("", "", true);
        let expected = Told {
            told: 5,
            wrong: 3,
            right: 2,
            lost: 1,
        };
        assert_eq!(told, expected);
        assert!((told.wrong_share() - 0.6).abs() < 1e-9);
        assert!((told.lost_share() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_set_of_nothing_has_nothing_wrong() {
        assert_eq!(Told::default().wrong_share(), 0.0);
        assert_eq!(Told::default().lost_share(), 0.0);
    }
}
