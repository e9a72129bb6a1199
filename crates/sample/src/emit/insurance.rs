//! Insurance cards: by age and household, with 公費 for some. Numbers have the shape and the check digit of real ones;
//! the insurers are made up.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, concept, object, reference, reference_to};
use crate::dice::{Dice, Purpose};

/// An insurer: logical id, number without its check digit, name, the number's width on the card.
pub(crate) struct Insurer {
    pub(crate) id: &'static str,
    stem: &'static str,
    pub(crate) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// 社保: of employees.
    Employees,
    /// 国保: of the town.
    Town,
    /// 後期高齢者医療: from 75.
    Elderly,
    /// 公費
    Public,
}

const fn insurer(id: &'static str, stem: &'static str, name: &'static str, kind: Kind) -> Insurer {
    Insurer { id, stem, name, kind }
}

pub(crate) const INSURERS: &[Insurer] = &[
    insurer("hoken-kyokai", "0113990", "見本協会けんぽ東京支部", Kind::Employees),
    insurer("hoken-komainu", "0613991", "こまいぬ健康保険組合", Kind::Employees),
    insurer("hoken-kotori", "0613992", "ことり電機健康保険組合", Kind::Employees),
    insurer("hoken-kyosai", "3413993", "見本教職員共済組合", Kind::Employees),
    insurer("hoken-musashino", "13990", "見本武蔵野市国民健康保険", Kind::Town),
    insurer("hoken-mitaka", "13991", "見本三鷹市国民健康保険", Kind::Town),
    insurer("hoken-koki", "3913990", "見本東京都後期高齢者医療広域連合", Kind::Elderly),
    insurer("kohi-seiho", "1213990", "見本武蔵野市福祉事務所(生活保護)", Kind::Public),
    insurer("kohi-seishin", "2113990", "見本東京都(自立支援医療・精神通院)", Kind::Public),
    insurer("kohi-nanbyo", "5413990", "見本東京都(指定難病)", Kind::Public),
    insurer("kohi-kodomo", "8813990", "見本武蔵野市(子ども医療費助成)", Kind::Public),
];

const KOKI: usize = 6;
const SEIHO: usize = 7;
const SEISHIN: usize = 8;
const NANBYO: usize = 9;
const KODOMO: usize = 10;

impl Insurer {
    /// The number with its check digit: 8 digits, 6 for 国保.
    pub(crate) fn number(&self) -> String {
        // Doubling every other digit from the right, tens and units added (保険者番号等の検証番号).
        let sum: u32 = self
            .stem
            .chars()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let times = digit.to_digit(10).unwrap_or(0) * if place % 2 == 0 { 2 } else { 1 };
                times / 10 + times % 10
            })
            .sum();
        format!("{}{}", self.stem, (10 - sum % 10) % 10)
    }

    fn type_coding(&self) -> (&'static str, &'static str) {
        match self.kind {
            Kind::Employees => ("1", "医保"),
            Kind::Town => ("2", "国保"),
            Kind::Elderly => ("7", "後期高齢者"),
            Kind::Public => ("8", "公費"),
        }
    }
}

/// What is on a card.
struct Card {
    insurer: &'static Insurer,
    /// Empty for 後期高齢 and 公費.
    symbol: String,
    number: String,
    branch: Option<u32>,
    insured: bool,
    order: u32,
}

pub(crate) fn coverages(pages: &mut Pages<'_>, seed: u64) {
    for card in cards(pages, seed) {
        let id = pages.id('h');
        pages.push(coverage(pages, &id, &card));
    }
}

