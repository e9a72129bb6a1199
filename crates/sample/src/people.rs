//! Who the patients are: names, households, ages, addresses. Cheap to draw, so that one patient can look at another
//! (the head of the family, a namesake) without anything being kept.

use jiff::civil::Date;

use crate::calendar::{age, near};
use crate::catalog::names::{FOREIGN, GIVENS, SURNAMES};
use crate::catalog::places::{BUILDINGS, TOWNS, Town};
use crate::dice::{Dice, Purpose};

/// Administrative sex, as insurance cards know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sex {
    Male,
    Female,
}

/// What a person is in the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Head,
    /// Head, at an age to have children at home.
    Parent,
    Spouse,
    Child,
    /// A stranger with the same full name as the one before.
    Namesake,
    /// The one before, registered a second time by mistake.
    Duplicate,
}

/// Patients come in fours; a row says how the four live, the number how often in a hundred.
const HOUSEHOLDS: &[(u32, [Role; 4])] = &[
    (42, [Role::Head, Role::Head, Role::Head, Role::Head]),
    (20, [Role::Head, Role::Spouse, Role::Head, Role::Head]),
    (12, [Role::Head, Role::Spouse, Role::Head, Role::Spouse]),
    (10, [Role::Parent, Role::Spouse, Role::Child, Role::Head]),
    (8, [Role::Parent, Role::Spouse, Role::Child, Role::Child]),
    (6, [Role::Head, Role::Head, Role::Head, Role::Namesake]),
    (2, [Role::Head, Role::Head, Role::Head, Role::Duplicate]),
];

/// Of a hundred patients, how many are in each decade of life.
const DECADES: &[(i32, u32)] = &[(0, 3), (1, 6), (2, 9), (3, 11), (4, 13), (5, 15), (6, 14), (7, 17), (8, 10), (9, 2)];

/// A patient as a person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// From 0; the patient number is one more.
    pub(crate) index: u32,
    /// Characters and reading.
    pub(crate) family: (&'static str, &'static str),
    pub(crate) given: (&'static str, &'static str),
    pub(crate) foreign: bool,
    /// Registered twice: this is the second card of the patient before.
    pub(crate) duplicate: bool,
    pub(crate) sex: Sex,
    pub(crate) birth: Date,
    pub(crate) age: i32,
    /// The index of the head of the household; their own for those who live alone.
    pub(crate) head: u32,
    /// 0 for the head, then as the family grew.
    pub(crate) place_in_household: u32,
    pub(crate) home: Home,
    pub(crate) mobile: String,
}

/// An address; the family shares it.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) town: &'static Town,
    /// `西久保1-2-3 コーポひばり201`
    pub(crate) line: String,
    pub(crate) phone: String,
}

impl Person {
    /// The person with that index in the sample of that seed.
    pub(crate) fn draw(seed: u64, index: u32, today: Date) -> Self {
        let place = (index % 4) as usize;
        let (_, roles) = Dice::new(seed, Purpose::Household, index / 4).weighted(HOUSEHOLDS, |row| row.0);
        let mut dice = Dice::new(seed, Purpose::Person, index);
        match roles[place] {
            Role::Head => Self::head(&mut dice, index, today, None),
            Role::Parent => Self::head(&mut dice, index, today, Some(30..=54)),
            Role::Namesake => {
                let other = Self::draw(seed, index - 1, today);
                let own = Self::head(&mut dice, index, today, Some(other.age.max(20)..=other.age.max(20) + 3));
                Self { family: other.family, given: other.given, foreign: other.foreign, sex: other.sex, ..own }
            }
            Role::Duplicate => {
                let first = Self::draw(seed, index - 1, today);
                // The clerk typed the common form of the character, and so did not find the first card.
                let family =
                    SURNAMES.iter().find(|name| name.1 == first.family.1).map_or(first.family, |name| (name.0, name.1));
                Self { index, duplicate: true, family, ..first }
            }
            role => {
                let head_place =
                    (0..place).rev().find(|at| matches!(roles[*at], Role::Head | Role::Parent)).unwrap_or(0);
                let head = Self::draw(seed, index / 4 * 4 + u32::try_from(head_place).unwrap_or(0), today);
                let child = role == Role::Child;
                Self::member(&mut dice, index, today, &head, child)
            }
        }
    }

    fn head(dice: &mut Dice, index: u32, today: Date, ages: Option<std::ops::RangeInclusive<i32>>) -> Self {
        let years = match ages {
            Some(ages) => dice.between(*ages.start(), *ages.end()),
            None => dice.weighted(DECADES, |row| row.1).0 * 10 + dice.between(0, 9),
        };
        let birth = birth(dice, today, years);
        let sex = if dice.percent(46.0) { Sex::Male } else { Sex::Female };
        let surname = dice.weighted(SURNAMES, |name| name.2);
        let mut person = Self {
            index,
            family: (surname.0, surname.1),
            given: given(dice, sex, birth),
            foreign: false,
            duplicate: false,
            sex,
            birth,
            age: age(birth, today),
            head: index,
            place_in_household: 0,
            home: home(dice),
            mobile: mobile(dice),
        };
        if person.age < 75 && dice.percent(1.5) {
            let &(family, given, family_kana, given_kana, female) = dice.pick(FOREIGN);
            person.family = (family, family_kana);
            person.given = (given, given_kana);
            person.sex = if female { Sex::Female } else { Sex::Male };
            person.foreign = true;
        }
        person
    }

