//! Dates in the forms of Europe, America and ISO 8601, also as dot-matrix printers set them (`12JAN27`).

use jiff::civil::Date;
use regex_lite::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::{Found, Kind, Role, group, pattern, stands_alone};

/// Day and month where the date leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// 12.01. is January.
    DayFirst,
    /// 12/01 is December.
    MonthFirst,
}

/// How far before a date the word may end that says what it is for, in bytes: `BEST BEFORE END: ` on the line before.
const REACH: usize = 40;
/// The years that a date on a label can have.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2099;

/// The months' names in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech and the languages of
/// Scandinavia where these differ. A month is meant by its whole name or by the first three or four letters of it.
const MONTHS: [&str; 12] = [
    "JANUARY JANUAR JÄNNER JANVIER ENERO GENNAIO JANEIRO JANUARI STYCZEŃ STYCZNIA LEDEN",
    "FEBRUARY FEBRUAR FÉVRIER FEVRIER FEBRERO FEBBRAIO FEVEREIRO FEBRUARI LUTY LUTEGO ÚNOR",
    "MARCH MÄRZ MRZ MARS MARZO MARÇO MAART MRT MARZEC MARCA BŘEZEN MARTS",
    "APRIL AVRIL ABRIL APRILE KWIECIEŃ KWIETNIA DUBEN",
    "MAY MAI MAYO MAGGIO MAIO MEI MAJ MAJA KVĚTEN",
    "JUNE JUNI JUIN JUNIO GIUGNO JUNHO CZERWIEC CZERWCA",
    "JULY JULI JUILLET JULIO LUGLIO JULHO LIPIEC LIPCA",
    "AUGUST AOÛT AOUT AGOSTO AUGUSTUS SIERPIEŃ SIERPNIA SRPEN AUGUSTI",
    "SEPTEMBER SEPTEMBRE SEPTIEMBRE SETTEMBRE SETEMBRO WRZESIEŃ WRZEŚNIA ZÁŘÍ",
    "OCTOBER OKTOBER OCTOBRE OCTUBRE OTTOBRE OUTUBRO PAŹDZIERNIK PAŹDZIERNIKA",
    "NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO LISTOPAD LISTOPADA",
    "DECEMBER DEZEMBER DÉCEMBRE DECEMBRE DICIEMBRE DICEMBRE DEZEMBRO GRUDZIEŃ GRUDNIA PROSINEC",
];
/// Letters of an abbreviation.
const ABBREVIATED: std::ops::RangeInclusive<usize> = 3..=4;

/// Words before a date, and what they say of it.
const ROLES: [(&str, Role); 4] = [
    (
        r"(?i)best\s*before|best\s*by|\bbbe?\b|\bbbd\b|\bmhd\b|mindestens\s*haltbar|haltbar\s*bis|consumir\s*pref|\bdluo\b|\bddm\b|de\s*pr[ée]f[ée]rence|houdbaar|\btht\b|consumarsi\s*pref",
        Role::BestBefore,
    ),
    (
        r"(?i)use\s*by|verbrauchen\s*bis|\bdlc\b|consommer\s*jusqu|te\s*gebruiken|\btgt\b|consumarsi\s*entro",
        Role::UseBy,
    ),
    (
        r"(?i)\bexp(iry|ires|iration)?\b|verwendbar\s*bis|\bcad\b|caducidad|valid|scad(enza)?\b|\bven\b",
        Role::Expiry,
    ),
    (
        r"(?i)\bprod(uced|uction|\b)|\bmfg\b|\bmfd\b|\bpacked\b|\bpkd\b|hergestellt|abgepackt|\bfab\b",
        Role::Produced,
    ),
];

/// What the groups of a form are.
#[derive(Clone, Copy)]
enum Form {
    YearMonthDay,
    /// Two numbers, by the order that is set, and the year.
    Open,
    DayNamedYear,
    NamedDayYear,
    NamedYear,
    MonthYear,
    YearMonth,
}

/// Looks for dates.
pub struct Dates {
    order: Order,
    forms: Vec<(Form, Regex)>,
    /// Those that are dates only beside a word that announces one.
    doubtful: Vec<(Form, Regex)>,
    roles: Vec<(Regex, Role)>,
}

