//! What a patient refuses, read from a Consent (consent.html): every `deny` in it, with whom it names.
//!
//! Read on the safe side. A provision that is limited to some data, some purpose or some action closes the whole chart
//! to whom it names, because this program cannot yet cut finer; a permit inside a refusal spares whom it names. An
//! actor outside this clinic (an organisation, a device) is somebody whom this program shows nothing anyway.

use access::{Against, Duty};
use fhir::json::Json;
use store::{ACCOUNT_SYSTEM, Refusal};

/// The system of codes that name a duty, in `provision.actor.role` or as the identifier of `provision.actor.reference`.
pub const DUTY_SYSTEM: &str = "urn:komainu:duty";
/// Provisions within provisions that are looked at; the standard knows two levels, JSON allows 64.
const DEPTH_MAX: usize = 8;

/// The refusals in a Consent; none when it is not in force.
pub(crate) fn refusals(consent: &Json) -> Vec<Refusal> {
    let mut found = Vec::new();
    if text(consent, "status") == Some("active")
        && let Some(provision) = consent.get("provision")
    {
        visit(provision, (None, None), 0, &mut found);
    }
    found
}

fn visit(provision: &Json, outer: (Option<i64>, Option<i64>), depth: usize, found: &mut Vec<Refusal>) {
    let period = provision.get("period");
    let time = |name: &str| instant(text(period?, name)?, name == "end");
    // Within the outer provision's time, as far as each says one.
    let span = (time("start").or(outer.0), time("end").or(outer.1));
    let inner = provision.get("provision").map_or(&[][..], Json::items);
    if text(provision, "type") == Some("deny") {
        let spared = inner.iter().filter(|one| text(one, "type") == Some("permit")).flat_map(|one| named(one).1);
        let spared: Vec<String> = spared.filter_map(account).collect();
        let (actors, whom) = named(provision);
        let mut refuse = |against| {
            found.push(Refusal { against, spared: spared.clone(), from: span.0, until: span.1 });
        };
        if actors == 0 {
            refuse(Against::Everyone);
        } else {
            whom.into_iter().for_each(&mut refuse);
        }
    }
    if depth < DEPTH_MAX {
        inner.iter().for_each(|one| visit(one, span, depth + 1, found));
    }
}

/// How many actors a provision names, and those of them that are of this clinic.
fn named(provision: &Json) -> (usize, Vec<Against>) {
    let actors = provision.get("actor").map_or(&[][..], Json::items);
    (actors.len(), actors.iter().filter_map(against).collect())
}

fn against(actor: &Json) -> Option<Against> {
    let reference = actor.get("reference");
    let codings = actor.get("role").and_then(|role| role.get("coding")).map_or(&[][..], Json::items);
    let identifier = reference.and_then(|reference| reference.get("identifier"));
    let duty = codings
        .iter()
        .filter(|coding| text(coding, "system") == Some(DUTY_SYSTEM))
        .filter_map(|coding| text(coding, "code"))
        .chain(identifier.filter(|id| text(id, "system") == Some(DUTY_SYSTEM)).and_then(|id| text(id, "value")))
        .find_map(|code| code.parse::<Duty>().ok());
    let by_identifier = identifier
        .filter(|identifier| text(identifier, "system") == Some(ACCOUNT_SYSTEM))
        .and_then(|identifier| text(identifier, "value"));
    let by_reference = reference
        .and_then(|reference| text(reference, "reference"))
        .and_then(|reference| reference.strip_prefix("Practitioner/"));
    match by_identifier.or(by_reference) {
        Some(id) => Some(Against::Account(id.to_owned())),
        None => duty.map(Against::Duty),
    }
}

fn account(against: Against) -> Option<String> {
    match against {
        Against::Account(id) => Some(id),
        _ => None,
    }
}

fn text<'j>(json: &'j Json, name: &str) -> Option<&'j str> {
    json.get(name)?.as_str()
}

/// An instant, or the ends of a day in Japan. What does not read bounds nothing.
fn instant(written: &str, is_end: bool) -> Option<i64> {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    if let Ok(instant) = written.parse::<jiff::Timestamp>() {
        return Some(instant.as_millisecond());
    }
    let day: jiff::civil::Date = written.parse().ok()?;
    // Without a table of time zones, which a small computer may lack: Japan has had one offset since 1951.
    let begun = jiff::tz::offset(9).to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_millisecond();
    Some(if is_end { begun + DAY_MS } else { begun })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(provision: &str) -> Vec<Refusal> {
        let text = format!(r#"{{"resourceType":"Consent","status":"active","provision":{provision}}}"#);
        refusals(&Json::parse(text.as_bytes()).unwrap())
    }

    fn whom(provision: &str) -> Vec<String> {
        read(provision).iter().map(|refusal| refusal.against.to_text()).collect()
    }

    #[test]
    fn a_refusal_names_a_person_a_duty_or_nobody() {
        let sato = r#"{"role":{"text":"x"},"reference":{"reference":"Practitioner/sato"}}"#;
        let suzuki = r#"{"reference":{"identifier":{"system":"urn:komainu:account","value":"suzuki"}}}"#;
        let nurses =
            r#"{"role":{"coding":[{"system":"urn:komainu:duty","code":"nurse"}]},"reference":{"display":"看護師"}}"#;
        let other = r#"{"reference":{"reference":"Organization/elsewhere"}}"#;
        let deny = |actors: &str| format!(r#"{{"type":"deny","actor":[{actors}]}}"#);
        assert_eq!(whom(&deny(sato)), ["account:sato"]);
        assert_eq!(whom(&deny(&format!("{suzuki},{nurses}"))), ["account:suzuki", "duty:nurse"]);
        assert_eq!(whom(&deny("")), [""], "nobody named: everyone");
        assert_eq!(whom(&deny(other)), [] as [&str; 0], "nobody of ours");
    }

    #[test]
    fn a_refusal_within_a_permit_counts_and_a_permit_within_spares() {
        let refused = r#"{"type":"permit","provision":[{"type":"deny","actor":[{"reference":{"reference":"Practitioner/sato"}}]}]}"#;
        assert_eq!(whom(refused), ["account:sato"]);
        let spared = r#"{"type":"deny","provision":[{"type":"permit","actor":[{"reference":{"reference":"Practitioner/kato"}}]}]}"#;
        assert_eq!(read(spared)[0].spared, ["kato"]);
    }

    #[test]
    fn only_what_is_in_force_refuses_and_only_in_its_time() {
        for status in ["draft", "proposed", "rejected", "inactive", "entered-in-error"] {
            let text = format!(r#"{{"status":"{status}","provision":{{"type":"deny"}}}}"#);
            assert!(refusals(&Json::parse(text.as_bytes()).unwrap()).is_empty(), "{status}");
        }
        let day = read(r#"{"type":"deny","period":{"start":"2026-04-01","end":"2026-04-01"}}"#);
        let begun = "2026-04-01T00:00:00+09:00".parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert_eq!((day[0].from, day[0].until), (Some(begun), Some(begun + 86_400_000)));
    }
}
