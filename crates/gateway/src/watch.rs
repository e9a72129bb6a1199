//! Keeping the rules as the hours go: flows open and close, trials end, vendors are shut out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use jiff::tz::TimeZone;
use network::Policy;

use crate::error::{Error, Result};
use crate::kernel;
use crate::state::{Gateway, Held};

/// The longest time between two looks: a clock that was set, a command that was killed, or rules that somebody took
/// away altogether (`nft flush ruleset`, as the service `nftables` does when it starts) are noticed then.
const LOOK: Duration = Duration::from_secs(10);

/// Something the watch has done or not been able to do.
#[derive(Debug)]
pub enum Event {
    /// Rules were loaded again, since what is open has changed, or none were there.
    Loaded,
    /// They could not be.
    Failed(Error),
}

/// What is open, for telling whether it has changed.
#[derive(PartialEq, Eq)]
struct Shape {
    current: Option<u64>,
    trial: Option<u64>,
    flows: Vec<String>,
    vendors: Vec<String>,
}

impl Gateway {
    /// Loads the rules again whenever what is open changes, until something is received or nobody can send any more.
    /// The first look loads them in any case.
    pub fn watch(&self, stop: &Receiver<()>, mut tell: impl FnMut(Event)) {
        let mut known = None;
        loop {
            let wait = match self.look(&mut known, &mut tell) {
                Ok(wait) => wait,
                Err(error) => {
                    tell(Event::Failed(error));
                    LOOK
                }
            };
            if stop.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    /// Looks once; how long nothing is expected to change.
    fn look(&self, known: &mut Option<Shape>, tell: &mut impl FnMut(Event)) -> Result<Duration> {
        let held = self.hold()?;
        let policy = held.policy_met()?;
        let shape = held.shape(policy.as_ref())?;
        if policy.is_some() && (known.as_ref() != Some(&shape) || !kernel::has_rules()?) {
            held.load()?;
            *known = Some(shape);
            tell(Event::Loaded);
        }
        held.quiet()
    }
}

impl Held<'_> {
    fn shape(&self, policy: Option<&Policy>) -> Result<Shape> {
        Ok(Shape {
            current: self.current()?.map(|entry| entry.number),
            trial: self.pending.as_ref().map(|pending| pending.number),
            flows: policy.map(|policy| policy.flows.iter().map(|flow| flow.id.clone()).collect()).unwrap_or_default(),
            vendors: self.open_now().map(|opened| format!("{} {}", opened.vendor, opened.until)).collect(),
        })
    }

    /// Until the next border that is known, and no longer than [`LOOK`].
    fn quiet(&self) -> Result<Duration> {
        let mut wait = LOOK;
        if self.pending.is_some() {
            wait = wait.min(Duration::from_millis(self.milliseconds_left() + 10));
        }
        let until = |at: jiff::Timestamp| Duration::try_from(at.duration_since(self.now.wall)).unwrap_or_default();
        for opened in self.open_now() {
            wait = wait.min(until(opened.until));
        }
        let current = self.current()?;
        if let Some(clinic) = current.as_ref().and_then(crate::Entry::applied).and_then(|applied| applied.clinic().ok())
            && let Some(next) = Policy::next_change(&clinic, self.now.local())
            && let Ok(next) = next.to_zoned(TimeZone::system())
        {
            wait = wait.min(until(next.timestamp()));
        }
        Ok(wait.max(Duration::from_millis(10)))
    }
}
