//! One line of the log: who did what to what, when, from where, and how it ended.

use serde::{Deserialize, Serialize};

/// One event. Written as compact JSON with the members in this order; the bytes that were written are what is
/// hashed, so a later program may add members without touching old lines.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Account or token id; empty when nobody was signed in.
    pub actor: String,
    /// What was done: the interaction's name in lower case (`read`, `search`, `sign-in`, …).
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, as the person or program declared it (`TREAT`, `BTG`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Network address it came from; empty for the program itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The request it belongs to, as in the program's own log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// Id of the patient whose chart it was, when it was one patient's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// What was read or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The search as it was sent, where it was one (BALP asks for it).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Anything a reviewer needs besides: the reason of a refusal, of an amendment, of breaking the glass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The versions this event wrote; filled in by the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// The actor may not.
    Refused,
    /// It was allowed and did not succeed; nothing was changed.
    Failed,
}

/// Something an event was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// For instance `Observation`, or `Account`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Which version, when it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The versions a transaction wrote: numbers `seq..seq + count` of one origin. Together with their hashes'
/// digest this puts the content of every version under the signature of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Where, for instance `k3f9q2wz.1`.
    pub origin: String,
    /// The first number.
    pub seq: u64,
    /// How many.
    pub count: u64,
    /// SHA-256 over the versions' hashes in order, hexadecimal.
    pub digest: String,
}

impl Event {
    /// An event with nothing but its first four members.
    #[must_use]
    pub fn new(at: i64, actor: &str, action: &str, outcome: Outcome) -> Self {
        Self {
            at,
            actor: actor.to_owned(),
            action: action.to_owned(),
            outcome,
            purpose: None,
            source: String::new(),
            request: String::new(),
            patient: None,
            entities: Vec::new(),
            query: None,
            detail: None,
            written: None,
        }
    }

    /// The line as it is stored and hashed.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        // Strings, numbers and lists of them cannot fail to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a stored line.
    ///
    /// # Errors
    /// When the bytes are not such a line.
    pub fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }
}

/// Queries and entities name patients, so a program's own log shows none of that.
impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event")
            .field("at", &self.at)
            .field("actor", &self.actor)
            .field("action", &self.action)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Event {
        Event {
            purpose: Some("TREAT".into()),
            source: "192.0.2.7".into(),
            request: "r-1".into(),
            patient: Some("p1".into()),
            entities: vec![Entity { kind: "Patient".into(), id: "p1".into(), version: Some("k3f9q2wz.1.1".into()) }],
            query: Some("name=佐藤".into()),
            detail: Some("紹介".into()),
            written: Some(Written { origin: "k3f9q2wz.1".into(), seq: 1, count: 2, digest: "00".into() }),
            ..Event::new(5, "sato", "search", Outcome::Done)
        }
    }

    #[test]
    fn a_line_reads_back() {
        for event in [full(), Event::new(1, "", "sign-in", Outcome::Refused)] {
            assert_eq!(Event::parse(&event.to_vec()).unwrap(), event);
        }
    }

    #[test]
    fn what_is_absent_takes_no_room() {
        let line = Event::new(1, "sato", "read", Outcome::Done).to_vec();
        assert_eq!(line, br#"{"at":1,"actor":"sato","action":"read","outcome":"done"}"#);
    }

    #[test]
    fn debug_names_no_patient() {
        let shown = format!("{:?}", full());
        assert!(!shown.contains("p1") && !shown.contains("佐藤"), "{shown}");
    }
}
