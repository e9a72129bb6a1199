//! Who asks, why, from where and when: carried to every function, written in every audit line.

use access::{Action, Actor};
use audit::{Entity, Event, Outcome};

/// The context of one request. The clock comes in here.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who.
    pub actor: Actor,
    /// Why, as declared (`TREAT`, …).
    pub purpose: Option<String>,
    /// Network address; empty for the program's own jobs.
    pub source: String,
    /// Now, in ms since 1970 UTC.
    pub now_ms: i64,
    /// Names the request in the program's own log.
    pub request: String,
}

impl Ctx {
    /// For Komainu's own jobs.
    #[must_use]
    pub fn system(job: &str, now_ms: i64) -> Self {
        Self { actor: Actor::system(job), purpose: None, source: String::new(), now_ms, request: String::new() }
    }

    /// An audit line that this was done. The store turns it into `Failed` when the job fails.
    pub(crate) fn event(&self, action: Action) -> Event {
        Event {
            purpose: self.purpose.clone(),
            source: self.source.clone(),
            request: self.request.clone(),
            ..Event::new(self.now_ms, &self.actor.id, action.as_str(), Outcome::Done)
        }
    }

    /// The same about one resource.
    pub(crate) fn event_about(&self, action: Action, resource_type: &str, id: &str) -> Event {
        let mut event = self.event(action);
        if resource_type == "Patient" {
            event.patient = Some(id.to_owned());
        }
        event.entities.push(Entity { kind: resource_type.to_owned(), id: id.to_owned(), version: None });
        event
    }

    /// The same about what a search or condition finds, with the search as it was sent (BALP asks for it).
    pub(crate) fn event_on(&self, action: Action, resource_type: &str, pairs: &[(String, String)]) -> Event {
        let mut event = self.event(action);
        event.entities.push(Entity { kind: resource_type.to_owned(), id: String::new(), version: None });
        event.query = Some(format!("{resource_type}?{}", crate::url::encode_pairs(pairs)));
        event
    }

    /// An audit line that this was refused.
    pub(crate) fn refusal(&self, action: Action, resource_types: &[&str], why: &str) -> Event {
        let entity = |t: &&str| Entity { kind: (*t).to_owned(), id: String::new(), version: None };
        let entities = resource_types.iter().take(8).map(entity).collect();
        Event { outcome: Outcome::Refused, entities, detail: Some(why.to_owned()), ..self.event(action) }
    }
}
