//! Applying a clinic's file: on trial, proven, confirmed or given up.

use clinic::model::{Platform, Severity, findings, read};
use network::session::{Session, survives};
use network::{Policy, Proof, Report, nft};

use crate::error::{Error, Result};
use crate::history::{Because, Entry};
use crate::kernel;
use crate::pending::Pending;
use crate::state::{Gateway, Held};

/// Seconds within which rules are to be confirmed, unless it is said otherwise.
pub const WINDOW_SECONDS: u32 = 60;
/// The longest trial.
pub const WINDOW_MAX_SECONDS: u32 = 3600;

/// What is to be applied.
#[derive(Clone, Debug)]
pub struct Request {
    /// The clinic's file.
    pub model: String,
    /// Who applies it.
    pub who: String,
    /// For what reason.
    pub why: String,
    /// Seconds within which it is to be confirmed: 1 to [`WINDOW_MAX_SECONDS`].
    pub window_seconds: u32,
    /// The connections the person works through, which must not be cut.
    pub sessions: Vec<Session>,
    /// Cuts them all the same.
    pub force: bool,
}

/// Rules on trial, and proven to be what was declared.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The proof, of the rules read back from the kernel.
    pub report: Report,
    /// Until they are given up.
    pub seconds_left: u64,
    /// Declared interfaces that are not there: nothing passes by them.
    pub missing_interfaces: Vec<String>,
}

impl Gateway {
    /// Loads the rules of a clinic's file on trial, reads them back and proves them. The former rules come back by
    /// themselves unless [`Gateway::confirm`] is called in time.
    ///
    /// # Errors
    /// If the file is not fit, rules are on trial already, the person's own connection would be cut, the kernel does
    /// not take the rules, or they are not proven: then the former ones are in force again.
    pub fn apply(&self, request: &Request) -> Result<Trial> {
        self.hold_new()?.begin(request, None)
    }

    /// The same with the file that an earlier event put in force.
    ///
    /// # Errors
    /// As for [`Gateway::apply`], and if that event put none in force.
    pub fn revert(&self, number: u64, request: &Request) -> Result<Trial> {
        let mut held = self.hold()?;
        let entry = if held.numbers()?.contains(&number) { Some(held.entry(number)?) } else { None };
        let applied = entry.as_ref().and_then(Entry::applied).ok_or(Error::NoSuchEvent(number))?;
        let request = Request { model: applied.model.clone(), ..request.clone() };
        held.begin(&request, Some(number))
    }

    /// Puts the rules on trial in force for good, after a last look at whether they are what is loaded.
    ///
    /// # Errors
    /// If none are on trial (any more), or they are no longer what is loaded: then they are given up.
    pub fn confirm(&self, who: &str) -> Result<Report> {
        let mut held = self.hold()?;
        if held.pending.is_none() {
            return Err(Error::NothingOnTrial);
        }
        held.proven()?;
        held.put_in_force(who)?;
        kernel::prove_loaded(&held.policy_met()?)
    }

    /// Gives the rules on trial up at once.
    ///
    /// # Errors
    /// If none are on trial.
    pub fn withdraw(&self) -> Result<()> {
        let mut held = self.hold()?;
        if held.pending.is_none() {
            return Err(Error::NothingOnTrial);
        }
        held.give_up(Because::Withdrawn)
    }
}

impl Held<'_> {
    fn begin(&mut self, request: &Request, again: Option<u64>) -> Result<Trial> {
        let clinic = read(&request.model).map_err(Error::NotAClinic)?;
        let findings = findings(&clinic, self.now.local().date());
        let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error).count();
        if errors > 0 {
            return Err(Error::Unsound(errors));
        }
        if clinic.gateway.platform != Platform::Nftables {
            return Err(Error::Platform(clinic.gateway.platform));
        }
        if self.pending.is_some() {
            return Err(Error::OnTrial { seconds_left: self.milliseconds_left() / 1000 });
        }
        let policy = self.policy(&clinic);
        let cut = request.sessions.iter().find(|session| !survives(&policy, session));
        if let Some(session) = cut.filter(|_| !request.force) {
            return Err(Error::WouldCut(session.clone()));
        }
        // Before anything is written down: a text the kernel does not take comes to nothing.
        kernel::check(&nft::settled(&policy))?;
        let window = u64::from(request.window_seconds.clamp(1, WINDOW_MAX_SECONDS));
        self.set_pending(Pending {
            number: self.last()? + 1,
            at: self.now.wall,
            who: request.who.clone(),
            why: request.why.clone(),
            model: request.model.clone(),
            again,
            closed: self.current()?.is_none() && kernel::has_rules()?,
            boot: self.now.boot.clone(),
            deadline_ms: self.now.up_ms + window * 1000,
            proven: false,
        })?;
        if let Err(error) = self.load() {
            self.give_up(Because::NotProven)?;
            return Err(error);
        }
        let report = self.proven()?;
        if let Some(pending) = self.pending.clone() {
            self.set_pending(Pending { proven: true, ..pending })?;
        }
        let missing_interfaces = missing_interfaces(&policy);
        Ok(Trial { report, seconds_left: self.milliseconds_left() / 1000, missing_interfaces })
    }

    /// The proof of what is loaded now. Without it the trial is over at once.
    fn proven(&mut self) -> Result<Report> {
        let policy = self.policy_met()?;
        let report = match kernel::prove_loaded(&policy) {
            Ok(report) => report,
            Err(error) => {
                self.give_up(Because::NotProven)?;
                return Err(error);
            }
        };
        if report.proof == Proof::Equal {
            return Ok(report);
        }
        self.give_up(Because::NotProven)?;
        Err(Error::NotProven(Box::new(report)))
    }
}

fn missing_interfaces(policy: &Policy) -> Vec<String> {
    let names = policy.sides().filter_map(|side| policy.interface(side));
    let missing = |name: &&str| !std::path::Path::new("/sys/class/net").join(name).exists();
    names.filter(missing).map(str::to_owned).collect()
}
