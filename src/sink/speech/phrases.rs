//! What is said for each hint, in the languages that glyphd speaks itself.
//!
//! Takes a language as BCP 47 writes it and gives a few words. They say what is wrong, and what to do only where that is no guess:
//! which way a hand has to go depends on whether it holds the camera or the print.

use crate::contract::event::Hint;

/// A phrase for each hint.
pub struct Phrases {
    language: &'static str,
    dark: &'static str,
    bright: &'static str,
    blurred: &'static str,
    moving: &'static str,
    small: &'static str,
    clipped_left: &'static str,
    clipped_right: &'static str,
    clipped_top: &'static str,
    clipped_bottom: &'static str,
    upside_down: &'static str,
}

/// English first: it stands in for all languages that are not here.
const ALL: [Phrases; 6] = [
    Phrases {
        language: "en",
        dark: "Too dark. More light.",
        bright: "Too bright. Less light.",
        blurred: "Out of focus.",
        moving: "Hold still.",
        small: "Come closer.",
        clipped_left: "Cut off at the left.",
        clipped_right: "Cut off at the right.",
        clipped_top: "Cut off at the top.",
        clipped_bottom: "Cut off at the bottom.",
        upside_down: "Upside down. Turn it round.",
    },
    Phrases {
        language: "de",
        dark: "Zu dunkel. Mehr Licht.",
        bright: "Zu hell. Weniger Licht.",
        blurred: "Unscharf.",
        moving: "Still halten.",
        small: "Näher heran.",
        clipped_left: "Links abgeschnitten.",
        clipped_right: "Rechts abgeschnitten.",
        clipped_top: "Oben abgeschnitten.",
        clipped_bottom: "Unten abgeschnitten.",
        upside_down: "Steht auf dem Kopf. Bitte umdrehen.",
    },
    Phrases {
        language: "fr",
        dark: "Trop sombre. Plus de lumière.",
        bright: "Trop clair. Moins de lumière.",
        blurred: "Image floue.",
        moving: "Ne bougez plus.",
        small: "Approchez.",
        clipped_left: "Coupé à gauche.",
        clipped_right: "Coupé à droite.",
        clipped_top: "Coupé en haut.",
        clipped_bottom: "Coupé en bas.",
        upside_down: "À l'envers. Retournez-le.",
    },
    Phrases {
        language: "es",
        dark: "Demasiado oscuro. Más luz.",
        bright: "Demasiado brillante. Menos luz.",
        blurred: "Desenfocado.",
        moving: "No se mueva.",
        small: "Acérquese.",
        clipped_left: "Cortado a la izquierda.",
        clipped_right: "Cortado a la derecha.",
        clipped_top: "Cortado por arriba.",
        clipped_bottom: "Cortado por abajo.",
        upside_down: "Está al revés. Dele la vuelta.",
    },
    Phrases {
        language: "nl",
        dark: "Te donker. Meer licht.",
        bright: "Te fel. Minder licht.",
        blurred: "Onscherp.",
        moving: "Stil houden.",
        small: "Dichterbij.",
        clipped_left: "Links afgesneden.",
        clipped_right: "Rechts afgesneden.",
        clipped_top: "Boven afgesneden.",
        clipped_bottom: "Onder afgesneden.",
        upside_down: "Ondersteboven. Omdraaien.",
    },
    Phrases {
        language: "it",
        dark: "Troppo buio. Più luce.",
        bright: "Troppo chiaro. Meno luce.",
        blurred: "Sfocato.",
        moving: "Tenere fermo.",
        small: "Più vicino.",
        clipped_left: "Tagliato a sinistra.",
        clipped_right: "Tagliato a destra.",
        clipped_top: "Tagliato in alto.",
        clipped_bottom: "Tagliato in basso.",
        upside_down: "Capovolto. Girarlo.",
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

    /// What is said for `hint`. Nothing for `steady`: the text itself follows at once, and would only be kept waiting.
    pub fn phrase(&self, hint: Hint) -> Option<&'static str> {
        Some(match hint {
            Hint::Dark => self.dark,
            Hint::Bright => self.bright,
            Hint::Blurred => self.blurred,
            Hint::Moving => self.moving,
            Hint::Small => self.small,
            Hint::ClippedLeft => self.clipped_left,
            Hint::ClippedRight => self.clipped_right,
            Hint::ClippedTop => self.clipped_top,
            Hint::ClippedBottom => self.clipped_bottom,
            Hint::UpsideDown => self.upside_down,
            Hint::Steady => return None,
        })
    }
}

/// The language without its region.
pub fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
    use super::*;

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
