//! What is typed into a form is read as if it stood in the file.

use clinic::model::edit::{EditError, Form, PartKind, Typed, put_typed};
use clinic::model::patterns::{PATTERNS, pattern};
use clinic::model::{DeviceId, FlowId, read};
use proptest::prelude::*;

use crate::read::SMALL;

fn text(text: &str) -> Typed {
    Typed::Text(text.to_owned())
}

fn pc(of: Option<&str>, id: &str, name: &str, address: &str) -> Form {
    let fields = vec![
        ("id", text(id)),
        ("name", text(name)),
        ("kind", text("pc")),
        ("zone", text("office")),
        ("mac", Typed::List(vec!["00-A0-DE-00-00-01".to_owned(), String::new()])),
        ("ipv4", text(address)),
        ("depends_on", Typed::List(vec!["server".to_owned()])),
        ("criticality", text("ordinary")),
        ("medical", Typed::Bool(false)),
    ];
    Form { kind: PartKind::Device, of: of.map(str::to_owned), fields }
}

#[test]
fn a_form_that_changes_one_thing_changes_one_value() {
    let commented = SMALL.replace("name = \"受付PC\"", "name = \"受付PC\" # 窓口");
    let was = read(&commented).unwrap();
    let was = was.device(&DeviceId::new("pc1").unwrap()).unwrap();
    let address = was.addresses.v4.map(|address| address.to_string()).unwrap_or_default();
    let edited = put_typed(&commented, &pc(Some("pc1"), "pc1", " 受付 ", &address)).unwrap();
    assert_eq!(edited.text, commented.replace("\"受付PC\"", "\"受付\""));
}

#[test]
fn what_cannot_be_is_told_by_the_key_it_was_typed_at() {
    let keys = |form: &Form| match put_typed(SMALL, form) {
        Err(EditError::After(problems)) => {
            problems.0.iter().map(|problem| problem.key().unwrap_or("-").to_owned()).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(keys(&pc(Some("pc1"), "pc1", "", "hello")), ["name", "ipv4"]);
    assert_eq!(keys(&pc(None, "受付", "受付", "")), ["id"]);
    assert_eq!(keys(&pc(None, "pc1", "受付", "")), ["id"], "an id that is taken");
    let flow = |until: &str, service: &[&str]| Form {
        kind: PartKind::Flow,
        of: None,
        fields: vec![
            ("id", text("f9")),
            ("from", text("pc1")),
            ("to", text("nowhere")),
            ("service", Typed::List(service.iter().map(|id| (*id).to_owned()).collect())),
            ("why", text("試し")),
            ("until", Typed::Bare(until.to_owned())),
        ],
    };
    assert_eq!(keys(&flow("来年", &["https"])), ["to", "until"]);
    assert_eq!(keys(&flow("2026-12-31", &[])), ["service", "to"]);
}

#[test]
fn a_day_is_written_as_a_day_and_nothing_as_nothing() {
    let source = pattern("floors").unwrap().text;
    let form = Form {
        kind: PartKind::Flow,
        of: None,
        fields: vec![
            ("id", text("f9")),
            ("from", text("office-pc")),
            ("to", text("orca")),
            ("service", Typed::List(vec!["https".to_owned()])),
            ("why", text("試し")),
            ("hours", Typed::List(vec![])),
            ("until", Typed::Bare("2026-12-31".to_owned())),
        ],
    };
    let edited = put_typed(source, &form).unwrap();
    assert!(edited.text.contains("why = \"試し\"\nuntil = 2026-12-31\n"), "{}", edited.text);
    assert!(edited.clinic.flow(&FlowId::new("f9").unwrap()).is_some());
}

#[test]
fn an_id_is_for_ever_and_what_is_not_there_is_not_changed() {
    for (of, id) in [("pc1", "pc2"), ("nobody", "nobody"), ("受付", "受付")] {
        let put = put_typed(SMALL, &pc(Some(of), id, "受付", ""));
        assert!(matches!(put, Err(EditError::NoSuchId { .. })), "{of} {id}: {put:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_typed_stays_in_its_value(name in "\\PC{1,40}|[\"'\\\\#\\[\\]=\u{202e}]{1,20}", maker in ".{0,60}") {
        // Nothing typed may end its string and become a key, a table or a comment.
        let source = PATTERNS[0].text;
        let before = read(source).unwrap();
        let fields = vec![
            ("id", text("typed")),
            ("name", text(&name)),
            ("kind", text("pc")),
            ("zone", text(before.zones[0].id.as_str())),
            ("maker", text(&maker)),
            ("medical", Typed::Bool(false)),
        ];
        let device = Form { kind: PartKind::Device, of: None, fields };
        if let Ok(edited) = put_typed(source, &device) {
            let added = edited.clinic.device(&DeviceId::new("typed").unwrap()).unwrap();
            prop_assert_eq!(added.name.as_str(), name.trim());
            prop_assert_eq!(added.maker.as_deref().unwrap_or_default(), maker.trim());
            prop_assert_eq!(edited.clinic.devices.len(), before.devices.len() + 1);
            prop_assert_eq!(&edited.clinic.flows, &before.flows);
        }
    }
}
