//! The results side by side.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::load::Figure;

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// One figure of one side.
#[derive(Default)]
pub(crate) struct Asked {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// The status, where the server does not offer this.
    pub(crate) refused: Option<u16>,
    /// Entries in the first answers: the sides must find the same.
    pub(crate) found: usize,
    pub(crate) by_clients: Vec<(usize, Figure)>,
}

/// All of one side.
#[derive(Default)]
pub(crate) struct Side {
    pub(crate) name: &'static str,
    /// To the first answer, with nothing stored and with everything.
    pub(crate) first_start: Duration,
    pub(crate) start: Duration,
    /// Resources per second and milliseconds of processor time for each, with one writer and several.
    pub(crate) ingest_one: (f64, f64),
    pub(crate) ingest_many: (f64, f64),
    /// Bytes resident.
    pub(crate) memory_started: u64,
    pub(crate) memory_ingested: u64,
    pub(crate) memory_peak: u64,
    /// Everything in the data directory after a clean stop.
    pub(crate) bytes_per_resource: f64,
    pub(crate) asked: Vec<Asked>,
}

impl Side {
    pub(crate) fn json(&self) -> Value {
        let asked = self.asked.iter().map(|asked| {
            let by_clients = asked.by_clients.iter().map(|(clients, figure)| (clients.to_string(), figure.json()));
            json!({"name": asked.name, "refused": asked.refused, "found": asked.found,
                "clients": by_clients.collect::<serde_json::Map<_, _>>()})
        });
        json!({
            "name": self.name,
            "first_start_s": self.first_start.as_secs_f64(),
            "start_s": self.start.as_secs_f64(),
            "ingest_one": {"resources_per_second": self.ingest_one.0, "cpu_ms": self.ingest_one.1},
            "ingest_many": {"resources_per_second": self.ingest_many.0, "cpu_ms": self.ingest_many.1},
            "memory_started": self.memory_started,
            "memory_ingested": self.memory_ingested,
            "memory_peak": self.memory_peak,
            "bytes_per_resource": self.bytes_per_resource,
            "asked": asked.collect::<Vec<_>>(),
        })
    }

    fn asked(&self, name: &str) -> Option<&Asked> {
        self.asked.iter().find(|asked| asked.name == name)
    }
}

/// Markdown: what each server costs as a whole, then each figure. The first side is ours.
pub(crate) fn table(sides: &[Side]) -> String {
    let mut text = String::new();
    let names: Vec<&str> = sides.iter().map(|side| side.name).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "| whole | {} | ratio |\n|---|{}--:|", names.join(" | "), "--:|".repeat(sides.len()));
    type Whole = (&'static str, fn(&Side) -> f64, bool);
    let wholes: [Whole; 9] = [
        ("ingest, 1 writer, resources/s", |side| side.ingest_one.0, true),
        ("ingest, 4 writers, resources/s", |side| side.ingest_many.0, true),
        ("ingest, CPU ms per resource", |side| side.ingest_many.1, false),
        ("database, bytes per resource", |side| side.bytes_per_resource, false),
        ("first start to first answer, s", |side| side.first_start.as_secs_f64(), false),
        ("start to first answer, s", |side| side.start.as_secs_f64(), false),
        ("resident after start, MB", |side| side.memory_started as f64 / MEGABYTE, false),
        ("resident after ingest, MB", |side| side.memory_ingested as f64 / MEGABYTE, false),
        ("resident at most while asked, MB", |side| side.memory_peak as f64 / MEGABYTE, false),
    ];
    for (title, value, more_is_better) in wholes {
        let values: Vec<f64> = sides.iter().map(value).collect();
        let cells: Vec<String> = values.iter().map(|value| short(*value)).collect();
        let _ = writeln!(text, "| {title} | {} | {} |", cells.join(" | "), ratio(&values, more_is_better));
    }
    let _ = writeln!(
        text,
        "\n| figure | side | p50 / p99 ms, 1 client | per second, 1 / 8 clients | CPU ms | CPU ratio | found |"
    );
    let _ = writeln!(text, "|---|---|--:|--:|--:|--:|--:|");
    let mut notes = String::from("\n");
    for ours in sides.first().into_iter().flat_map(|side| &side.asked) {
        let both: Vec<(&str, &Asked)> =
            sides.iter().filter_map(|side| Some((side.name, side.asked(ours.name)?))).collect();
        let cpu: Vec<f64> = both.iter().filter_map(|(_, asked)| Some(asked.by_clients.first()?.1.cpu_ms)).collect();
        for (index, (name, asked)) in both.iter().enumerate() {
            let title = if index == 0 { asked.title } else { "" };
            let ratio = if index == 0 { ratio(&cpu, false) } else { String::new() };
            let _ = writeln!(text, "| {title} | {name} | {} |", cells(asked, &ratio));
        }
        if let [(_, ours), (peer, theirs), ..] = both[..]
            && ours.refused.is_none()
            && theirs.refused.is_none()
            && ours.found != theirs.found
        {
            let _ = writeln!(notes, "{}: {peer} found {} where ours found {}", ours.name, theirs.found, ours.found);
        }
    }
    text + notes.trim_end()
}

