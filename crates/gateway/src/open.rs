//! Letting a vendor in for a while.

use clinic::model::Clinic;
use jiff::tz::TimeZone;
use network::policy::window;
use network::{Proof, Report};

use crate::error::{Error, Result};
use crate::history::{Entry, What};
use crate::kernel;
use crate::live::Opened;
use crate::state::{Gateway, Held};

/// What is to be opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The vendor's id.
    pub vendor: String,
    /// For how many minutes, at most; less if the declared maintenance allows less.
    pub minutes: u16,
    /// Who opens it.
    pub who: String,
    /// For what reason, this time.
    pub why: String,
}

impl Gateway {
    /// Lets a vendor in. The kernel shuts it out by itself.
    ///
    /// # Errors
    /// If it is not declared or may not be let in now, or what is then loaded is not proven: then it is shut again.
    pub fn open(&self, opening: &Opening) -> Result<Opened> {
        let mut held = self.hold()?;
        let clinic = held.clinic()?;
        let vendor = clinic.vendors.iter().find(|vendor| vendor.id.as_str() == opening.vendor);
        let vendor = vendor.ok_or_else(|| Error::NoSuchVendor(opening.vendor.clone()))?;
        let until = window(vendor, held.now.local(), opening.minutes)
            .map_err(|shut| Error::Shut { vendor: vendor.name.clone(), shut })?;
        let until = until.to_zoned(TimeZone::system()).map_or(held.now.wall, |until| until.timestamp());
        let opened = Opened {
            vendor: opening.vendor.clone(),
            since: held.now.wall,
            until,
            who: opening.who.clone(),
            why: opening.why.clone(),
        };
        held.record(&opening.who, &opening.why, What::Opened { vendor: opening.vendor.clone(), until })?;
        let before: Vec<Opened> = held.open_now().filter(|each| each.vendor != opening.vendor).cloned().collect();
        held.set_opened([before.as_slice(), std::slice::from_ref(&opened)].concat())?;
        match held.load_and_prove() {
            Ok(report) if report.proof == Proof::Equal => Ok(opened),
            result => {
                held.record(&opening.who, &opening.why, What::Closed { vendor: opening.vendor.clone() })?;
                held.set_opened(before)?;
                held.load()?;
                Err(result.map_or_else(|error| error, |report| Error::NotProven(Box::new(report))))
            }
        }
    }

    /// Shuts a vendor out before its time is over, also from what is under way.
    ///
    /// # Errors
    /// If it is not let in.
    pub fn close(&self, vendor: &str, who: &str, why: &str) -> Result<()> {
        let mut held = self.hold()?;
        let (gone, stay): (Vec<Opened>, _) = held.open_now().cloned().partition(|each| each.vendor == vendor);
        if gone.is_empty() {
            return Err(Error::NoSuchVendor(vendor.to_owned()));
        }
        held.record(who, why, What::Closed { vendor: vendor.to_owned() })?;
        held.set_opened(stay)?;
        held.load()
    }

    /// The clinic that packets meet now: what is on trial, or else what is in force.
    ///
    /// # Errors
    /// If nothing has been applied.
    pub fn clinic(&self) -> Result<Clinic> {
        self.hold()?.clinic()
    }
}

impl Held<'_> {
    fn clinic(&self) -> Result<Clinic> {
        if let Some(pending) = &self.pending {
            return clinic::model::read(&pending.model).map_err(Error::NotAClinic);
        }
        self.current()?.as_ref().and_then(Entry::applied).ok_or(Error::NothingApplied)?.clinic()
    }

    fn load_and_prove(&self) -> Result<Report> {
        self.load()?;
        kernel::prove_loaded(&self.policy_met()?.ok_or(Error::NothingApplied)?)
    }
}
