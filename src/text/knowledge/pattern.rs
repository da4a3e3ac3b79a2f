//! Patterns as a person writes them, parsed.
//!
//! A part of the usual regular expressions: characters, `.`, `[A-Z]`, `[^0-9]`, `\d`, `\w`, `\s`, `(a|b)`, `?`, `*`, `+`,
//! `{2}`, `{2,}`, `{2,4}`; and forms by name: `{date}`, `{time}`, `{gtin}`, `{mrz}`.

/// Parts within parts deeper than this are refused: parsing recurses as deep.
const MOST_DEPTH: usize = 50;
/// How often a part may be repeated: no line of print has more characters.
const MOST_TIMES: u32 = 400;

/// `{date}`: day, month, year in their usual orders, months as figures or in English, separated by one of `/.-` or a space.
const DATE: &str = concat!(
    r"(0?[1-9]|[12]\d|3[01])[/. -](0?[1-9]|1[0-2])[/. -](19|20)?\d\d",
    r"|(0?[1-9]|1[0-2])[/. -](0?[1-9]|[12]\d|3[01])[/. -](19|20)?\d\d",
    r"|(19|20)\d\d[/. -](0[1-9]|1[0-2])[/. -](0[1-9]|[12]\d|3[01])",
    r"|(0[1-9]|1[0-2])[/. -](19|20)?\d\d",
    r"|(0?[1-9]|[12]\d|3[01])?[ .-]?(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[ .-]?(19|20)?\d\d",
    r"|(0?[1-9]|[12]\d|3[01])?[ .-]?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ .-]?(19|20)?\d\d",
);
/// `{time}`: hours and minutes, perhaps seconds.
const TIME: &str = r"([01]?\d|2[0-3])[:.][0-5]\d([:.][0-5]\d)?";

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// One character of the set.
    One(Set),
    /// All, one after another.
    All(Vec<Pattern>),
    /// One of them.
    Either(Vec<Pattern>),
    /// At least so often, and at most.
    Repeat(Box<Pattern>, u32, Option<u32>),
    /// 8, 12, 13 or 14 digits, the last of which is the check digit of the others (GS1 General Specifications, 7.9).
    Gtin,
    /// A line of a machine-readable zone, with its check digits.
    Zone,
}

/// Some characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Set {
    /// From and to, both included.
    ranges: Vec<(char, char)>,
    /// Whether it is all but those.
    negated: bool,
}

impl Set {
    /// The one character.
    pub fn of(c: char) -> Self {
        Set {
            ranges: vec![(c, c)],
            negated: false,
        }
    }

    /// All characters.
    pub fn any() -> Self {
        Set {
            ranges: Vec::new(),
            negated: true,
        }
    }

    /// Those of `text`: characters and ranges, as in `0-9A-Z/.-`. A `-` at either end stands for itself.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err(
                "is empty: no line could be read; leave the key out to allow all characters".into(),
            );
        }
        let chars: Vec<char> = text.chars().collect();
        let mut ranges = Vec::new();
        let mut at = 0;
        while let Some(&from) = chars.get(at) {
            match (chars.get(at + 1), chars.get(at + 2)) {
                (Some('-'), Some(&to)) => {
                    ranges.push(range(from, to)?);
                    at += 3;
                }
                _ => {
                    ranges.push((from, from));
                    at += 1;
                }
            }
        }
        Ok(Set {
            ranges,
            negated: false,
        })
    }

    /// All of `chars` that are neither letters nor digits.
    pub fn not_alphanumeric(chars: &[Option<char>]) -> Self {
        let aside = chars.iter().flatten().filter(|c| !c.is_alphanumeric());
        Set {
            ranges: aside.map(|&c| (c, c)).collect(),
            negated: false,
        }
    }

    /// Whether it has `c`.
    pub fn has(&self, c: char) -> bool {
        self.negated
            != self
                .ranges
                .iter()
                .any(|&(from, to)| (from..=to).contains(&c))
    }

    /// Adds `c`.
    pub fn add(&mut self, c: char) {
        self.ranges.push((c, c));
    }

    fn add_class(&mut self, letter: char) -> bool {
        match letter {
            'd' => self.ranges.push(('0', '9')),
            's' => self.ranges.push((' ', ' ')),
            'w' => self
                .ranges
                .extend([('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')]),
            _ => return false,
        }
        true
    }
}