fn cells(asked: &Asked, ratio: &str) -> String {
    if let Some(status) = asked.refused {
        return format!("not offered ({status}) | | | {ratio} | ");
    }
    let of = |clients| asked.by_clients.iter().find(|(count, _)| *count == clients).map(|(_, figure)| figure);
    let Some(one) = of(1) else { return "| | | |".into() };
    let refused: usize = asked.by_clients.iter().map(|(_, figure)| figure.refused).sum();
    let refused = if refused > 0 { format!(", {refused} refused") } else { String::new() };
    format!(
        "{} / {}{refused} | {} / {} | {} | {ratio} | {}",
        short(one.p50_ms),
        short(one.p99_ms),
        short(one.per_second),
        of(8).map(|figure| short(figure.per_second)).unwrap_or_default(),
        short(one.cpu_ms),
        asked.found
    )
}

/// How many times better the first is than the second.
fn ratio(values: &[f64], more_is_better: bool) -> String {
    match values {
        [ours, theirs, ..] if *ours > 0.0 && *theirs > 0.0 => {
            let ratio = if more_is_better { ours / theirs } else { theirs / ours };
            format!("{}×", short(ratio))
        }
        _ => String::new(),
    }
}

/// About three digits that matter.
pub(crate) fn short(value: f64) -> String {
    match value {
        0.0 => "0".into(),
        value if value < 1.0 => format!("{value:.3}"),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(cpu_ms: f64) -> Figure {
        Figure { requests: 10, refused: 0, per_second: 1234.5, p50_ms: 0.5, p99_ms: 2.25, cpu_ms }
    }

    fn side(name: &'static str, cpu_ms: f64, found: usize) -> Side {
        let by_clients = vec![(1, figure(cpu_ms)), (8, figure(cpu_ms))];
        let asked = vec![Asked { name: "x", title: "X", found, by_clients, ..Asked::default() }];
        Side { name, ingest_one: (1000.0 / cpu_ms, cpu_ms), asked, ..Side::default() }
    }

    #[test]
    fn ratios_say_how_many_times_better_ours_is() {
        let text = table(&[side("ours", 0.1, 3), side("peer", 2.0, 3)]);
        assert!(text.contains("| X | ours | 0.500 / 2.25 | 1234 / 1234 | 0.100 | 20.0× | 3 |"), "{text}");
        assert!(text.contains("| ingest, 1 writer, resources/s | 10000 | 500 | 20.0× |"), "{text}");
        assert!(!text.contains("where ours found"));
    }

    #[test]
    fn different_answers_and_refusals_are_told() {
        assert!(table(&[side("ours", 0.1, 3), side("peer", 2.0, 4)]).contains("peer found 4 where ours found 3"));
        let mut peer = side("peer", 2.0, 0);
        peer.asked[0] = Asked { name: "x", title: "X", refused: Some(501), ..Asked::default() };
        assert!(table(&[side("ours", 0.1, 3), peer]).contains("not offered (501)"));
    }

    #[test]
    fn one_side_alone_has_no_ratio() {
        assert!(!table(&[side("ours", 0.1, 3)]).contains('×'));
    }

    #[test]
    fn the_results_are_kept_whole() {
        let json = side("ours", 0.1, 3).json();
        assert_eq!(json["asked"][0]["clients"]["8"]["p99_ms"], 2.25);
    }
}
