//! The character n-gram model: how usual a character is after those before it.
//!
//! Takes the file that `models/train/ngram.py` writes (its form is in docs/decoder.md), which is checked whole, and
//! gives [`Ngram`]. A [`Context`] is all that the model must know about a text to give the cost of the next character.
//! Costs are whole sixteenths of a nat. Asking allocates nothing.

use std::ops::Range;

use crate::error::{Result, err};

/// The first bytes of the file.
const MAGIC: &[u8] = b"GLYPHNGR";
/// The form of the file that this program knows.
const VERSION: u16 = 1;
/// Symbols of the longest n-gram: a word's stem. A seventh symbol made no difference on lines that were not in the training text.
const MOST_ORDER: usize = 6;
/// Bytes; the built-in model has 640,000.
pub const LARGEST: usize = 8 << 20;
/// Kinds of characters: start of the line, small letter, capital, digit, space, other.
const KINDS: usize = 6;
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
/// Bytes of the table of capitals: for no letter before, a small one or a capital, three kinds before.
const CASE_TABLE: usize = 3 * KINDS * KINDS * KINDS;
/// The symbol of both ends of a line.
const EDGE: u8 = 0;
/// Steps of a nat in which costs are kept.
pub const STEPS_OF_NAT: f32 = 16.0;
/// What a character costs that the model does not know, in sixteenths of a nat: about as much as a mean one.
const UNKNOWN: i32 = 32;
/// No node of the level.
const NONE: u32 = u32::MAX;

/// The model.
pub struct Ngram {
    /// By character.
    chars: Vec<(char, Sign)>,
    /// What a small letter and a capital cost, by [`CASE_TABLE`].
    case: Vec<[u8; 2]>,
    /// The n-grams, those of one symbol first.
    levels: Vec<Level>,
}

/// How the model sees a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    symbol: u8,
    kind: u8,
    /// What it costs to be this one of the characters of the symbol.
    share: u8,
}

/// The n-grams of one length, as the level of a trie: children of one parent stand together, in the order of symbols.
struct Level {
    symbols: Vec<u8>,
    costs: Vec<u8>,
    /// What it costs to go on to a shorter context; below 0 where that pays. Empty at the last level, like `first`.
    backs: Vec<i8>,
    /// Where the children of each begin in the next level; one more, for the end.
    first: Vec<u32>,
}

/// What is known of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The nodes of the last symbols: of the last one, of the last two, ...
    nodes: [u32; MOST_ORDER - 1],
    /// The kinds of the last three characters, the newest last.
    kinds: [u8; 3],
    /// The case of the last letter: none, small, capital.
    case: u8,
}