fn range(from: char, to: char) -> Result<(char, char), String> {
    if from <= to {
        Ok((from, to))
    } else {
        Err(format!(
            "the range {from}-{to} goes backwards: write {to}-{from}"
        ))
    }
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("is empty: it would fit nothing".into());
        }
        let mut parser = Parser {
            rest: text,
            depth: 0,
        };
        let pattern = parser.either()?;
        match parser.rest.chars().next() {
            None => Ok(pattern),
            Some(c) => Err(format!(
                "a {c:?} that closes nothing: put \\ before it if it stands for itself"
            )),
        }
    }

    /// The text itself.
    pub fn literal(text: &str) -> Self {
        Pattern::All(text.chars().map(|c| Pattern::One(Set::of(c))).collect())
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn take(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn either(&mut self) -> Result<Pattern, String> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(format!("more than {MOST_DEPTH} brackets within brackets"));
        }
        let mut choices = vec![self.all()?];
        while self.take('|') {
            choices.push(self.all()?);
        }
        self.depth -= 1;
        match choices.pop() {
            Some(only) if choices.is_empty() => Ok(only),
            last => {
                choices.extend(last);
                Ok(Pattern::Either(choices))
            }
        }
    }

    fn all(&mut self) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let part = self.one()?;
            parts.push(self.repeated(part)?);
        }
        Ok(Pattern::All(parts))
    }

    fn one(&mut self) -> Result<Pattern, String> {
        let single = |c| Ok(Pattern::One(Set::of(c)));
        match self.next() {
            None => Ok(Pattern::All(Vec::new())),
            Some('.') => Ok(Pattern::One(Set::any())),
            Some('[') => self.set().map(Pattern::One),
            Some('(') => {
                let inner = self.either()?;
                if self.take(')') {
                    Ok(inner)
                } else {
                    Err("a \"(\" without its \")\"".into())
                }
            }
            Some('{') => self.named(),
            Some('\\') => {
                let mut set = Set::default();
                match self.next() {
                    None => Err("a \\ with nothing after it".into()),
                    Some(c) if set.add_class(c) => Ok(Pattern::One(set)),
                    Some(c) if c.is_alphanumeric() => Err(format!(
                        "\\{c} is not known here: there are \\d, \\w and \\s"
                    )),
                    Some(c) => single(c),
                }
            }
            Some(c @ ('*' | '+' | '?')) => Err(format!("a {c:?} with nothing before it to repeat")),
            Some(c @ ('^' | '$')) => Err(format!(
                "a {c:?}, which is not needed: a pattern is for all of the line; put \\ before it if it stands for itself"
            )),
            Some(c @ ('}' | ']')) => Err(format!(
                "a {c:?} that closes nothing: put \\ before it if it stands for itself"
            )),
            Some(c) => single(c),
        }
    }

    /// After the `{` of a form by name.
    fn named(&mut self) -> Result<Pattern, String> {
        let Some((name, rest)) = self.rest.split_once('}') else {
            return Err("a \"{\" without its \"}\"".into());
        };
        self.rest = rest;
        match name {
            "date" => Pattern::parse(DATE),
            "time" => Pattern::parse(TIME),
            "gtin" => Ok(Pattern::Gtin),
            "mrz" => Ok(Pattern::Zone),
            _ => Err(format!(
                "{{{name}}} is not known: there are {{date}}, {{time}}, {{gtin}} and {{mrz}}"
            )),
        }
    }

    /// After the `[` of a set.
    fn set(&mut self) -> Result<Set, String> {
        let mut set = Set {
            negated: self.take('^'),
            ..Set::default()
        };
        let open = || "a \"[\" without its \"]\"".to_owned();
        let mut first = true;
        loop {
            let c = match self.next().ok_or_else(open)? {
                ']' if !first => return Ok(set),
                '\\' => match self.next().ok_or_else(open)? {
                    c if set.add_class(c) => continue,
                    c => c,
                },
                c => c,
            };
            first = false;
            let dash = self
                .rest
                .strip_prefix('-')
                .filter(|after| !after.starts_with(']'));
            if let Some(after) = dash {
                self.rest = after;
                self.take('\\');
                let to = self.next().ok_or_else(open)?;
                set.ranges.push(range(c, to)?);
            } else {
                set.ranges.push((c, c));
            }
        }
    }

    /// What `part` becomes by the signs of repetition after it.
    fn repeated(&mut self, part: Pattern) -> Result<Pattern, String> {
        let (least, most) = match self.peek() {
            Some('?') => (0, Some(1)),
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('{')
                if self
                    .rest
                    .get(1..)
                    .unwrap_or_default()
                    .starts_with(|c: char| c.is_ascii_digit()) =>
            {
                let Some((inside, rest)) = self.rest.get(1..).unwrap_or_default().split_once('}')
                else {
                    return Err("a \"{\" without its \"}\"".into());
                };
                let number = |text: &str| {
                    let times = text.parse().ok().filter(|times| *times <= MOST_TIMES);
                    times.ok_or_else(|| format!("{{{inside}}}: expected a number of times up to {MOST_TIMES}, as in {{2}} or {{2,4}}"))
                };
                let (least, most) = match inside.split_once(',') {
                    None => (number(inside)?, Some(number(inside)?)),
                    Some((least, "")) => (number(least)?, None),
                    Some((least, most)) => (number(least)?, Some(number(most)?)),
                };
                if most.is_some_and(|most| most < least) {
                    return Err(format!(
                        "{{{inside}}}: the second number is the smaller one"
                    ));
                }
                self.rest = rest;
                let part = Pattern::Repeat(Box::new(part), least, most);
                return self.once_only(part);
            }
            _ => return Ok(part),
        };
        self.next();
        self.once_only(Pattern::Repeat(Box::new(part), least, most))
    }

    fn once_only(&self, part: Pattern) -> Result<Pattern, String> {
        match self.peek() {
            Some(c @ ('?' | '*' | '+')) => Err(format!(
                "a {c:?} after another repetition: put ( ) around what is repeated"
            )),
            _ => Ok(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        for (pattern, said) in [
            ("", "is empty"),
            ("[A-Z", "a \"[\" without its \"]\""),
            ("(a|b", "a \"(\" without its \")\""),
            ("a)", "a ')' that closes nothing"),
            ("*a", "a '*' with nothing before it"),
            ("a**", "a '*' after another repetition"),
            ("a{3,2}", "the second number is the smaller one"),
            ("a{401}", "up to 400"),
            ("a{2", "a \"{\" without its \"}\""),
            (
                "{dtae}",
                "{dtae} is not known: there are {date}, {time}, {gtin} and {mrz}",
            ),
            ("\\pL", "\\p is not known"),
            ("^a$", "a '^', which is not needed"),
            ("[z-a]", "the range z-a goes backwards: write a-z"),
            ("a\\", "a \\ with nothing after it"),
        ] {
            let error = Pattern::parse(pattern).expect_err(pattern);
            assert!(error.contains(said), "{pattern}: {error}");
        }
        let deep = "(".repeat(100_000);
        assert!(Pattern::parse(&deep).is_err());
    }

    #[test]
    fn sets_have_what_they_name() {
        let set = Set::parse("0-9A-Z/.-").unwrap();
        assert!("059AZ/.-".chars().all(|c| set.has(c)));
        assert!(!"a é_".chars().any(|c| set.has(c)));
        assert!(Set::parse("").is_err() && Set::parse("9-0").is_err());
    }
}
