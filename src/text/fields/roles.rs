//! The words that say what a date is for, in the languages of the reader.
//!
//! Takes the text before a date; gives the [`Role`] that its words say. Compared without accents, capitals and signs, as
//! printers leave them out: `BAST FORE`, `A CONSOMMER DE PREFERENCE AVANT LE`.

use super::Role;

/// How far before a date the words may begin, in characters: `À consommer de préférence avant fin / best before end: ` on
/// the line before.
const REACH: usize = 64;

/// Words and what they say. A space may be missing in print (`t h t` is THT and T.H.T.); `*` stands for the rest of a word. After `!` nothing but signs
/// may stand between the words and the date: they are usual words of another language too.
const WORDS: [(Role, &str); 4] = [
    (
        Role::BestBefore,
        // What is to be sold by a day is good on it, so that day is never too late.
        "best before, best by, best if used by, best if used before, best when used by, best used by, best eaten before, bb, bbe, bbd, \
         enjoy by, enjoy before, sell by, display until, \
         m h d, mindestens haltbar*, mind haltbar*, haltbar bis, \
         ddm, dluo, de preference*, consommer de pref*, \
         consumir pref*, cons pref*, preferentemente antes*, consumir de preferencia*, \
         consumarsi pref*, preferibilmente entro*, tmc, \
         ten minste houdbaar*, tenminste houdbaar*, houdbaar tot, houdbaar*, t h t, \
         bast fore*, bedst for, mindst holdbar*, best for!, parasta ennen*, \
         najlepiej spozyc*, minimalni trvanlivost*, minimalna trvanlivost*, min trvanlivost*, trvanlivost do, dmt, \
         minoseget megorzi*, megorzi minoseget*, de preferinta*, \
         najbolje upotrijebiti do, najbolje upotrebiti do, uporabno najmanj*, \
         geriausias iki, geriausia iki, ieteicams lidz, parim enne*, \
         tett, tavsiye edilen tuketim*, best fyrir",
    ),
    (
        Role::UseBy,
        "use by, use before, consume by, consume before, eat by, freeze by, \
         verbrauchen bis, zu verbrauchen*, verbrauchsdatum, \
         dlc, consommer jusqu*, a consommer avant*, consumir antes*, consumir ate, \
         consumarsi entro*, consumare entro*, te gebruiken*, tgt, \
         sista forbrukning*, sidste anvendelse*, siste forbruk*, viimeinen kayttop*, \
         nalezy spozyc*, spozyc do, spotrebujte do, spotrebovat do, \
         fogyaszthato*, se consuma pana*, upotrijebiti do, upotrebiti do, uporabiti do, porabiti do, \
         tinka vartoti iki, suvartoti iki, izlietot lidz, kolblik kuni, \
         s k t, s t t, son tuketim*, son kullanma*, sidasti neysludag*, notist fyrir, notad fyrir",
    ),
    (
        Role::Expiry,
        "exp, expiry*, expire*, expiration*, expd, valid*, good until, good thru, discard after, not after, use until, \
         verwendbar bis, verw bis, ablaufdatum, gultig bis, peremption*, perime*, \
         cad, caduc*, fecha de cad*, fecha de venc*, ven, venc*, vto, vence, \
         val, validade*, scad*, geldig tot, vervaldatum, utgar*, udlob*, utlops*, \
         termin waznosci, data waznosci, wazne do, wazny do, pouzitelne do, exspirace, exspiracia, \
         lejar*, szavatossag*, data expirar*, rok trajanja, rok upotrebe, rok uporabe, \
         galioja iki, deriga lidz, derigs lidz, aegub, kehtiv kuni, son gecerlilik*, gildir til",
    ),
    (
        Role::Produced,
        "prod, produced, production*, produzi*, produse*, produceret, produkcij*, manufactur*, mfg, mfd, mfg date, made on, date of manufacture, packed*, packaged*, pack date, pkd, bottled*, baked*, roasted*, \
         hergestellt*, herstell*, abgepackt*, verpackt am, abgefullt*, fab, fabrique*, date de fab*, emballe*, conditionne*, \
         elab*, envasado*, fabricado*, embalado*, fecha de fab*, prodotto il, confezionato*, data di prod*, \
         geproduceerd*, verpakt op, tillverk*, packad*, forpackad*, pakket, produsert, valmist*, pakattu, pakkauspaiva*, \
         wyprod*, data prod*, zapakowano, vyrobeno*, vyrobene*, datum vyroby, baleno, balene, \
         gyart*, csomagolva, csomagolas*, ambalat*, fabricat*, data fabricat*, proizved*, datum proizvodnje, pakirano, izdelano, pakovano, \
         pagaminta*, supakuota, razots, razosan*, izgatavots, iepakots, valmistatud, toodetud, pakendatud, tootmis*, \
         uretim*, imal tarihi, paketleme*, framleitt*, pokkunardag*, pakkad",
    ),
];