impl Ngram {
    /// The model in `bytes`; `origin` is for messages.
    ///
    /// # Errors
    /// `Config`, when they are no such file, or any number in them does not fit the others.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self> {
        let bad = |what: &str| {
            err!(
                Config,
                "{origin}: not an n-gram model: {what}; build it anew with models/train/ngram.py"
            )
        };
        let mut rest = bytes;
        let short = || bad("it ends too early");
        if take(&mut rest, MAGIC.len()) != Some(MAGIC) {
            return Err(bad("it does not begin as one"));
        }
        let version = u16::from_le_bytes(array(&mut rest).ok_or_else(short)?);
        if version != VERSION {
            return Err(bad(&format!(
                "it has version {version} and {VERSION} is known"
            )));
        }
        let [order, symbols] = array(&mut rest).ok_or_else(short)?;
        if !(2..=MOST_ORDER).contains(&usize::from(order)) || symbols < 2 {
            return Err(bad(&format!("order {order} of {symbols} symbols")));
        }
        let count = u32::from_le_bytes(array(&mut rest).ok_or_else(short)?) as usize;
        let mut chars: Vec<(char, Sign)> = Vec::new();
        for _ in 0..count {
            let c = u32::from_le_bytes(array(&mut rest).ok_or_else(short)?);
            let [symbol, kind, share] = array(&mut rest).ok_or_else(short)?;
            let c = char::from_u32(c).ok_or_else(|| bad("a character that is none"))?;
            if chars.last().is_some_and(|&(before, _)| before >= c) {
                return Err(bad("its characters are not in order"));
            }
            if symbol == EDGE || symbol >= symbols || usize::from(kind) >= KINDS {
                return Err(bad(&format!("{c:?} has symbol {symbol} and kind {kind}")));
            }
            chars.push((
                c,
                Sign {
                    symbol,
                    kind,
                    share,
                },
            ));
        }
        let case = take(&mut rest, CASE_TABLE).ok_or_else(short)?;
        if case
            .iter()
            .any(|&capital| capital == 0 || capital == u8::MAX)
        {
            return Err(bad("a capital that is certain or impossible"));
        }
        let cost = |share: u8| (-(f32::from(share) / 255.0).ln() * STEPS_OF_NAT).round() as u8;
        let case = case
            .iter()
            .map(|&capital| [cost(255 - capital), cost(capital)])
            .collect();
        let mut sizes = Vec::new();
        for _ in 0..order {
            let size = u32::from_le_bytes(array(&mut rest).ok_or_else(short)?) as usize;
            if size > bytes.len() {
                return Err(short());
            }
            sizes.push(size);
        }
        if sizes.first() != Some(&usize::from(symbols)) {
            return Err(bad("its first level does not hold each symbol once"));
        }
        let mut levels = Vec::new();
        // Which nodes of this level have the same parent.
        let mut parents: Vec<u32> = vec![0, u32::from(symbols)];
        for (n, &size) in sizes.iter().enumerate() {
            if parents.last().map(|&end| end as usize) != Some(size) {
                return Err(bad(&format!(
                    "level {} has other n-grams than the one before says",
                    n + 1
                )));
            }
            let level =
                Level::parse(&mut rest, size, sizes.get(n + 1).is_some()).ok_or_else(short)?;
            for siblings in parents.windows(2) {
                let siblings = level
                    .symbols
                    .get(siblings[0] as usize..siblings[1] as usize);
                let ordered = siblings.is_some_and(|s| s.is_sorted_by(|a, b| a < b));
                if !ordered || siblings.is_some_and(|s| s.iter().any(|&symbol| symbol >= symbols)) {
                    return Err(bad(&format!("level {} is not in order", n + 1)));
                }
            }
            parents.clone_from(&level.first);
            levels.push(level);
        }
        if !rest.is_empty() {
            return Err(bad(&format!(
                "{} bytes more than it should have",
                rest.len()
            )));
        }
        Ok(Ngram {
            chars,
            case,
            levels,
        })
    }

    /// How the model sees `c`; none when it does not know it.
    pub fn sign(&self, c: char) -> Option<Sign> {
        let at = self.chars.binary_search_by_key(&c, |&(c, _)| c).ok()?;
        self.chars.get(at).map(|&(_, sign)| sign)
    }

    /// The context at the start of a line.
    pub fn start(&self) -> Context {
        self.after(u32::from(EDGE))
    }

    /// The context in which only the symbol before is known.
    fn after(&self, node: u32) -> Context {
        let mut nodes = [NONE; MOST_ORDER - 1];
        nodes[0] = node;
        Context {
            nodes,
            kinds: [0; 3],
            case: 0,
        }
    }

    /// What `sign` costs in `context`, in sixteenths of a nat, and the context after it. What the model does not know has a
    /// fixed cost, and nothing before it counts after it.
    pub fn extend(&self, context: &Context, sign: Option<Sign>) -> (i32, Context) {
        let Some(sign) = sign else {
            return (UNKNOWN, self.after(NONE));
        };
        let (cost, nodes) = self.follow(context, sign.symbol);
        let case = match sign.kind {
            SMALL | CAPITAL => self.case.get(context.row()).map_or(0, |costs| {
                i32::from(costs[usize::from(sign.kind == CAPITAL)])
            }),
            _ => 0,
        };
        let [_, b, c] = context.kinds;
        let next = Context {
            nodes,
            kinds: [b, c, sign.kind],
            case: if matches!(sign.kind, SMALL | CAPITAL) {
                sign.kind
            } else {
                context.case
            },
        };
        (cost + case + i32::from(sign.share), next)
    }

    /// What it costs, in sixteenths of a nat, that the line ends in `context`.
    #[cfg(test)]
    pub fn end(&self, context: &Context) -> i32 {
        self.follow(context, EDGE).0
    }

    /// What the symbol costs, and the nodes after it.
    fn follow(&self, context: &Context, symbol: u8) -> (i32, [u32; MOST_ORDER - 1]) {
        let mut nodes = [NONE; MOST_ORDER - 1];
        nodes[0] = u32::from(symbol);
        let mut backs = 0;
        let mut cost = None;
        // The node of the last n symbols is in level n - 1; its children are n-grams of level n.
        for n in (1..self.levels.len()).rev() {
            let node = context.nodes[n - 1];
            if node == NONE {
                continue;
            }
            let (Some(level), Some(below)) = (self.levels.get(n - 1), self.levels.get(n)) else {
                continue;
            };
            let child = below.find(level.children(node), symbol);
            if let (Some(child), Some(place)) = (child, nodes.get_mut(n)) {
                *place = child;
            }
            if cost.is_none() {
                match child {
                    Some(child) => cost = Some(backs + below.cost(child)),
                    None => backs += level.back(node),
                }
            }
        }
        let single = || {
            backs
                + self
                    .levels
                    .first()
                    .map_or(0, |level| level.cost(u32::from(symbol)))
        };
        // Rounding of the weights may take it below nothing.
        (cost.unwrap_or_else(single).max(0), nodes)
    }
}

impl Context {
    /// The row of the table of capitals.
    fn row(&self) -> usize {
        let [a, b, c] = self.kinds.map(usize::from);
        ((usize::from(self.case) * KINDS + a) * KINDS + b) * KINDS + c
    }
}

