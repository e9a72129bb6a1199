use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_800_000_000_000;

fn seal(patient: i64) -> Guard {
    Guard { patient, against: Against::Everyone, spared: Vec::new(), is_known: true, from: None, until: None }
}

fn nurse() -> Actor {
    Actor::person("suzuki", "鈴木", &[Duty::Nurse])
}

fn opened(openings: &[i64], visits: &[i64]) -> Ways {
    Ways { openings: openings.to_vec(), visits: visits.to_vec() }
}

fn is_closed(actor: &Actor, guard: Guard, ways: &Ways) -> bool {
    let patient = guard.patient;
    Cut::decide(actor, &[guard], ways, NOW).closes(patient)
}

#[test]
fn a_seal_closes_a_chart_to_every_duty() {
    for (duty, ..) in Duty::ALL {
        assert!(is_closed(&Actor::person("x", "x", &[duty]), seal(7), &Ways::default()), "{duty:?}");
    }
    assert!(!is_closed(&Actor::system("backup"), seal(7), &Ways::default()));
}

#[test]
fn a_visit_opens_a_seal_and_no_refusal_by_name() {
    let visit = opened(&[], &[7]);
    assert!(!is_closed(&nurse(), seal(7), &visit));
    assert!(is_closed(&nurse(), seal(8), &visit), "another patient's");
    for against in [Against::Account("suzuki".into()), Against::Duty(Duty::Nurse)] {
        assert!(is_closed(&nurse(), Guard { against: against.clone(), ..seal(7) }, &visit), "{against:?}");
        assert!(!is_closed(&nurse(), Guard { against, ..seal(7) }, &opened(&[7], &[])), "the glass is broken");
    }
}

#[test]
fn a_refusal_holds_for_whom_it_names() {
    let doctor = Actor::person("sato", "佐藤", &[Duty::Doctor]);
    let both = Actor::person("kato", "加藤", &[Duty::Doctor, Duty::Nurse]);
    let to_nurses = Guard { against: Against::Duty(Duty::Nurse), ..seal(7) };
    assert!(!is_closed(&doctor, to_nurses.clone(), &Ways::default()));
    assert!(is_closed(&both, to_nurses, &Ways::default()), "another duty does not lift it");
    let to_suzuki = Guard { against: Against::Account("suzuki".into()), ..seal(7) };
    assert!(is_closed(&nurse(), to_suzuki.clone(), &Ways::default()));
    assert!(!is_closed(&doctor, to_suzuki, &Ways::default()));
}

#[test]
fn a_program_is_held_by_every_guard_and_has_no_way() {
    let token = Actor { kind: ActorKind::Token, ..nurse() };
    let spared = Guard { spared: vec!["suzuki".into()], ..seal(7) };
    for guard in [seal(7), spared.clone(), Guard { against: Against::Account("other".into()), ..seal(7) }] {
        assert!(is_closed(&token, guard, &opened(&[7], &[7])));
    }
    assert!(!is_closed(&nurse(), spared, &Ways::default()), "the person who is spared");
}

#[test]
fn a_guard_stands_within_its_time() {
    let guard = |from, until| Guard { from, until, ..seal(7) };
    assert!(!is_closed(&nurse(), guard(Some(NOW + 1), None), &Ways::default()));
    assert!(is_closed(&nurse(), guard(Some(NOW), Some(NOW + 1)), &Ways::default()));
    assert!(!is_closed(&nurse(), guard(None, Some(NOW)), &Ways::default()));
}

#[test]
fn of_two_guards_both_have_to_open_and_both_have_to_be_known() {
    let unknown = Guard { is_known: false, against: Against::Account("suzuki".into()), ..seal(7) };
    let guards = [seal(7), unknown];
    let cut = Cut::decide(&nurse(), &guards, &opened(&[], &[7]), NOW);
    assert!(cut.closes(7) && !cut.is_known(7), "the visit opens one of them");
    assert_eq!(cut.only_known().closed(), [] as [i64; 0]);
    let known = Cut::decide(&nurse(), &[seal(7), seal(9)], &Ways::default(), NOW).only_known();
    assert_eq!((known.closed(), known.is_inside_out()), (&[7, 9][..], true));
}

#[test]
fn what_is_not_understood_is_meant_for_everyone() {
    for text in ["duty:king", "person:x", "account", "x"] {
        assert_eq!(Against::parse(text), Against::Everyone, "{text}");
    }
}

proptest! {
    /// More ways never close a chart, more guards never open one.
    #[test]
    fn ways_open_and_guards_close(
        guards in prop::collection::vec((0i64..6, 0usize..4, any::<bool>()), 0..12),
        visits in prop::collection::vec(0i64..6, 0..4),
        openings in prop::collection::vec(0i64..6, 0..4),
        duty in 0usize..9,
    ) {
        let actor = Actor::person("suzuki", "鈴木", &[Duty::ALL[duty].0]);
        let guards: Vec<Guard> = guards.into_iter().map(|(patient, against, is_known)| Guard {
            against: match against {
                0 => Against::Everyone,
                1 => Against::Account("suzuki".into()),
                2 => Against::Account("other".into()),
                _ => Against::Duty(Duty::Nurse),
            },
            is_known,
            ..seal(patient)
        }).collect();
        let (none, some) = (Ways::default(), Ways { visits, openings: openings.clone() });
        let (all, open) = (Cut::decide(&actor, &guards, &none, NOW), Cut::decide(&actor, &guards, &some, NOW));
        prop_assert!(open.closed().iter().all(|patient| all.closes(*patient)));
        prop_assert!(openings.iter().all(|patient| !open.closes(*patient)));
        let fewer = Cut::decide(&actor, guards.get(1..).unwrap_or_default(), &some, NOW);
        prop_assert!(fewer.closed().iter().all(|patient| open.closes(*patient)));
    }

    #[test]
    fn for_whom_it_is_meant_reads_back(id in "[a-z0-9.-]{1,20}", duty in 0usize..9) {
        for against in [Against::Everyone, Against::Account(id.clone()), Against::Duty(Duty::ALL[duty].0)] {
            prop_assert_eq!(Against::parse(&against.to_text()), against);
        }
    }
}