/// The words, taken apart.
pub struct Roles {
    words: Vec<(Role, Vec<Piece>)>,
}

/// What words are compared by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Letter(char),
    /// A space, or none.
    Space,
    /// Any letters, or none.
    Rest,
    /// The date follows.
    Here,
}

/// What the words before a date say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// What the date is for.
    pub role: Role,
    /// Whether the words touch the date.
    pub touches: bool,
}

impl Roles {
    pub fn new() -> Self {
        let piece = |c| match c {
            ' ' => Piece::Space,
            '*' => Piece::Rest,
            '!' => Piece::Here,
            c => Piece::Letter(c),
        };
        let words = WORDS.iter().flat_map(|&(role, list)| {
            list.split(',')
                .map(move |words| (role, words.trim().chars().map(piece).collect()))
        });
        Roles {
            words: words.collect(),
        }
    }

    /// What the words just before a date say of it: the last that say something, of several that end there the longest.
    pub fn before(&self, text: &str) -> Option<Said> {
        let near = folded(text);
        let starts = (0..near.len()).filter(|&at| {
            !at.checked_sub(1)
                .is_some_and(|before| near.get(before).is_some_and(|c| c.is_alphabetic()))
        });
        let ends = starts.flat_map(|start| {
            let near = near.get(start..).unwrap_or_default();
            self.words.iter().filter_map(move |(role, pieces)| {
                let end = end(pieces, near)?;
                Some((start + end, end, *role))
            })
        });
        let (end, _, role) = ends.max_by_key(|&(end, length, _)| (end, length))?;
        let between = near.get(end..)?;
        // Another number between them has taken the words for itself.
        let is_free = !between.iter().any(char::is_ascii_digit);
        is_free.then_some(Said {
            role,
            touches: between.is_empty(),
        })
    }
}

/// The end of `text` as words are compared: small letters without accents, figures, and one space for all between.
fn folded(text: &str) -> Vec<char> {
    let mut near = Vec::new();
    for c in text.chars().rev().take(REACH) {
        if c.is_alphanumeric() {
            let plain = deunicode::deunicode_char(c).unwrap_or("?");
            near.extend(plain.chars().rev().map(|c| c.to_ascii_lowercase()));
        } else if near.last() != Some(&' ') {
            near.push(' ');
        }
    }
    near.reverse();
    near
}

