//! Dates in the forms of Europe, America and ISO 8601, also as dot-matrix printers set them (`12JAN27`).

use jiff::civil::Date;
use regex_lite::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::roles::Roles;
use super::{Found, Kind, group, pattern};

/// Day and month where the date leaves it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::enum_variant_names, reason = "the words of the configuration")]
pub enum Order {
    /// 12.01. is January.
    DayFirst,
    /// 12/01 is December.
    MonthFirst,
    /// 27.03.11 is a day of 2027, as in East Asia and Hungary; with the year last, the day stands first.
    YearFirst,
}

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

/// Latin letters end before this, but for those with marks above and below.
const LATIN_END: char = '\u{250}';
const LATIN_MORE: std::ops::RangeInclusive<char> = '\u{1E00}'..='\u{1EFF}';

/// What the groups of a form are.
#[derive(Clone, Copy)]
enum Form {
    YearMonthDay,
    /// Two numbers, by the order that is set, and the year.
    Open,
    DayNamedYear,
    NamedDayYear,
    YearNamedDay,
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
    roles: Roles,
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
            // AUG292020, 2020AUG29, 2020-AUG-29.
            form(Form::NamedDayYear, r"NAME\s?(\d{2})(\d{4})"),
            form(Form::YearNamedDay, r"(\d{4})[-./ ]?NAME\.?[-./ ]?(\d{1,2})"),
            form(Form::NamedYear, r"NAME\.?[-./ ']{0,2}(\d{4})"),
            form(Form::MonthYear, r"(\d{1,2})\s?[-./]\s?(\d{4})"),
            form(Form::YearMonth, r"(\d{4})\s?[-./]\s?(\d{1,2})"),
        ];
        let doubtful = vec![
            form(Form::YearMonthDay, r"(\d{4}) (\d{1,2}) (\d{1,2})"),
            form(Form::Open, r"(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})"),
            form(Form::YearMonthDay, r"(\d{4})(\d{2})(\d{2})"),
            form(Form::Open, r"(\d{2})(\d{2})(\d{2}|\d{4})"),
            form(Form::NamedDayYear, r"NAME(\d{2})(\d{2})"),
            form(Form::NamedYear, r"NAME\.?[-./ ']{0,2}(\d{2})"),
            form(Form::MonthYear, r"(\d{1,2})\s?[-./ ]\s?(\d{4}|\d{2})"),
        ];
        Dates {
            order,
            forms,
            doubtful,
            roles: Roles::new(),
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
        let (before, after) = (text.get(..from)?, text.get(to..)?);
        if taken || goes_on(after.chars()) || goes_on(before.chars().rev()) {
            return None;
        }
        let said = self.roles.before(before);
        let touched = before.chars().next_back().is_some_and(is_joined);
        // EXP27.03.11: the letters before it are the words that announce it.
        let announced = said.is_some_and(|said| said.touches);
        if touched && !announced || after.chars().next().is_some_and(is_joined) {
            return None;
        }
        if doubtful && said.is_none() {
            return None;
        }
        let part = |index| group(captures, index);
        let number = |index| part(index).parse::<i8>().ok();
        let value = match form {
            Form::YearMonthDay => day(part(1), number(2)?, number(3)?),
            Form::Open => self.open(whole.as_str(), [part(1), part(2), part(3)]),
            Form::DayNamedYear => day(part(3), month(part(2))?, number(1)?),
            Form::NamedDayYear => day(part(3), month(part(1))?, number(2)?),
            Form::YearNamedDay => day(part(1), month(part(2))?, number(3)?),
            Form::NamedYear => whole_month(part(2), month(part(1))?),
            Form::MonthYear => whole_month(part(2), number(1)?),
            Form::YearMonth => whole_month(part(1), number(2)?),
        }?;
        let mut found = Found::new(text, from, to, Kind::Date, value)?;
        found.field.role = said.map(|said| said.role);
        Some(found)
    }

    /// A day of three numbers, by the order that is set. The other order of day and month counts where it is the only one
    /// that gives a day and is usual in print: nobody parts a month that stands first by points, or not at all, so there it
    /// is more likely that a figure was misread.
    fn open(&self, printed: &str, numbers: [&str; 3]) -> Option<String> {
        let number = |index: usize| numbers.get(index)?.parse::<i8>().ok();
        let (first, second) = (number(0)?, number(1)?);
        let [year_first, _, last] = numbers;
        let day_first = || day(last, second, first);
        let month_first = || day(last, first, second);
        match self.order {
            Order::YearFirst if last.len() == 2 => day(year_first, second, number(2)?),
            Order::MonthFirst => month_first().or_else(day_first),
            Order::DayFirst | Order::YearFirst => {
                let is_usual = printed.contains(['/', '-', ' ']) && !printed.contains('.');
                day_first().or_else(|| month_first().filter(|_| is_usual))
            }
        }
    }
}

/// Whether what follows, or comes before, makes the date a part of a longer number with points or strokes in it.
fn goes_on(mut beyond: impl Iterator<Item = char>) -> bool {
    matches!(beyond.next(), Some('.' | '/' | '-' | ','))
        && beyond.next().is_some_and(|c| c.is_ascii_digit())
}

/// Whether a character beside a date belongs to the same word. What is not Latin does not: Korean sets its `until` right
/// after a date.
fn is_joined(c: char) -> bool {
    c.is_numeric() || c.is_alphabetic() && (c < LATIN_END || LATIN_MORE.contains(&c))
}

fn year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    let year = if text.len() == 2 { 2000 + year } else { year };
    YEARS.contains(&year).then_some(year)
}

fn day(year_text: &str, month: i8, day: i8) -> Option<String> {
    Some(Date::new(year(year_text)?, month, day).ok()?.to_string())
}

/// The day of an element string, year, month and day in two figures each; day 00 is the month as a whole.
pub(super) fn element_day(figures: &str) -> Option<String> {
    let is_day = figures.len() == 6 && figures.bytes().all(|c| c.is_ascii_digit());
    let part = |at: usize| figures.get(at..at + 2).filter(|_| is_day);
    let (year, month) = (part(0)?, part(2)?.parse().ok()?);
    match part(4)? {
        "00" => whole_month(year, month),
        last => day(year, month, last.parse().ok()?),
    }
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
