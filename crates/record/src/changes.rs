//! Tells whoever waits that something was written, and of which types: no ids, no patient, so nothing to permit.
//! What has changed is then asked for as anything else is, and audited there.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::write::Done;

/// What has been written since the program started.
#[derive(Debug)]
pub(crate) struct Changes(watch::Sender<State>);

#[derive(Debug, Default)]
struct State {
    /// Commits so far.
    count: u64,
    /// The commit in which each type was last written.
    last: BTreeMap<&'static str, u64>,
}

/// What has changed since a number that was told before.
#[derive(Debug, PartialEq, Eq)]
pub struct Changed {
    /// To ask with next time.
    pub count: u64,
    /// The types written since; all there were, when the number asked with is of another run of the program.
    pub types: Vec<&'static str>,
}

impl Default for Changes {
    fn default() -> Self {
        Self(watch::channel(State::default()).0)
    }
}

impl Changes {
    /// After a commit, never before: who is told must find it.
    pub(crate) fn tell(&self, done: &[Done]) {
        self.0.send_modify(|state| {
            state.count += 1;
            let types = done.iter().filter_map(|done| done.stored.as_ref()).map(|stored| stored.resource_type);
            state.last.extend(types.map(|name| (name, state.count)));
        });
    }

    /// Waits until something was written after `seen`.
    pub(crate) async fn after(&self, seen: u64) -> Changed {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can only end with a change.
        match receiver.wait_for(|state| state.count != seen).await {
            Ok(state) => state.since(seen),
            Err(_) => self.now(seen),
        }
    }

    /// The same without waiting.
    pub(crate) fn now(&self, seen: u64) -> Changed {
        self.0.borrow().since(seen)
    }
}

impl State {
    fn since(&self, seen: u64) -> Changed {
        let ours = seen <= self.count;
        let types = self.last.iter().filter(|&(_, &at)| !ours || at > seen).map(|(&name, _)| name).collect();
        Changed { count: self.count, types }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(changes: &Changes, resource_type: &'static str) {
        changes.0.send_modify(|state| {
            state.count += 1;
            state.last.insert(resource_type, state.count);
        });
    }

    #[tokio::test]
    async fn who_waits_is_told_the_types_written_since() {
        let changes = Changes::default();
        wrote(&changes, "Patient");
        wrote(&changes, "Encounter");
        assert_eq!(changes.after(1).await, Changed { count: 2, types: vec!["Encounter"] });
        let (waited, ()) = tokio::join!(changes.after(2), async { wrote(&changes, "Observation") });
        assert_eq!(waited, Changed { count: 3, types: vec!["Observation"] });
    }

    #[tokio::test]
    async fn a_number_of_an_earlier_run_gets_everything() {
        let changes = Changes::default();
        wrote(&changes, "Patient");
        assert_eq!(changes.after(900).await, Changed { count: 1, types: vec!["Patient"] });
        assert_eq!(changes.now(1), Changed { count: 1, types: vec![] });
    }
}
