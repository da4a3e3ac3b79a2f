//! What is said for each hint, in the languages that glyphd speaks itself.
//!
//! Takes a language as BCP 47 writes it and gives a few words. They say what is wrong, and what to do only where that is no guess:
//! which way a hand has to go depends on whether it holds the camera or the print.

use crate::contract::event::Hint;

/// The hints that are said. Nothing is said for `steady`: the text itself follows at once, and would only be kept waiting.
const HINTS: [Hint; 10] = [
    Hint::Dark,
    Hint::Bright,
    Hint::Blurred,
    Hint::Moving,
    Hint::Small,
    Hint::ClippedLeft,
    Hint::ClippedRight,
    Hint::ClippedTop,
    Hint::ClippedBottom,
    Hint::UpsideDown,
];

/// A phrase for each hint.
pub struct Phrases {
    language: &'static str,
    /// In the order of [`HINTS`].
    phrases: [&'static str; HINTS.len()],
}

/// English first: it stands in for all languages that are not here.
const ALL: [Phrases; 6] = [
    Phrases {
        language: "en",
        phrases: [
            "Too dark. More light.",
            "Too bright. Less light.",
            "Out of focus.",
            "Hold still.",
            "Come closer.",
            "Cut off at the left.",
            "Cut off at the right.",
            "Cut off at the top.",
            "Cut off at the bottom.",
            "Upside down. Turn it round.",
        ],
    },
    Phrases {
        language: "de",
        phrases: [
            "Zu dunkel. Mehr Licht.",
            "Zu hell. Weniger Licht.",
            "Unscharf.",
            "Still halten.",
            "Näher heran.",
            "Links abgeschnitten.",
            "Rechts abgeschnitten.",
            "Oben abgeschnitten.",
            "Unten abgeschnitten.",
            "Steht auf dem Kopf. Bitte umdrehen.",
        ],
    },
    Phrases {
        language: "fr",
        phrases: [
            "Trop sombre. Plus de lumière.",
            "Trop clair. Moins de lumière.",
            "Image floue.",
            "Ne bougez plus.",
            "Approchez.",
            "Coupé à gauche.",
            "Coupé à droite.",
            "Coupé en haut.",
            "Coupé en bas.",
            "À l'envers. Retournez-le.",
        ],
    },
    Phrases {
        language: "es",
        phrases: [
            "Demasiado oscuro. Más luz.",
            "Demasiado brillante. Menos luz.",
            "Desenfocado.",
            "No se mueva.",
            "Acérquese.",
            "Cortado a la izquierda.",
            "Cortado a la derecha.",
            "Cortado por arriba.",
            "Cortado por abajo.",
            "Está al revés. Dele la vuelta.",
        ],
    },
    Phrases {
        language: "nl",
        phrases: [
            "Te donker. Meer licht.",
            "Te fel. Minder licht.",
            "Onscherp.",
            "Stil houden.",
            "Dichterbij.",
            "Links afgesneden.",
            "Rechts afgesneden.",
            "Boven afgesneden.",
            "Onder afgesneden.",
            "Ondersteboven. Omdraaien.",
        ],
    },
    Phrases {
        language: "it",
        phrases: [
            "Troppo buio. Più luce.",
            "Troppo chiaro. Meno luce.",
            "Sfocato.",
            "Tenere fermo.",
            "Più vicino.",
            "Tagliato a sinistra.",
            "Tagliato a destra.",
            "Tagliato in alto.",
            "Tagliato in basso.",
            "Capovolto. Girarlo.",
        ],
    },
];

impl Phrases {
    /// Those of `language`, whatever its region (`de-AT` is `de`), if there are any.
    pub fn of(language: &str) -> Option<&'static Phrases> {
        let primary = primary(language);
        ALL.iter()
            .find(|phrases| phrases.language.eq_ignore_ascii_case(primary))
    }

    /// The English ones.
    pub fn english() -> &'static Phrases {
        let [english, ..] = &ALL;
        english
    }

    /// What is said for `hint`, if anything.
    pub fn phrase(&self, hint: Hint) -> Option<&'static str> {
        let at = HINTS.iter().position(|known| *known == hint)?;
        self.phrases.get(at).copied()
    }
}

/// The language without its region.
pub fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hint_has_a_phrase_of_its_own_in_each_language() {
        for phrases in &ALL {
            let mut said = HINTS.map(|hint| phrases.phrase(hint).unwrap_or_default());
            said.sort();
            assert!(said.windows(2).all(|two| two[0] != two[1]), "{said:?}");
            assert!(said.iter().all(|phrase| !phrase.is_empty()));
            assert_eq!(phrases.phrase(Hint::Steady), None);
        }
    }

    #[test]
    fn the_region_of_a_language_does_not_matter() {
        let dark = |language| Phrases::of(language).and_then(|all| all.phrase(Hint::Dark));
        assert_eq!(dark("de"), Some("Zu dunkel. Mehr Licht."));
        assert_eq!(dark("DE-at"), dark("de"));
        assert_eq!(dark("den"), None);
        assert_eq!(dark(""), None);
    }
}
