//! Where a reading departs from the truth, character by character.
//!
//! Takes two texts; gives one of the shortest ways from the one to the other (Levenshtein 1966) as [`Edit`]s, and
//! counts of them over a set. The length of the way is [`distance`].

use std::collections::HashMap;

/// Texts whose lengths multiply to more than this are counted but not aligned: a byte each, so 64 MiB, and a
/// page of 8000 characters still fits.
const MAX_CELLS: usize = 64 << 20;

/// One character that was misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edit {
    /// The first is in the truth, the second was read for it.
    Replaced(char, char),
    /// In the truth, but not read.
    Missed(char),
    /// Read, but not in the truth.
    Added(char),
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Edit::Replaced(truth, read) => write!(f, "{truth:?} read as {read:?}"),
            Edit::Missed(truth) => write!(f, "{truth:?} missed"),
            Edit::Added(read) => write!(f, "{read:?} added"),
        }
    }
}

/// The Levenshtein distance in characters.
pub fn distance(a: &str, b: &str) -> usize {
    strsim::levenshtein(a, b)
}

/// The step by which a cell of the table is reached at least cost.
#[derive(Clone, Copy)]
enum Step {
    Both,
    Truth,
    Read,
}

/// The edits from `truth` to `read`, in order of the text; as many as [`distance`]. `None` when the texts are so long
/// that the table would not fit.
pub fn edits(truth: &str, read: &str) -> Option<Vec<Edit>> {
    let (a, b): (Vec<char>, Vec<char>) = (truth.chars().collect(), read.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev());
    let tail = tail.take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    if a.len().saturating_mul(b.len()) > MAX_CELLS {
        return None;
    }
    let mut steps = Vec::with_capacity(a.len() * b.len());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let both = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            let (truth, read) = (diagonal + 1, row[j] + 1);
            let least = both.min(truth).min(read);
            steps.push(if least == both {
                Step::Both
            } else if least == truth {
                Step::Truth
            } else {
                Step::Read
            });
            row[j + 1] = least;
        }
    }
    let mut found = Vec::with_capacity(row[b.len()]);
    let (mut i, mut j) = (a.len(), b.len());
    while i + j > 0 {
        let step = match (i, j) {
            (0, _) => Step::Read,
            (_, 0) => Step::Truth,
            (i, j) => steps[(i - 1) * b.len() + j - 1],
        };
        match step {
            Step::Both => {
                (i, j) = (i - 1, j - 1);
                if a[i] != b[j] {
                    found.push(Edit::Replaced(a[i], b[j]));
                }
            }
            Step::Truth => {
                i -= 1;
                found.push(Edit::Missed(a[i]));
            }
            Step::Read => {
                j -= 1;
                found.push(Edit::Added(b[j]));
            }
        }
    }
    found.reverse();
    Some(found)
}

/// How often each character was misread as which.
#[derive(Clone, Debug, Default)]
pub struct Confusions(HashMap<Edit, usize>);

impl Confusions {
    /// Counts the edits of one pair.
    pub fn add(&mut self, edits: &[Edit]) {
        for edit in edits {
            *self.0.entry(*edit).or_default() += 1;
        }
    }

    /// The `n` most frequent, most frequent first; those that are as frequent in the order of their characters.
    pub fn top(&self, n: usize) -> Vec<(Edit, usize)> {
        let mut all: Vec<(Edit, usize)> = self.0.iter().map(|(e, n)| (*e, *n)).collect();
        all.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(n);
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn distances_of_known_words() {
        for (a, b, d) in [
            ("", "", 0),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("ä", "a", 1),
        ] {
            assert_eq!(distance(a, b), d);
            assert_eq!(distance(b, a), d);
        }
    }

    #[test]
    fn each_sort_of_edit_is_told_in_order() {
        use Edit::*;
        let found = |a, b| edits(a, b).expect("short texts are aligned");
        assert_eq!(found("EXP 10", "EXP 1O"), [Replaced('0', 'O')]);
        assert_eq!(found("BEST BY", "BESTBY."), [Missed(' '), Added('.')]);
        assert_eq!(
            found("kitten", "sitting"),
            [Replaced('k', 's'), Replaced('e', 'i'), Added('g')]
        );
        assert_eq!(found("", "ab"), [Added('a'), Added('b')]);
        assert_eq!(found("aa", "a"), [Missed('a')]);
    }

    #[test]
    fn texts_too_long_for_the_table_are_not_aligned() {
        let (a, b) = ("a".repeat(9000), "b".repeat(9000));
        assert_eq!(edits(&a, &b), None);
        assert_eq!(edits(&a, &a), Some(vec![]));
    }

    #[test]
    fn the_most_frequent_come_first_and_ties_in_order() {
        let mut confusions = Confusions::default();
        for (a, b) in [("0l", "O1"), ("b0", "6O"), ("x", "")] {
            confusions.add(&edits(a, b).unwrap());
        }
        let top = confusions.top(3);
        assert_eq!(top[0], (Edit::Replaced('0', 'O'), 2));
        assert_eq!(top[1], (Edit::Replaced('b', '6'), 1));
        assert_eq!(top[2], (Edit::Replaced('l', '1'), 1));
    }

    proptest! {
        /// The edits lead from the one text to the other, and there are no more of them than the distance.
        #[test]
        fn edits_are_a_shortest_way(a in "[ab c]{0,12}", b in "[ab d]{0,12}") {
            let edits = edits(&a, &b).unwrap();
            prop_assert_eq!(edits.len(), distance(&a, &b));
            let count = |text: &str, c| text.chars().filter(|x| *x == c).count() as i64;
            for c in "abcd ".chars() {
                let change: i64 = edits.iter().map(|edit| match *edit {
                    Edit::Replaced(x, y) => i64::from(y == c) - i64::from(x == c),
                    Edit::Missed(x) => -i64::from(x == c),
                    Edit::Added(y) => i64::from(y == c),
                }).sum();
                prop_assert_eq!(count(&a, c) + change, count(&b, c));
            }
        }
    }
}