impl Dates {
    pub fn new(order: Order) -> Self {
        const NAME: &str = r"(\p{L}{3,10})";
        // regex-lite knows no classes of Unicode letters: what is no digit, blank or sign is one.
        let name = NAME.replace(r"\p{L}", r"[^\x00-@\[-`{-\x7F]");
        let form = |form, text: &str| (form, pattern(&text.replace("NAME", &name)));
        let forms = vec![
            form(
                Form::YearMonthDay,
                r"(\d{4})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})",
            ),
            form(
                Form::Open,
                r"(\d{1,2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{4}|\d{2})",
            ),
            form(
                Form::DayNamedYear,
                r"(\d{1,2})(?:st|nd|rd|th|ST|ND|RD|TH|\.)?[-./ ]?\s?NAME\.?[-./ ,']{0,2}(\d{4}|\d{2})",
            ),
            form(
                Form::NamedDayYear,
                r"NAME\.?[-./ ]{0,2}(\d{1,2})(?:st|nd|rd|th|ST|ND|RD|TH)?(?:, ?|[-./ ])(\d{4}|\d{2})",
            ),
            form(Form::NamedYear, r"NAME\.?[-./ ']{0,2}(\d{4})"),
            form(Form::MonthYear, r"(\d{1,2})\s?[-./]\s?(\d{4})"),
            form(Form::YearMonth, r"(\d{4})\s?[-./]\s?(\d{1,2})"),
        ];
        let doubtful = vec![
            form(Form::YearMonthDay, r"(\d{4}) (\d{1,2}) (\d{1,2})"),
            form(Form::Open, r"(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})"),
            form(Form::YearMonthDay, r"(\d{4})(\d{2})(\d{2})"),
            form(Form::Open, r"(\d{2})(\d{2})(\d{2}|\d{4})"),
            form(Form::NamedYear, r"NAME\.?[-./ ']{0,2}(\d{2})"),
            form(Form::MonthYear, r"(\d{1,2})\s?[-./ ]\s?(\d{4}|\d{2})"),
        ];
        Dates {
            order,
            forms,
            doubtful,
            roles: ROLES.map(|(words, role)| (pattern(words), role)).into(),
        }
    }

    /// All dates.
    pub fn of(&self, text: &str) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let forms = self.forms.iter().map(|form| (form, false));
        let forms = forms.chain(self.doubtful.iter().map(|form| (form, true)));
        for ((form, regex), doubtful) in forms {
            for captures in regex.captures_iter(text) {
                let Some(new) = self.date(text, *form, &captures, doubtful, &found) else {
                    continue;
                };
                found.push(new);
            }
        }
        found
    }

    fn date(
        &self,
        text: &str,
        form: Form,
        captures: &Captures,
        doubtful: bool,
        found: &[Found],
    ) -> Option<Found> {
        let whole = captures.get(0)?;
        let (from, to) = (whole.start(), whole.end());
        let taken = found.iter().any(|old| from < old.to && to > old.from);
        // A part of a longer number with points or strokes in it is none.
        let longer = |c: Option<char>| c.is_some_and(|c| matches!(c, '.' | '/' | '-' | ','));
        let after = text.get(to..)?;
        let goes_on = longer(after.chars().next())
            && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let before = text.get(..from)?;
        let came_from = longer(before.chars().next_back())
            && before
                .chars()
                .rev()
                .nth(1)
                .is_some_and(|c| c.is_ascii_digit());
        if taken || goes_on || came_from || !stands_alone(text, from, to) {
            return None;
        }
        let role = self.role(before);
        if doubtful && role.is_none() {
            return None;
        }
        let part = |index| group(captures, index);
        let number = |index| part(index).parse::<i8>().ok();
        let value = match form {
            Form::YearMonthDay => day(part(1), number(2)?, number(3)?),
            Form::Open => {
                let (first, second) = (number(1)?, number(2)?);
                let (month, other) = match self.order {
                    Order::DayFirst => (second, first),
                    Order::MonthFirst => (first, second),
                };
                day(part(3), month, other).or_else(|| day(part(3), other, month))
            }
            Form::DayNamedYear => day(part(3), month(part(2))?, number(1)?),
            Form::NamedDayYear => day(part(3), month(part(1))?, number(2)?),
            Form::NamedYear => whole_month(part(2), month(part(1))?),
            Form::MonthYear => whole_month(part(2), number(1)?),
            Form::YearMonth => whole_month(part(1), number(2)?),
        }?;
        let mut found = Found::new(text, from, to, Kind::Date, value)?;
        found.field.role = role;
        Some(found)
    }

    /// What the words just before a date say of it: the last that does.
    fn role(&self, before: &str) -> Option<Role> {
        let mut start = before.len().saturating_sub(REACH);
        while !before.is_char_boundary(start) {
            start -= 1;
        }
        let near = before.get(start..)?;
        let last = |(regex, role): &(Regex, Role)| {
            let end = regex.find_iter(near).last()?.end();
            Some((end, *role))
        };
        let (end, role) = self
            .roles
            .iter()
            .filter_map(last)
            .max_by_key(|(end, _)| *end)?;
        // Another number between them has taken the word for itself.
        let between = near.get(end..)?;
        (!between.chars().any(|c| c.is_ascii_digit())).then_some(role)
    }
}

fn year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    let year = if text.len() == 2 { 2000 + year } else { year };
    YEARS.contains(&year).then_some(year)
}

fn day(year_text: &str, month: i8, day: i8) -> Option<String> {
    Some(Date::new(year(year_text)?, month, day).ok()?.to_string())
}

fn whole_month(year_text: &str, month: i8) -> Option<String> {
    let first = Date::new(year(year_text)?, month, 1).ok()?;
    Some(format!("{:04}-{:02}", first.year(), first.month()))
}

/// The month of this name or abbreviation; none where two months begin so.
fn month(name: &str) -> Option<i8> {
    let name = name.to_uppercase();
    let short = ABBREVIATED.contains(&name.chars().count());
    let is_meant = |full: &str| full == name || short && full.starts_with(&name);
    let mut months = (1..).zip(MONTHS);
    let mut meant = months
        .by_ref()
        .filter(|(_, names)| names.split(' ').any(is_meant));
    let (month, _) = meant.next()?;
    meant.next().is_none().then_some(month)
}
