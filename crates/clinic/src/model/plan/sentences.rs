//! A plan in words.

use std::collections::BTreeSet;

use super::super::Clinic;
use super::super::service::Service;
use super::things::{Change, Thing};
use super::{Party, Plan, Row};

/// The columns of [`Plan::table`], in Japanese.
pub const COLUMNS_JA: [&str; 6] = ["", "呼ぶ側", "応える側", "サービス", "時間", "理由"];
/// The columns of [`Plan::table`], in English.
pub const COLUMNS_EN: [&str; 6] = ["", "from", "to", "service", "hours", "why"];

impl Plan {
    /// A sentence for each change, in Japanese.
    #[must_use]
    pub fn ja(&self, old: &Clinic, new: &Clinic) -> Vec<String> {
        let rows = |rows: &[Row], clinic: &Clinic, verb: &str| -> Vec<String> {
            rows.iter()
                .map(|row| {
                    let (from, to) = (who(&row.from, clinic, &JA), who(&row.to, clinic, &JA));
                    let hours = if row.hours.is_empty() { String::new() } else { format!("、{}", hours_ja(row)) };
                    let why = row.why.join("。");
                    format!(
                        "{from} から {to} への {}{hours} が{verb}(理由: {why})。",
                        services(row, Service::ja, JA.comma)
                    )
                })
                .collect()
        };
        let mut sentences = rows(&self.opens, new, "通るようになります");
        sentences.extend(rows(&self.closes, old, "通らなくなります"));
        sentences.extend(self.things.iter().map(thing_ja));
        sentences
    }

    /// A sentence for each change, in English.
    #[must_use]
    pub fn en(&self, old: &Clinic, new: &Clinic) -> Vec<String> {
        let rows = |rows: &[Row], clinic: &Clinic, verb: &str| -> Vec<String> {
            rows.iter()
                .map(|row| {
                    let (from, to) = (who(&row.from, clinic, &EN), who(&row.to, clinic, &EN));
                    let hours = if row.hours.is_empty() { String::new() } else { format!(", {}", hours_en(row)) };
                    let why = row.why.join("; ");
                    format!("{verb}: {from} to {to} by {}{hours} (why: {why}).", services(row, Service::en, EN.comma))
                })
                .collect()
        };
        let mut sentences = rows(&self.opens, new, "Opens");
        sentences.extend(rows(&self.closes, old, "Closes"));
        sentences.extend(self.things.iter().map(thing_en));
        sentences
    }

    /// The conversations as a table: `+` or `-`, then the columns of [`COLUMNS_JA`].
    #[must_use]
    pub fn table(&self, old: &Clinic, new: &Clinic) -> Vec<[String; 6]> {
        let row = |sign: &str, row: &Row, clinic: &Clinic| {
            let (from, to) = (who(&row.from, clinic, &JA), who(&row.to, clinic, &JA));
            [sign.to_owned(), from, to, services(row, Service::ja, JA.comma), hours_ja(row), row.why.join("。")]
        };
        let opens = self.opens.iter().map(|each| row("+", each, new));
        opens.chain(self.closes.iter().map(|each| row("-", each, old))).collect()
    }
}

/// Parties in Japanese and in English, by zone or group where they can be.
#[must_use]
pub fn names(parties: &BTreeSet<Party>, clinic: &Clinic) -> (String, String) {
    (who(parties, clinic, &JA), who(parties, clinic, &EN))
}

/// How parties are joined and named in a language.
struct Words {
    comma: &'static str,
    all_of: fn(&str) -> String,
    rest_of: fn(&str) -> String,
    internet: &'static str,
}

const JA: Words = Words {
    comma: "・",
    all_of: |zone| format!("{zone}のすべての機器"),
    rest_of: |zone| format!("{zone}の台帳にない機器"),
    internet: "インターネット",
};

const EN: Words = Words {
    comma: ", ",
    all_of: |zone| format!("every device in {zone}"),
    rest_of: |zone| format!("devices in {zone} that are not listed"),
    internet: "the Internet",
};

/// Names of all parties, where they can be by zone or group.
fn who(parties: &BTreeSet<Party>, clinic: &Clinic, words: &Words) -> String {
    let mut left = parties.clone();
    let mut names = Vec::new();
    for zone in clinic.zones.iter().filter(|zone| parties.contains(&Party::RestOf(zone.id.clone()))) {
        // The gateway is in a zone, but a flow within its zone does not name it.
        let listed: Vec<Party> = clinic.devices_in(&zone.id).map(|device| Party::Device(device.id.clone())).collect();
        let is_gateway = |party: &Party| clinic.gateway.device.clone().map(Party::Device).as_ref() == Some(party);
        left.remove(&Party::RestOf(zone.id.clone()));
        if listed.iter().all(|party| parties.contains(party) || is_gateway(party)) {
            listed.iter().for_each(|party| drop(left.take(party)));
            names.push((words.all_of)(&zone.name));
        } else {
            names.push((words.rest_of)(&zone.name));
        }
    }
    for group in clinic.groups.iter().filter(|group| group.members.len() > 1) {
        let members: Vec<Party> = group.members.iter().cloned().map(Party::Device).collect();
        if members.iter().all(|party| left.contains(party)) {
            members.iter().for_each(|party| drop(left.take(party)));
            names.push(group.name.clone());
        }
    }
    for party in left {
        names.push(match &party {
            Party::Device(id) => clinic.device(id).map_or_else(|| id.to_string(), |device| device.name.clone()),
            Party::RestOf(id) => (words.rest_of)(id.as_str()),
            Party::Outside(id) => clinic.outside_place(id).map_or_else(|| id.to_string(), |place| place.name.clone()),
            Party::Vendor(id) => clinic.vendor(id).map_or_else(|| id.to_string(), |vendor| vendor.name.clone()),
            Party::Internet => words.internet.to_owned(),
        });
    }
    names.join(words.comma)
}

fn services(row: &Row, name: fn(&Service) -> &str, comma: &str) -> String {
    let with_ports = |service: &Service| {
        let ports: Vec<String> = service.ports.iter().map(ToString::to_string).collect();
        format!("{} [{}]", name(service), ports.join(" "))
    };
    row.services.iter().map(with_ports).collect::<Vec<_>>().join(comma)
}

fn hours_ja(row: &Row) -> String {
    row.hours.iter().map(|hours| hours.ja()).collect::<Vec<_>>().join("・")
}

fn hours_en(row: &Row) -> String {
    row.hours.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn thing_ja(thing: &Thing) -> String {
    let what = format!("{}「{}」({})", thing.kind.ja(), thing.name, thing.id);
    match &thing.change {
        Change::Added => format!("{what} が加わります。"),
        Change::Removed => format!("{what} がなくなります。"),
        Change::Changed(fields) => format!("{what} が変わります{}。", fields_in(fields, "なし", ": ")),
    }
}

fn thing_en(thing: &Thing) -> String {
    let what = format!("{} \"{}\" ({})", thing.kind.en(), thing.name, thing.id);
    match &thing.change {
        Change::Added => format!("New: {what}."),
        Change::Removed => format!("Gone: {what}."),
        Change::Changed(fields) => format!("Changed: {what}{}.", fields_in(fields, "none", ", ")),
    }
}

fn fields_in(fields: &[super::Field], none: &str, before: &str) -> String {
    let value = |text: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    let fields: Vec<String> =
        fields.iter().map(|field| format!("{} {} → {}", field.key, value(&field.old), value(&field.new))).collect();
    if fields.is_empty() { String::new() } else { format!("{before}{}", fields.join("; ")) }
}
