//! Whether what is loaded is still what was applied.

use network::Report;
use network::nft::{self, Drift};

use crate::error::Result;
use crate::kernel;
use crate::state::Gateway;

/// What is loaded, held against what was applied.
#[derive(Debug)]
pub struct Drifted {
    /// The event that put in force what is.
    pub number: Option<u64>,
    /// Which packets pass otherwise.
    pub report: Report,
    /// What was changed, rule by rule; none if it could not be compared.
    pub changes: Result<Vec<Drift>>,
}

impl Gateway {
    /// Compares. Changes nothing, except that what a killed process has left is finished first.
    ///
    /// # Errors
    /// If nothing has been applied, or the kernel's rules cannot be read.
    pub fn drift(&self) -> Result<Drifted> {
        let held = self.hold()?;
        let policy = held.policy_met()?;
        let report = kernel::prove_loaded(&policy)?;
        let expected = kernel::listing_elsewhere(&held.text()?);
        let actual = kernel::listing()?;
        let changes = expected.map(|expected| nft::drift(&expected, &actual, &policy));
        let number = held.current()?.map(|entry| entry.number);
        Ok(Drifted { number, report, changes })
    }
}
