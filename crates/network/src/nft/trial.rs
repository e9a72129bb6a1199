//! Rules on trial: loaded beside the former ones, and given up by the kernel itself if nobody confirms them.
//!
//! Two tables are loaded in one transaction, the former rules and the new ones. Each begins with one look-up in a set
//! whose elements end by themselves: while they are there the former table lets every packet pass on to the new one;
//! when they have ended, the new table stands aside for the former. No program has to be alive for that, so nothing
//! that can be killed stands between a mistake and the way back.
//!
//! The former table takes over a moment before the new one stands aside. In between a packet passes only if both let
//! it; the other way round there would be a moment in which neither is asked.

use core::fmt::Write as _;

use super::compile::{TABLE, table};
use super::text::Page;
use crate::policy::Policy;

/// The table of the rules on trial.
const ON_TRIAL: &str = "komainu_trial";
/// Seconds for which both tables are asked at the end of a trial.
const OVERLAP: u32 = 1;

/// What is on trial.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// What is in force if nobody confirms.
    pub former: Former<'a>,
    /// What is tried.
    pub tried: &'a Policy,
    /// For how long; at least one second.
    pub seconds: u32,
}

/// What was in force before a trial.
#[derive(Clone, Copy, Debug)]
pub enum Former<'a> {
    /// No rules of ours.
    Nothing,
    /// Those of [`closed`].
    Closed,
    /// Those of a policy.
    Rules(&'a Policy),
    /// Those of a text that [`settled`] once made: of a file that is no longer read.
    Stored(&'a str),
}

/// Whether a table is asked, for as long as elements of a set are there.
pub(super) struct Switch {
    /// Asked while they are; otherwise while they are not.
    tried: bool,
    seconds: u32,
}

impl Switch {
    /// The set: an element for each family of addresses.
    pub(super) fn set(&self, page: &mut Page) {
        let seconds = self.seconds;
        page.block("set trial", |page| {
            page.line("typeof meta nfproto");
            page.line("flags timeout");
            page.line(&format!("elements = {{ ipv4 timeout {seconds}s, ipv6 timeout {seconds}s }}"));
        });
    }

    /// The look-up.
    pub(super) fn rule(&self) -> &'static str {
        if self.tried { "meta nfproto != @trial accept" } else { "meta nfproto @trial accept" }
    }
}

/// The text for a trial.
#[must_use]
pub fn trial(trial: &Trial<'_>) -> String {
    let seconds = trial.seconds.max(1);
    let aside = Some(Switch { tried: false, seconds });
    let former = match trial.former {
        Former::Nothing => removed(TABLE),
        Former::Closed => closed_table(aside.as_ref()),
        Former::Rules(policy) => table(policy, TABLE, aside.as_ref()),
        Former::Stored(text) => aside.as_ref().map_or_else(String::new, |switch| with_switch(text, switch)),
    };
    let tried = Switch { tried: true, seconds: seconds + OVERLAP };
    former + &table(trial.tried, ON_TRIAL, Some(&tried))
}

/// The text for rules that are in force for good: theirs is the only table.
#[must_use]
pub fn settled(policy: &Policy) -> String {
    removed(ON_TRIAL) + &table(policy, TABLE, None)
}

/// The text that takes all rules of ours away.
#[must_use]
pub fn nothing() -> String {
    removed(ON_TRIAL) + &removed(TABLE)
}

/// The text for a gateway that does not know what it should let pass: nothing, save what it says to itself and what
/// IPv6 cannot do without on a link.
#[must_use]
pub fn closed() -> String {
    removed(ON_TRIAL) + &closed_table(None)
}

fn closed_table(switch: Option<&Switch>) -> String {
    let mut page = Page::default();
    page.block(&format!("table inet {TABLE}"), |page| {
        if let Some(switch) = switch {
            switch.set(page);
        }
        for (hook, link) in [("input", Some("iifname")), ("forward", None), ("output", Some("oifname"))] {
            page.block(&format!("chain {hook}"), |page| {
                page.line(&format!("type filter hook {hook} priority filter; policy drop;"));
                if let Some(switch) = switch {
                    page.line(switch.rule());
                }
                if let Some(link) = link {
                    page.line(&format!("{link} \"lo\" accept"));
                    page.line("icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept");
                }
            });
        }
    });
    removed(TABLE) + &page.finish()
}

/// Puts the switch where [`table`] would have put it.
fn with_switch(text: &str, switch: &Switch) -> String {
    let mut page = Page::default();
    for line in text.lines() {
        page.line(line);
        if line == format!("table inet {TABLE} {{") {
            switch.set(&mut page);
        }
        if line.trim_start().starts_with("type ") && line.contains(" hook ") {
            page.line(switch.rule());
        }
    }
    page.finish()
}

/// Takes a table away, whether it is there or not.
fn removed(name: &str) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "table inet {name}\ndelete table inet {name}");
    text
}