impl Level {
    fn parse(rest: &mut &[u8], size: usize, inner: bool) -> Option<Self> {
        let symbols = take(rest, size)?.to_vec();
        let costs = take(rest, size)?.to_vec();
        let (mut backs, mut first) = (Vec::new(), Vec::new());
        if inner {
            backs = take(rest, size)?
                .iter()
                .map(|&back| back.cast_signed())
                .collect();
            let mut sum = 0u32;
            first.push(0);
            for &children in take(rest, size)? {
                sum += u32::from(children);
                first.push(sum);
            }
        }
        Some(Level {
            symbols,
            costs,
            backs,
            first,
        })
    }

    fn children(&self, node: u32) -> Range<usize> {
        let at = |i: usize| self.first.get(i).map_or(0, |&first| first as usize);
        at(node as usize)..at(node as usize + 1)
    }

    /// The node with this symbol among those of `range`.
    fn find(&self, range: Range<usize>, symbol: u8) -> Option<u32> {
        let at = self
            .symbols
            .get(range.clone())?
            .binary_search(&symbol)
            .ok()?;
        Some((range.start + at) as u32)
    }

    fn cost(&self, node: u32) -> i32 {
        self.costs.get(node as usize).map_or(0, |&cost| cost.into())
    }

    /// What it costs to leave this context, which is less the more it gives to shorter ones.
    fn back(&self, node: u32) -> i32 {
        -self
            .backs
            .get(node as usize)
            .map_or(0, |&back| i32::from(back))
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    take(rest, N)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use proptest::prelude::*;

    const BUILT_IN: &[u8] = super::super::usual::BUILT_IN;

    fn model() -> Ngram {
        Ngram::parse(BUILT_IN, "built in").unwrap()
    }

    /// What the text costs from start to end.
    fn cost(model: &Ngram, text: &str) -> i32 {
        let mut context = model.start();
        let mut sum = 0;
        for c in text.chars() {
            let (cost, next) = model.extend(&context, model.sign(c));
            assert!(cost >= 0);
            (sum, context) = (sum + cost, next);
        }
        sum + model.end(&context)
    }

    #[test]
    fn print_costs_less_than_what_it_is_mistaken_for() {
        let model = model();
        for (print, mistake) in [
            ("BEST BEFORE", "BEST BEF0RE"),
            ("Ingredients", "lngredients"),
            ("NET WEIGHT", "NET WElGHT"),
            ("chocolate", "choco1ate"),
            ("CONTAINS: MILK", "CONTAlNS: MILK"),
            ("water", "wateR"),
            ("SUGAR", "sUGAR"),
        ] {
            assert!(cost(&model, print) < cost(&model, mistake), "{print}");
        }
    }

    /// After whatever text, all that may follow has a probability of 1 in all, but for rounding to sixteenths.
    #[test]
    fn what_may_follow_sums_to_one() {
        let model = model();
        for text in [
            "",
            "B",
            "BEST BEF",
            "zq",
            "12/0",
            "é",
            "the ",
            "Zutaten: Z",
            "qqqqqqq",
        ] {
            let context = text.chars().fold(model.start(), |c, sign| {
                model.extend(&c, model.sign(sign)).1
            });
            let probability = |cost: i32| (-f64::from(cost) / f64::from(STEPS_OF_NAT)).exp();
            let characters = model
                .chars
                .iter()
                .map(|&(_, sign)| probability(model.extend(&context, Some(sign)).0));
            let sum = characters.sum::<f64>() + probability(model.end(&context));
            assert!((0.9..1.1).contains(&sum), "{text:?}: {sum}");
        }
    }

    #[test]
    fn what_it_does_not_know_is_no_harm() {
        let model = model();
        assert_eq!(model.sign('中'), None);
        let (cost, next) = model.extend(&model.start(), None);
        assert_eq!(cost, UNKNOWN);
        assert!(model.extend(&next, model.sign('a')).0 > 0);
    }

    #[test]
    fn a_file_cut_anywhere_or_longer_is_refused() {
        for cut in (0..BUILT_IN.len()).step_by(997).chain([BUILT_IN.len() - 1]) {
            let error = Ngram::parse(&BUILT_IN[..cut], "m").err().expect("cut");
            assert_eq!(error.kind(), Kind::Config);
        }
        let longer: Vec<u8> = BUILT_IN.iter().copied().chain([0]).collect();
        let error = Ngram::parse(&longer, "m.ngram").err().expect("longer");
        assert_eq!(
            error.to_string(),
            "m.ngram: not an n-gram model: 1 bytes more than it should have; build it anew with models/train/ngram.py"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A changed file is refused, or is another model: it is never a panic.
        #[test]
        fn a_changed_byte_does_no_harm(at in 0..BUILT_IN.len(), head in 0usize..40, value: u8, text in ".{0,12}") {
            for at in [at, head] {
                let mut bytes = BUILT_IN.to_vec();
                bytes[at] = value;
                if let Ok(model) = Ngram::parse(&bytes, "m") {
                    cost(&model, &text);
                }
            }
        }
    }
}