/// Where the words end that `near` begins with; none when it does not.
fn end(pieces: &[Piece], near: &[char]) -> Option<usize> {
    let mut at = 0;
    for piece in pieces {
        let here = near.get(at).copied();
        match piece {
            Piece::Letter(c) if here == Some(*c) => at += 1,
            Piece::Letter(_) => return None,
            Piece::Space => at += usize::from(here == Some(' ')),
            Piece::Rest => {
                let rest = near.get(at..)?.iter();
                at += rest.take_while(|c| c.is_ascii_alphabetic()).count();
            }
            Piece::Here if near.get(at..)?.iter().all(|&c| c == ' ') => {}
            Piece::Here => return None,
        }
    }
    let goes_on = near.get(at).is_some_and(char::is_ascii_alphabetic);
    (!goes_on).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_languages_say_what_a_date_is_for() {
        let roles = Roles::new();
        for (words, role) in [
            ("Best before end: ", Role::BestBefore),
            ("BESTBEFORE ", Role::BestBefore),
            ("SELL BY ", Role::BestBefore),
            ("DISPLAY UNTIL\n", Role::BestBefore),
            ("Mindestens haltbar bis Ende: ", Role::BestBefore),
            ("À consommer de préférence avant le ", Role::BestBefore),
            ("A CONSOMMER DE PREFERENCE AVANT FIN ", Role::BestBefore),
            ("Cons. pref. antes del: ", Role::BestBefore),
            ("Da consumarsi preferibilmente entro il ", Role::BestBefore),
            ("T.H.T. ", Role::BestBefore),
            ("BÄST FÖRE ", Role::BestBefore),
            ("BAST FORE: ", Role::BestBefore),
            ("Best før ", Role::BestBefore),
            ("Parasta ennen ", Role::BestBefore),
            ("NAJLEPIEJ SPOZYC PRZED: ", Role::BestBefore),
            ("Minimální trvanlivost do: ", Role::BestBefore),
            ("Minőségét megőrzi: ", Role::BestBefore),
            ("A se consuma de preferință înainte de ", Role::BestBefore),
            ("Najbolje upotrijebiti do ", Role::BestBefore),
            ("Geriausias iki ", Role::BestBefore),
            ("Ieteicams līdz: ", Role::BestBefore),
            ("Parim enne: ", Role::BestBefore),
            ("TETT: ", Role::BestBefore),
            ("Best fyrir ", Role::BestBefore),
            ("USE-BY ", Role::UseBy),
            ("Zu verbrauchen bis ", Role::UseBy),
            ("À consommer jusqu'au ", Role::UseBy),
            ("Da consumarsi entro ", Role::UseBy),
            ("Sista förbrukningsdag ", Role::UseBy),
            ("Viimeinen käyttöpäivä ", Role::UseBy),
            ("Należy spożyć do: ", Role::UseBy),
            ("Spotřebujte do: ", Role::UseBy),
            ("Fogyasztható: ", Role::UseBy),
            ("A se consuma până la ", Role::UseBy),
            ("Tinka vartoti iki ", Role::UseBy),
            ("Izlietot līdz ", Role::UseBy),
            ("Kõlblik kuni ", Role::UseBy),
            ("SKT ", Role::UseBy),
            ("Son Tüketim Tarihi: ", Role::UseBy),
            ("EXP. ", Role::Expiry),
            ("Exp. Date: ", Role::Expiry),
            ("PÉREMPTION ", Role::Expiry),
            ("Fecha de caducidad: ", Role::Expiry),
            ("VENC. ", Role::Expiry),
            ("Validade: ", Role::Expiry),
            ("Scad. ", Role::Expiry),
            ("Termin ważności ", Role::Expiry),
            ("Rok trajanja: ", Role::Expiry),
            ("PROD ", Role::Produced),
            ("PACKED ON ", Role::Produced),
            ("Hergestellt am ", Role::Produced),
            ("Fabriqué le ", Role::Produced),
            ("Üretim Tarihi: ", Role::Produced),
            ("Gyártás ideje: ", Role::Produced),
            ("Data produkcji ", Role::Produced),
        ] {
            let said = roles.before(words).map(|said| said.role);
            assert_eq!(said, Some(role), "{words}");
        }
    }

    #[test]
    fn other_words_say_nothing() {
        let roles = Roles::new();
        for words in [
            "",
            "Best for families since ",
            "EXPRESS ",
            "invalid ",
            "Scotland ",
            "BBQ ",
            "EXP 12 boxes ",
            "PRODUCT OF SPAIN ",
        ] {
            assert_eq!(roles.before(words), None, "{words}");
        }
        assert!(roles.before("EXP").is_some_and(|said| said.touches));
        assert!(roles.before("EXP: ").is_some_and(|said| !said.touches));
    }
}