    fn member(dice: &mut Dice, index: u32, today: Date, head: &Self, child: bool) -> Self {
        let years =
            if child { (head.age - dice.between(24, 36)).max(2) } else { (head.age + dice.between(-5, 3)).max(20) };
        let birth = birth(dice, today, years);
        let sex = match (child, head.sex) {
            (true, _) => *dice.pick(&[Sex::Male, Sex::Female]),
            (false, Sex::Male) => Sex::Female,
            (false, Sex::Female) => Sex::Male,
        };
        Self {
            index,
            family: head.family,
            given: given(dice, sex, birth),
            // The family of someone from elsewhere writes the surname in Latin letters too.
            foreign: false,
            duplicate: false,
            sex,
            birth,
            age: age(birth, today),
            head: head.index,
            place_in_household: index - head.index,
            home: head.home.clone(),
            mobile: mobile(dice),
        }
    }

    /// The logical id of the Patient, the stem of every id of the chart: `p000042`.
    pub(crate) fn id(&self) -> String {
        patient_id(self.index)
    }

    /// `山田 太郎`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.family.0, self.given.0)
    }

    pub(crate) fn male(&self) -> bool {
        self.sex == Sex::Male
    }
}

/// The logical id of the Patient with that index.
pub(crate) fn patient_id(index: u32) -> String {
    format!("p{:06}", index + 1)
}

fn birth(dice: &mut Dice, today: Date, years: i32) -> Date {
    let month = i8::try_from(dice.between(1, 12)).unwrap_or(1);
    let day = i8::try_from(dice.between(1, 31)).unwrap_or(1);
    let year = i32::from(today.year()) - years;
    let born = near(i16::try_from(year).unwrap_or(2000), month, day);
    // A birthday later this year would make them a year younger than meant, and a newborn unborn.
    if born > today { near(i16::try_from(year - 1).unwrap_or(2000), month, day) } else { born }
}

fn given(dice: &mut Dice, sex: Sex, birth: Date) -> (&'static str, &'static str) {
    let time = match birth.year() {
        ..=1955 => 0,
        1956..=1985 => 1,
        _ => 2,
    };
    let names = match sex {
        Sex::Male => GIVENS.male[time],
        Sex::Female => GIVENS.female[time],
    };
    *dice.pick(names)
}

fn home(dice: &mut Dice) -> Home {
    let town = dice.weighted(TOWNS, |town| town.weight);
    let mut line = format!("{}{}-{}-{}", town.town, dice.between(1, 5), dice.between(1, 28), dice.between(1, 20));
    if dice.percent(50.0) {
        line.push_str(&format!(" {}{}0{}", dice.pick(BUILDINGS), dice.between(1, 6), dice.between(1, 8)));
    }
    // No exchange begins with 0, so that the number is nobody's.
    let phone = format!("0422-0{}-{:04}", dice.between(1, 9), dice.below(10_000));
    Home { town, line, phone }
}

fn mobile(dice: &mut Dice) -> String {
    format!("0{}0-0{:03}-{:04}", dice.pick(&[7, 8, 9]), dice.below(1000), dice.below(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::HashMap;

    fn people(count: u32) -> Vec<Person> {
        (0..count).map(|index| Person::draw(1, index, date(2026, 11, 23))).collect()
    }

    #[test]
    fn families_share_surname_address_and_telephone() {
        let people = people(400);
        let mut spouses = 0;
        for person in people.iter().filter(|person| person.head != person.index) {
            let head = &people[person.head as usize];
            assert_eq!(
                (person.family, &person.home.line, &person.home.phone),
                (head.family, &head.home.line, &head.home.phone)
            );
            spouses += 1;
        }
        assert!(spouses > 60, "{spouses}");
    }

    #[test]
    fn some_strangers_have_one_name() {
        let people = people(1200);
        let mut seen: HashMap<String, &Person> = HashMap::new();
        let strangers = people
            .iter()
            .filter(|person| {
                let other = seen.insert(person.name(), person);
                other.is_some_and(|other| other.home.line != person.home.line && other.birth != person.birth)
            })
            .count();
        assert!(strangers > 15, "{strangers}");
    }

    #[test]
    fn some_are_registered_twice() {
        let people = people(1200);
        let twice: Vec<&Person> = people.iter().filter(|person| person.duplicate).collect();
        assert!(twice.len() > 2, "{}", twice.len());
        for second in twice {
            let first = &people[second.index as usize - 1];
            assert_eq!(
                (first.birth, first.family.1, first.given, &first.mobile),
                (second.birth, second.family.1, second.given, &second.mobile)
            );
        }
    }

    #[test]
    fn the_age_pyramid_is_that_of_a_clinic() {
        let people = people(4000);
        let share =
            |ages: std::ops::Range<i32>| people.iter().filter(|person| ages.contains(&person.age)).count() * 100 / 4000;
        assert!((5..25).contains(&share(0..20)), "{}", share(0..20));
        assert!((25..45).contains(&share(65..120)), "{}", share(65..120));
        assert_eq!(share(120..200), 0);
        assert!(people.iter().all(|person| person.age >= 0));
    }

    #[test]
    fn names_hold_the_traps() {
        let people = people(4000);
        for wanted in ["髙橋", "齋藤", "渡邉", "𠮷田", "林", "NGUYEN"] {
            assert!(people.iter().any(|person| person.family.0 == wanted), "{wanted}");
        }
        assert!(
            people.iter().any(|person| person.family.0.chars().count() == 1 && person.given.0.chars().count() == 1)
        );
    }
}
