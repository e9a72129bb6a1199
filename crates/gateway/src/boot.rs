//! At the start of the computer.

use network::nft;

use crate::error::{Error, Result};
use crate::kernel;
use crate::state::Gateway;

/// What was loaded at the start.
#[derive(Debug)]
pub enum Booted {
    /// The rules that were confirmed last, made anew for this moment.
    Applied {
        /// The event that put them in force.
        number: u64,
    },
    /// The text that was loaded then: the clinic's file is one that this Komainu no longer reads.
    AsStored {
        /// The event that put it in force.
        number: u64,
        /// Why the file is not read.
        why: Error,
    },
    /// Rules that let nothing pass, since what should be loaded cannot be known.
    Closed {
        /// Why it cannot.
        why: Error,
    },
    /// No rules: none were ever confirmed here.
    Nothing,
}

impl Gateway {
    /// Loads the rules that were confirmed last, never any that were on trial. Vendors that are let in stay so for the
    /// rest of their time. If it cannot be known what to load, nothing is let pass.
    ///
    /// # Errors
    /// If the kernel takes nothing at all.
    pub fn boot(&self) -> Result<Booted> {
        self.confirmed().or_else(|why| kernel::load(&nft::closed()).map(|()| Booted::Closed { why }))
    }

    fn confirmed(&self) -> Result<Booted> {
        let held = self.hold()?;
        let Some(entry) = held.current()? else { return Ok(Booted::Nothing) };
        let Some(applied) = entry.applied() else { return Ok(Booted::Nothing) };
        let number = entry.number;
        held.load()?;
        Ok(match applied.clinic() {
            Ok(_) => Booted::Applied { number },
            Err(why) => Booted::AsStored { number, why },
        })
    }
}
