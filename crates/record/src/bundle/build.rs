//! Answers that are bundles, written as bytes: stored resources go in as they are, unparsed.

use fhir::json::Json;

/// Why an entry is in a searchset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the standard's own names")]
pub enum Mode {
    Match,
    Include,
    Outcome,
}

/// Writes one bundle. Members in the order of the standard's own examples.
#[derive(Debug)]
pub struct Builder {
    out: Vec<u8>,
    entries: usize,
}

impl Builder {
    /// Starts a bundle of a type, for instance `searchset`, with its total and links (relation, URL).
    #[must_use]
    pub fn new(kind: &str, total: Option<u64>, links: &[(&str, String)]) -> Self {
        let mut out = Vec::with_capacity(16 * 1024);
        out.extend_from_slice(br#"{"resourceType":"Bundle","type":"#);
        text(&mut out, kind);
        if let Some(total) = total {
            out.extend_from_slice(format!(r#","total":{total}"#).as_bytes());
        }
        for (index, (relation, url)) in links.iter().enumerate() {
            out.extend_from_slice(if index == 0 { br#","link":["# } else { b"," });
            out.extend_from_slice(br#"{"relation":"#);
            text(&mut out, relation);
            out.extend_from_slice(br#","url":"#);
            text(&mut out, url);
            out.push(b'}');
        }
        if !links.is_empty() {
            out.push(b']');
        }
        Self { out, entries: 0 }
    }

    fn open(&mut self) {
        self.out.extend_from_slice(if self.entries == 0 { br#","entry":[{"# } else { b",{" });
        self.entries += 1;
    }

    /// A resource found.
    pub fn found(&mut self, full_url: &str, resource: &[u8], mode: Mode) {
        self.open();
        if mode != Mode::Outcome {
            self.out.extend_from_slice(br#""fullUrl":"#);
            text(&mut self.out, full_url);
            self.out.push(b',');
        }
        self.out.extend_from_slice(br#""resource":"#);
        self.out.extend_from_slice(resource);
        self.out.extend_from_slice(match mode {
            Mode::Match => br#","search":{"mode":"match"}}"#.as_slice(),
            Mode::Include => br#","search":{"mode":"include"}}"#,
            Mode::Outcome => br#","search":{"mode":"outcome"}}"#,
        });
    }

    /// What was done at one version (history), without a resource where it was deleted.
    pub fn version(&mut self, full_url: &str, resource: Option<&[u8]>, method: &str, url: &str, answer: &Answer<'_>) {
        self.open();
        self.out.extend_from_slice(br#""fullUrl":"#);
        text(&mut self.out, full_url);
        if let Some(resource) = resource {
            self.out.extend_from_slice(br#","resource":"#);
            self.out.extend_from_slice(resource);
        }
        self.out.extend_from_slice(br#","request":{"method":"#);
        text(&mut self.out, method);
        self.out.extend_from_slice(br#","url":"#);
        text(&mut self.out, url);
        self.out.extend_from_slice(b"},");
        self.answer(answer);
    }

    /// What became of one entry of a transaction or batch.
    pub fn answered(&mut self, resource: Option<&[u8]>, answer: &Answer<'_>) {
        self.open();
        if let Some(resource) = resource {
            self.out.extend_from_slice(br#""resource":"#);
            self.out.extend_from_slice(resource);
            self.out.push(b',');
        }
        self.answer(answer);
    }

    fn answer(&mut self, answer: &Answer<'_>) {
        self.out.extend_from_slice(br#""response":{"status":"#);
        text(&mut self.out, answer.status);
        for (name, value) in
            [("location", answer.location), ("etag", answer.etag), ("lastModified", answer.last_modified)]
        {
            if let Some(value) = value {
                self.out.push(b',');
                text(&mut self.out, name);
                self.out.push(b':');
                text(&mut self.out, value);
            }
        }
        if let Some(outcome) = answer.outcome {
            self.out.extend_from_slice(br#","outcome":"#);
            outcome.write(&mut self.out);
        }
        self.out.extend_from_slice(b"}}");
    }

    /// The bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(if self.entries == 0 { b"}" } else { b"]}" });
        self.out
    }
}

/// `Bundle.entry.response`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer<'a> {
    /// For instance `201 Created`.
    pub status: &'a str,
    /// `Patient/1/_history/k3f9q2wz.1.1`
    pub location: Option<&'a str>,
    /// `W/"k3f9q2wz.1.1"`
    pub etag: Option<&'a str>,
    /// An instant.
    pub last_modified: Option<&'a str>,
    /// An OperationOutcome.
    pub outcome: Option<&'a Json>,
}

fn text(out: &mut Vec<u8>, text: &str) {
    Json::from(text).write(out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut search =
            Builder::new("searchset", Some(1), &[("self", "https://a/fhir/Patient?name=\"x\"".to_owned())]);
        search.found("https://a/fhir/Patient/1", br#"{"resourceType":"Patient"}"#, Mode::Match);
        search.found("", br#"{"resourceType":"OperationOutcome"}"#, Mode::Outcome);
        let mut history = Builder::new("history", None, &[]);
        let answer = Answer {
            status: "204",
            etag: Some("W/\"1\""),
            last_modified: Some("2026-01-01T00:00:00Z"),
            ..Answer::default()
        };
        history.version("https://a/fhir/Patient/1", None, "DELETE", "Patient/1", &answer);
        history.answered(
            Some(b"{}"),
            &Answer { status: "400", outcome: Some(&Json::from([("a", Json::Null)])), ..Answer::default() },
        );
        for (bytes, entries) in
            [(search.finish(), 2), (history.finish(), 2), (Builder::new("searchset", Some(0), &[]).finish(), 0)]
        {
            let json = Json::parse(&bytes).unwrap();
            assert_eq!(json.get("entry").map_or(0, |e| e.items().len()), entries);
        }
    }
}