fn cards(pages: &Pages<'_>, seed: u64) -> Vec<Card> {
    let person = &pages.chart.person;
    // The family has one card number, so it is thrown from the head's dice.
    let mut family = Dice::new(seed, Purpose::Insurance, person.head);
    let kind = family.below(100);
    let symbol = family.between(10, 9999);
    let number = family.between(1, 999_999);
    let mut own = Dice::new(seed, Purpose::OwnInsurance, person.index);
    if kind < 2 {
        return vec![public(SEIHO, &mut own, 1)];
    }
    let mut cards = vec![if person.age >= 75 {
        let number = wide(&format!("{:08}", own.between(1, 99_999_999)));
        Card { insurer: &INSURERS[KOKI], symbol: String::new(), number, branch: None, insured: true, order: 1 }
    } else {
        let town = kind >= 62 || person.age >= 66;
        let place = if town { 4 + usize::from(person.home.town.city == "三鷹市") } else { (kind % 4) as usize };
        Card {
            insurer: &INSURERS[place],
            symbol: wide(&symbol.to_string()),
            number: wide(&number.to_string()),
            branch: Some(person.place_in_household),
            insured: town || person.place_in_household == 0,
            order: 1,
        }
    }];
    match own.below(100) {
        _ if person.age < 18 => cards.push(public(KODOMO, &mut own, 2)),
        0 => cards.push(public(NANBYO, &mut own, 2)),
        1 | 2 if person.age < 70 => cards.push(public(SEISHIN, &mut own, 2)),
        _ => {}
    }
    cards
}

fn public(place: usize, own: &mut Dice, order: u32) -> Card {
    let number = format!("{:07}", own.between(1, 9_999_999));
    Card { insurer: &INSURERS[place], symbol: String::new(), number, branch: None, insured: true, order }
}

fn coverage(pages: &Pages<'_>, id: &str, card: &Card) -> Draft {
    let extension = |name: &str, value: String| {
        object! { "url": format!("http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_{name}"), "valueString": value }
    };
    let branch = card.branch.map(|branch| format!("{branch:02}"));
    let mut extensions = Vec::new();
    if !card.symbol.is_empty() {
        extensions.push(extension("InsuredPersonSymbol", card.symbol.clone()));
    }
    extensions.push(extension("InsuredPersonNumber", card.number.clone()));
    if let Some(branch) = &branch {
        extensions.push(extension("InsuredPersonSubNumber", branch.clone()));
    }
    let (kind, word) = card.insurer.type_coding();
    let member =
        format!("{:0>8}:{}:{}:{}", card.insurer.number(), card.symbol, card.number, branch.as_deref().unwrap_or(""));
    let relation = if card.insured { ("1", "被保険者") } else { ("2", "被扶養者") };
    // Cards are renewed on 1 August or 1 April; which year does not matter here.
    let since = pages.calendar.text(if card.insurer.kind == Kind::Public { 1500 } else { 400 });
    let head = crate::people::patient_id(pages.chart.person.head);
    Draft::new("Coverage", id, Some("JP_Coverage"))
        .with("extension", extensions)
        .with(
            "identifier",
            array![object! {
                "system": "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID",
                "value": member,
            }],
        )
        .with("status", if pages.chart.died.is_some() { "cancelled" } else { "active" })
        .with("type", concept("urn:oid:1.2.392.100495.20.2.61", kind, word))
        .maybe("subscriber", (!card.insured).then(|| reference("Patient", &head)))
        .with("subscriberId", format!("{}:{}", card.symbol, card.number))
        .with("beneficiary", pages.subject())
        .maybe("dependent", branch)
        .with(
            "relationship",
            concept("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory", relation.0, relation.1),
        )
        .with("period", object! { "start": since })
        .with("payor", array![reference_to("Organization", card.insurer.id, card.insurer.name)])
        .with("order", Json::from(i64::from(card.order)))
}

/// Digits as they stand on the card: full width.
fn wide(digits: &str) -> String {
    digits.chars().filter_map(|digit| char::from_u32(u32::from(digit) - 0x30 + 0xff10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_the_published_one() {
        // 協会けんぽ東京支部, as printed on every card of theirs.
        assert_eq!(insurer("", "0113001", "", Kind::Employees).number(), "01130012");
    }

    #[test]
    fn digits_on_a_card_are_wide() {
        assert_eq!(wide("1870"), "１８７０");
    }
}
