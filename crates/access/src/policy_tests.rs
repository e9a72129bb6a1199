use super::*;
use crate::{Read, Scope, Write};

fn reads(actor: &Actor, action: Action, types: &[&str]) -> bool {
    decide::<Read>(actor, action, types).is_ok()
}

fn writes(actor: &Actor, action: Action, types: &[&str]) -> bool {
    decide::<Write>(actor, action, types).is_ok()
}

fn person(duty: Duty) -> Actor {
    Actor::person("someone", "誰か", &[duty])
}

fn token(scope: &str, duties: &[Duty]) -> Actor {
    Actor { kind: ActorKind::Token, scope: Scope::parse(scope).unwrap(), ..Actor::person("token:1", "t", duties) }
}

#[test]
fn every_class_has_one_row_in_the_order_of_the_classes() {
    let rows: Vec<Class> = TABLE.iter().map(|(class, _)| *class).collect();
    let classes: Vec<Class> = CLASSES.iter().map(|(class, ..)| *class).collect();
    assert_eq!(rows, classes);
}

#[test]
fn cells_hold_known_letters_and_make_sense() {
    let known: Vec<char> = Verb::COLUMNS.iter().map(|(letter, _)| *letter).collect();
    for (class, cells) in TABLE {
        for (cell, (duty, ..)) in cells.into_iter().zip(Duty::ALL) {
            assert!(cell.chars().all(|letter| known.contains(&letter)), "{class:?} {duty:?}");
            // Whoever writes can see what they write, and PUT to a new id creates.
            assert!(cell.is_empty() || cell.contains('r'), "{class:?} {duty:?} writes blind");
            assert!(!cell.contains('u') || cell.contains('c'), "{class:?} {duty:?} updates but does not create");
            assert!(!cell.contains('f') || cell.contains('a'), "{class:?} {duty:?} finalises what they cannot amend");
        }
    }
}

#[test]
fn no_duty_no_rights() {
    let nobody = Actor::person("nobody", "誰でもない", &[]);
    for (_, resource_type) in Class::all_types() {
        assert!(!reads(&nobody, Action::Read, &[resource_type]), "{resource_type}");
        assert!(!writes(&nobody, Action::Create, &[resource_type]), "{resource_type}");
    }
    assert!(!reads(&nobody, Action::Search, &["*"]));
    assert!(!reads(&nobody, Action::Search, &[]));
}

#[test]
fn the_auditor_reads_the_trail_only_and_nobody_writes_it() {
    let auditor = person(Duty::Auditor);
    assert_eq!(decide::<Read>(&auditor, Action::Search, &["*"]).unwrap().types(), ["AuditEvent"]);
    for (duty, ..) in Duty::ALL {
        for action in [Action::Create, Action::Update, Action::Delete, Action::Import] {
            assert!(!writes(&person(duty), action, &["AuditEvent"]), "{duty:?} {action:?}");
        }
    }
    assert!(!writes(&token("system/AuditEvent.cruds system/*.cruds", &[]), Action::Create, &["AuditEvent"]));
    assert!(!writes(&Actor::system("job"), Action::Import, &["AuditEvent"]));
    assert!(!reads(&token("system/*.cruds", &[]), Action::Search, &["AuditEvent"]));
    assert!(reads(&token("system/AuditEvent.rs", &[]), Action::Search, &["AuditEvent"]));
}

#[test]
fn administrator_and_vendor_see_no_chart() {
    for actor in [person(Duty::Administrator), person(Duty::Vendor)] {
        for resource_type in
            ["Patient", "Observation", "Composition", "Condition", "Appointment", "Coverage", "Bundle", "Binary"]
        {
            assert!(!reads(&actor, Action::Search, &[resource_type]), "{actor:?} {resource_type}");
        }
    }
}

#[test]
fn only_those_who_answer_for_it_finalise() {
    assert!(writes(&person(Duty::Doctor), Action::Finalise, &["Composition"]));
    for duty in [Duty::Nurse, Duty::Clerk, Duty::Technician, Duty::Pharmacist, Duty::Administrator] {
        assert!(!writes(&person(duty), Action::Finalise, &["Composition"]), "{duty:?}");
    }
    assert!(!writes(&Actor::system("import"), Action::Finalise, &["Composition"]));
    assert!(!writes(&token("system/*.cruds", &[Duty::Doctor]), Action::Finalise, &["Composition"]));
}

#[test]
fn one_type_out_of_reach_refuses_the_whole_question() {
    let clerk = person(Duty::Clerk);
    assert!(reads(&clerk, Action::Search, &["Patient", "Encounter"]));
    // Otherwise `Patient?_has:Observation:…` would tell what the clerk may not see.
    let denied = decide::<Read>(&clerk, Action::Search, &["Patient", "Observation"]).unwrap_err();
    assert_eq!(denied.to_string(), "someone may not search Observation");
    assert!(!reads(&clerk, Action::Search, &["Patient", "Pet"]));
    assert!(!reads(&clerk, Action::Search, &["Patient", "*"]));
}

#[test]
fn a_token_for_a_person_never_exceeds_either() {
    let actor = token("user/Patient.rs user/Observation.rs", &[Duty::Clerk]);
    assert!(reads(&actor, Action::Read, &["Patient"]));
    assert!(!reads(&actor, Action::Read, &["Observation"]), "the clerk may not");
    assert!(!reads(&actor, Action::Read, &["Coverage"]), "the scope leaves it out");
    assert!(!writes(&actor, Action::Update, &["Patient"]), "the scope only reads");
    assert!(!reads(&token("user/*.rs", &[]), Action::Read, &["Patient"]), "no duty, nothing to narrow");
}

#[test]
fn read_and_search_are_two_letters() {
    let reader = token("system/Patient.r", &[]);
    assert!(reads(&reader, Action::Vread, &["Patient"]));
    assert!(!reads(&reader, Action::Search, &["Patient"]));
    assert!(!reads(&reader, Action::History, &["Patient"]));
    assert!(!reads(&reader, Action::Export, &["Patient"]));
    let importer = token("system/*.cu", &[]);
    assert!(writes(&importer, Action::Import, &["Patient"]));
    assert!(!writes(&token("system/*.c", &[]), Action::Import, &["Patient"]));
}

#[test]
fn an_empty_scope_is_nothing() {
    let actor = Actor { scope: Scope::Only(Vec::new()), ..token("system/*.r", &[Duty::Director]) };
    assert!(!reads(&actor, Action::Read, &["Patient"]));
}

#[test]
fn a_permit_is_for_what_the_action_is() {
    let doctor = person(Duty::Doctor);
    assert!(!writes(&doctor, Action::Read, &["Patient"]));
    assert!(!reads(&doctor, Action::Update, &["Patient"]));
    let permit = decide::<Read>(&doctor, Action::Read, &["Patient"]).unwrap();
    assert!(permit.covers("Patient") && !permit.covers("Person") && !permit.covers("*"));
}

#[test]
fn the_policy_is_the_one_that_was_agreed() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/policy.txt");
    let now = table_text();
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::write(golden, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(golden).unwrap();
    assert!(now == agreed, "the rights changed; read `git diff` after running with KOMAINU_BLESS=1");
}
