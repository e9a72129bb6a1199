//! What must hold for any bytes at all. Run on seeds and their mutations by `seeds.rs`, and by the targets in `fuzz/`.

use clinic::wareki;
use fhir::Resource;
use fhir::json::Json;
use fhir::outcome::OperationOutcome;
use fhir::patch::{json_patch, merge_patch};
use fhir::references;
use fhir::search::query::View;
use fhir::search::{Value, extract, patient_of};
use fhir::validate::{Mode, validate};
use fhir::view::view;

/// What is read is written and read again the same; what is refused has a place in the text.
pub(crate) fn json(data: &[u8]) {
    match Json::parse(data) {
        Ok(value) => {
            let text = value.to_vec();
            let again = Json::parse(&text).expect("what was written reads");
            assert_eq!(again, value);
            assert_eq!(again.to_vec(), text);
        }
        Err(error) => assert!(error.line >= 1 && error.column >= 1 && error.column <= data.len() + 1, "{error}"),
    }
}

/// Validation ends, says the same of the same, and is milder when it only warns. A view is a resource and
/// stays what it is when taken again.
pub(crate) fn validate_resource(data: &[u8]) {
    let Ok(resource) = Resource::parse(data) else { return };
    let strict = validate(&resource, Mode::Strict);
    assert_eq!(validate(&resource, Mode::Strict), strict);
    let warned = validate(&resource, Mode::Warn);
    assert_eq!(warned.len(), strict.len());
    assert!(warned.iter().zip(&strict).all(|(warned, strict)| warned.severity <= strict.severity));
    json(&OperationOutcome(strict).to_json().to_vec());
    for how in [View::Summary, View::Text, View::Data, View::Elements(vec!["code".to_owned(), "value[x]".to_owned()])] {
        let part = view(resource.clone(), &how);
        assert_eq!(part.resource_type(), resource.resource_type());
        assert_eq!(view(part.clone(), &how), part);
    }
    let mut changed = resource.clone();
    references::visit_mut(&mut changed, |_, reference| reference.push('x'));
    let (mut before, mut after) = (0, 0);
    references::visit(&resource, |_, _| before += 1);
    references::visit(&changed, |_, reference| after += usize::from(reference.ends_with('x')));
    assert_eq!(before, after);
}

/// The document is what stands before the first line break, the patch what stands after it. Patching ends, gives
/// something that reads, and merging twice is merging once.
pub(crate) fn patch(data: &[u8]) {
    let Some(at) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (Ok(document), Ok(patch)) = (Json::parse(&data[..at]), Json::parse(&data[at..])) else { return };
    if let Ok(patched) = json_patch(&document, &patch) {
        json(&patched.to_vec());
        Json::parse(&patched.to_vec()).expect("a patched document is not too deep to read");
    }
    let merged = merge_patch(&document, &patch);
    assert_eq!(merge_patch(&merged, &patch), merged);
}

/// `Type?name=value&…`: reading ends, says the same of the same, and holds every condition that was sent; and whatever
/// a resource holds, what it is found by can be told.
pub(crate) fn search(data: &[u8]) {
    if let Ok(resource) = Resource::parse(data) {
        assert_eq!(extract(&resource), extract(&resource));
        assert_eq!(patient_of(&resource), patient_of(&resource));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (resource_type, rest) = text.split_once('?').unwrap_or((text, ""));
    let pairs: Vec<(String, String)> = rest
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let read = fhir::search::parse(resource_type, &pairs, 1_795_392_000_000);
    assert_eq!(fhir::search::parse(resource_type, &pairs, 1_795_392_000_000), read);
    if let Ok(query) = read {
        let presentation = ["_sort", "_count", "_total", "_summary", "_elements", "_format", "_pretty", "_cursor"];
        let conditions = pairs.iter().filter(|(name, _)| {
            !presentation.contains(&name.as_str()) && !name.starts_with("_include") && !name.starts_with("_revinclude")
        });
        assert_eq!(query.filters.len(), conditions.count());
        assert!(query.types_touched().contains(&resource_type));
    }
}

/// A date a line, as it was typed, as an element and as a value of a search: what one of them takes, the others
/// understand alike.
pub(crate) fn dates(data: &[u8]) {
    std::str::from_utf8(data).unwrap_or_default().lines().for_each(date);
}

fn date(text: &str) {
    if let Ok(partial) = wareki::parse_partial(text) {
        assert_eq!(wareki::parse_partial(&partial.iso()), Ok(partial), "{text}");
    }
    if let Ok(day) = wareki::parse(text)
        && let Some(japanese) = wareki::Wareki::of(day)
    {
        assert_eq!(wareki::parse(&japanese.to_string()), Ok(day), "{text}");
        assert_eq!(wareki::parse(&japanese.short()), Ok(day), "{text}");
    }
    for (resource_type, fixed, element, parameter) in [
        ("Patient", "", "birthDate", "birthdate"),
        ("Observation", r#""status":"final","code":{"text":"x"},"#, "effectiveDateTime", "date"),
    ] {
        let value = String::from_utf8(Json::String(text.into()).to_vec()).expect("JSON is UTF-8");
        let written = format!(r#"{{"resourceType":"{resource_type}",{fixed}"{element}":{value}}}"#);
        let Ok(resource) = Resource::parse(written.as_bytes()) else { continue };
        if validate(&resource, Mode::Strict).iter().any(fhir::outcome::Issue::is_error) {
            continue;
        }
        let spans: Vec<_> = extract(&resource)
            .into_iter()
            .filter_map(|indexed| match indexed.value {
                Value::Date { low, high } => Some((low, high)),
                _ => None,
            })
            .collect();
        assert!(!spans.is_empty() && spans.iter().all(|(low, high)| low < high), "{text}: {spans:?}");
        for prefix in ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"] {
            let pair = (parameter.to_owned(), format!("{prefix}{text}"));
            let read = fhir::search::parse(resource_type, &[pair], 1_795_392_000_000);
            assert!(read.is_ok(), "{prefix}{text}: {read:?}");
        }
    }
}
