use proptest::prelude::*;

use super::*;

fn of(text: &str) -> Vec<(Kind, String)> {
    let fields = Fields::new(Settings::default()).of(text);
    fields
        .into_iter()
        .map(|field| (field.kind, field.value))
        .collect()
}

fn values(kind: Kind, text: &str) -> Vec<String> {
    let of = of(text).into_iter().filter(|(k, _)| *k == kind);
    of.map(|(_, value)| value).collect()
}

#[test]
fn a_date_is_known_in_its_many_forms() {
    for (text, date) in [
        ("12.01.2027", "2027-01-12"),
        ("12/01/27", "2027-01-12"),
        ("12-1-2027", "2027-01-12"),
        ("12 . 01 . 2027", "2027-01-12"),
        ("2027-01-12", "2027-01-12"),
        ("2027/1/12 08:15", "2027-01-12"),
        ("12 JAN 27", "2027-01-12"),
        ("12JAN2027", "2027-01-12"),
        ("12JAN27 L2", "2027-01-12"),
        ("12. Januar 2027", "2027-01-12"),
        ("1er: 3 août 2026", "2026-08-03"),
        ("12 dic. 2026", "2026-12-12"),
        ("January 12, 2027", "2027-01-12"),
        ("JAN 12 2027", "2027-01-12"),
        ("Jan 3rd, 2027", "2027-01-03"),
        ("29.02.2028", "2028-02-29"),
        // The other order is the only one that there is.
        ("01/25/2027", "2027-01-25"),
        ("01.2027", "2027-01"),
        ("JAN 2027", "2027-01"),
        ("2027-01", "2027-01"),
        ("15 JUIN 2026", "2026-06-15"),
        ("15 JUIL 2026", "2026-07-15"),
        ("15 MAI 2026", "2026-05-15"),
        ("15 MÄRZ 2026", "2026-03-15"),
        ("15 sept. 2026", "2026-09-15"),
        ("15 listopada 2026", "2026-11-15"),
    ] {
        assert_eq!(values(Kind::Date, text), [date], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_date_is_none() {
    for text in [
        "31.02.2027",
        "29.02.2027",
        "13.13.2099",
        "00.01.2027",
        "1.2.3.4",
        "v12.01.20271",
        "1/2",
        "12 01 27",
        "200127",
        "3 x 12 2027",
        "12 cm 2027",
        "10.01.1899",
        "192.168.1.12",
        "7 MAYONNAISE",
        "MARINADE 2027",
        "DECOR 2027",
        "SETS 2026",
    ] {
        let dates = values(Kind::Date, text);
        assert!(dates.is_empty(), "{text}: {dates:?}");
    }
}

#[test]
fn beside_a_word_that_says_so_more_is_a_date_and_its_role_is_told() {
    let fields = |text| Fields::new(Settings::default()).of(text);
    for (text, role, date) in [
        ("BEST BEFORE 12 01 27", Role::BestBefore, "2027-01-12"),
        ("BBE 120127", Role::BestBefore, "2027-01-12"),
        ("MHD: 01/27", Role::BestBefore, "2027-01"),
        (
            "Mindestens haltbar bis\n12.01.2027",
            Role::BestBefore,
            "2027-01-12",
        ),
        ("Best before end: JAN 27", Role::BestBefore, "2027-01"),
        ("USE BY 20270112", Role::UseBy, "2027-01-12"),
        ("EXP 01-2027", Role::Expiry, "2027-01"),
        ("PROD 03.02.26", Role::Produced, "2026-02-03"),
    ] {
        let found = fields(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(
            (found[0].role, found[0].value.as_str()),
            (Some(role), date),
            "{text}"
        );
    }
    let both = fields("PROD 03.02.26 EXP 03.02.27");
    let roles: Vec<_> = both.iter().map(|field| field.role).collect();
    assert_eq!(roles, [Some(Role::Produced), Some(Role::Expiry)]);
    assert_eq!(fields("03.02.2026")[0].role, None);
}

#[test]
fn the_month_comes_first_where_it_does() {
    let american = Settings {
        date_order: Order::MonthFirst,
        ..Settings::default()
    };
    let fields = Fields::new(american);
    assert_eq!(fields.of("12/01/2027")[0].value, "2027-12-01");
    assert_eq!(fields.of("25/01/2027")[0].value, "2027-01-25");
}

#[test]
fn lots_and_article_numbers_are_known() {
    for (text, lot) in [
        ("LOT M2206-A", "M2206-A"),
        ("Lot: 4711", "4711"),
        ("Lot No. AB12/3", "AB12/3"),
        ("BATCH 7x9", "7X9"),
        ("Charge: 0815.", "0815"),
        ("L2206A 08:15", "2206A"),
    ] {
        assert_eq!(values(Kind::Lot, text), [lot], "{text}");
    }
    for text in ["a lot of honey", "LOT", "Lotion 500", "L 1", "XL200"] {
        assert!(values(Kind::Lot, text).is_empty(), "{text}");
    }
    for (text, gtin) in [
        ("4006381333931", "4006381333931"),
        ("4 006381 333931", "4006381333931"),
        ("0 36000 29145 2", "036000291452"),
        ("96385074", "96385074"),
    ] {
        assert_eq!(values(Kind::Gtin, text), [gtin], "{text}");
    }
    for text in [
        "4006381333932",
        "X4006381333931",
        "00000000",
        "40063813339312",
    ] {
        assert!(values(Kind::Gtin, text).is_empty(), "{text}");
    }
}

#[test]
fn amounts_come_in_grams_millilitres_and_with_their_currency() {
    for (text, weight) in [
        ("Net weight 180 g", "180"),
        ("1,5 kg", "1500"),
        ("500g e", "500"),
        ("2 x 125 g", "250"),
        ("NET WT 8 OZ", "226.796"),
        ("0.5 mg", "0.001"),
    ] {
        assert_eq!(values(Kind::Weight, text), [weight], "{text}");
    }
    assert_eq!(values(Kind::Volume, "330 ml"), ["330"]);
    assert_eq!(values(Kind::Volume, "0,75 l"), ["750"]);
    assert_eq!(values(Kind::Volume, "12 FL OZ"), ["354.882"]);
    for (text, price) in [
        ("3,49 €", "EUR 3.49"),
        ("€ 12", "EUR 12.00"),
        ("$4.99", "USD 4.99"),
        ("CHF 2.50", "CHF 2.50"),
        ("1.99 EUR", "EUR 1.99"),
    ] {
        assert_eq!(values(Kind::Price, text), [price], "{text}");
    }
    for text in ["5 grams of", "12 lines", "A4 lamp", "7 lbx"] {
        assert!(of(text).is_empty(), "{text}: {:?}", of(text));
    }
}

#[test]
fn addresses_and_phone_numbers_are_known() {
    for (text, url) in [
        (
            "www.Example.org/Recipes.",
            "https://www.example.org/Recipes",
        ),
        ("HTTP://example.com", "http://example.com"),
        ("visit alderbrook.co.uk today", "https://alderbrook.co.uk"),
    ] {
        assert_eq!(values(Kind::Url, text), [url], "{text}");
    }
    assert_eq!(
        values(Kind::Email, "Hello@Example.org"),
        ["hello@example.org"]
    );
    assert!(values(Kind::Url, "Hello@Example.org").is_empty());
    for (text, phone) in [
        ("+49 (0)30 123456-0", "+49301234560"),
        ("Tel. 0800 123 456", "0800123456"),
        ("Hotline: (030) 1234567", "0301234567"),
    ] {
        assert_eq!(values(Kind::Phone, text), [phone], "{text}");
    }
    for text in ["0800 123 456", "12.01.2027", "e.g. in"] {
        assert!(values(Kind::Phone, text).is_empty(), "{text}");
        assert!(values(Kind::Url, text).is_empty(), "{text}");
    }
}

#[test]
fn a_label_gives_its_fields_from_left_to_right() {
    let label = "NORDHAVN\nSmoked mackerel\nNet weight 180 g\nBEST BEFORE 14 FEB 2027\nLOT M2206-A";
    let expected = [
        (Kind::Weight, "180".to_owned()),
        (Kind::Date, "2027-02-14".to_owned()),
        (Kind::Lot, "M2206-A".to_owned()),
    ];
    assert_eq!(of(label), expected);
    let off = Settings {
        enabled: false,
        ..Settings::default()
    };
    assert_eq!(Fields::new(off).of(label), []);
}

#[test]
fn dates_need_no_separators() {
    for (text, date) in [
        ("AUG292020", "2020-08-29"),
        ("29AUG2020", "2020-08-29"),
        ("AUG 29 2020", "2020-08-29"),
        ("2020AUG29", "2020-08-29"),
        ("2027-MAR-08", "2027-03-08"),
        ("EXP AUG2920", "2020-08-29"),
        ("EXP27.03.2011", "2011-03-27"),
        ("BB14/06/27", "2027-06-14"),
    ] {
        assert_eq!(values(Kind::Date, text), [date], "{text}");
    }
    for text in [
        "AUG2920",
        "AUG392020",
        "XAUG292020",
        "AUG2920201",
        "DEC002027",
    ] {
        assert!(values(Kind::Date, text).is_empty(), "{text}");
    }
}

#[test]
fn the_year_comes_first_where_it_does() {
    let fields = Fields::new(Settings {
        date_order: Order::YearFirst,
        ..Settings::default()
    });
    for (text, date) in [
        ("EXP 27.03.11", "2027-03-11"),
        ("27/03/11", "2027-03-11"),
        ("EXP 270311", "2027-03-11"),
        ("2027.03.11", "2027-03-11"),
        ("11.03.2027", "2027-03-11"),
    ] {
        let found = fields.of(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].value, date, "{text}");
    }
    for text in ["27.13.11", "27.02.30", "EXP 271311"] {
        assert_eq!(fields.of(text), [], "{text}");
    }
}

/// A figure that was misread must not make another day of a date.
#[test]
fn an_impossible_date_is_not_turned_round_where_nobody_prints_it_so() {
    for text in ["12.25.2027", "BBE 122527", "EXP 12252027"] {
        assert!(values(Kind::Date, text).is_empty(), "{text}");
    }
    assert_eq!(values(Kind::Date, "12/25/2027"), ["2027-12-25"]);
}

#[test]
fn a_date_may_touch_letters_of_another_script() {
    for text in ["2026.03.09까지", "제조2026.03.09", "до12.01.2027"] {
        assert_eq!(values(Kind::Date, text).len(), 1, "{text}");
    }
    for text in ["2026.03.09X", "x12.01.2027", "ñ12.01.2027"] {
        assert!(values(Kind::Date, text).is_empty(), "{text}");
    }
}

#[test]
fn an_article_number_stands_alone_or_is_announced() {
    for text in [
        "5 901234 123457",
        "Linen napkins\n5901234123457\nArt. 4471-09",
        "5901234 123457 >",
        "EAN 5901234123457",
        "Art. 4471 EAN-13: 5901234123457 Napkins",
        "Barcode 590 1234 12345 7",
        "UPC: 036000291452 L2",
        "978 3 16 148410 0",
    ] {
        assert_eq!(values(Kind::Gtin, text).len(), 1, "{text}");
    }
    for text in [
        "XQXI 5901234123457",
        "5901234123457 71X",
        "12.50 4006381333931",
        "590 1234 12345 7",
        "5 9 0 1 2 3 4 1 2 3 4 5 7",
        "EAN 5901234123458",
        "EAN 5901234123457X",
    ] {
        assert!(values(Kind::Gtin, text).is_empty(), "{text}");
    }
}

#[test]
fn element_strings_say_what_they_hold() {
    let fields = |text| Fields::new(Settings::default()).of(text);
    let found = fields("Box 4\n(01)05901234123457(17)270614(10)L4471");
    let found: Vec<_> = found
        .iter()
        .map(|field| (field.kind, field.role, field.value.as_str()))
        .collect();
    let expected = [
        (Kind::Gtin, None, "05901234123457"),
        (Kind::Date, Some(Role::Expiry), "2027-06-14"),
        (Kind::Lot, None, "L4471"),
    ];
    assert_eq!(found, expected);
    for (text, role, date) in [
        ("(15)270600", Role::BestBefore, "2027-06"),
        ("(11) 260302 (10) A1", Role::Produced, "2026-03-02"),
    ] {
        let first = &fields(text)[0];
        assert_eq!(
            (first.role, first.value.as_str()),
            (Some(role), date),
            "{text}"
        );
    }
    for text in [
        "(01)05901234123456",
        "(17)271314",
        "(10)K4471",
        "(10) pieces (37)4",
        "(21)A7",
    ] {
        assert!(
            fields(text)
                .iter()
                .all(|field| !matches!(field.kind, Kind::Gtin | Kind::Date | Kind::Lot)),
            "{text}: {:?}",
            fields(text)
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = of(&text);
    }

    #[test]
    fn texts_like_labels_give_fields_that_stand_in_them(text in "([0-9]{1,4}|[-./: \n]|JAN|LOT|EXP|L|g|€|\\+|www\\.|mär|é){0,20}") {
        let fields = Fields::new(Settings::default()).of(&text);
        prop_assert!(fields.len() <= MOST_FIELDS);
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for field in fields {
            prop_assert!(flat.contains(&field.text), "{field:?} of {text:?}");
        }
    }

    #[test]
    fn every_day_is_known_again(year in 2000i16..2100, month in 1i8..=12, day in 1i8..=28) {
        let iso = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(values(Kind::Date, &iso), [iso.clone()]);
        prop_assert_eq!(values(Kind::Date, &format!("{day}.{month}.{year}")), [iso]);
    }
}

#[test]
fn each_kind_has_the_word_that_events_have() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
    }
}
