//! The state directory: what shall be loaded, and how it came to be so.
//!
//! ```text
//! lock            held by whoever changes something
//! history/N.json  events; the last that applied rules says what is in force
//! pending.json    rules on trial, if any
//! open.json       vendors that are let in
//! ```

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use network::nft::Former;
use network::{Policy, nft};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::history::{Applied, Because, Entry, What};
use crate::kernel;
use crate::live::{Opened, live};
use crate::moment::Moment;
use crate::pending::{Fate, Pending};
use crate::whole::{remove, write_whole};

/// Longest record that is read, in bytes: a clinic's file and its rules, with room to spare.
const RECORD_MAX: u64 = 64 << 20;

/// Rules of this computer, by their state directory.
#[derive(Clone, Debug)]
pub struct Gateway {
    dir: PathBuf,
}

/// What is in force and what is under way.
#[derive(Clone, Debug)]
pub struct Status {
    /// The event that put in force what is.
    pub current: Option<Entry>,
    /// The clinic's file on trial, with who tries it, why, and for how many more seconds.
    pub trial: Option<OnTrial>,
    /// Vendors that are let in.
    pub opened: Vec<Opened>,
}

/// Rules on trial, as they are told.
#[derive(Clone, Debug)]
pub struct OnTrial {
    /// The clinic's file.
    pub model: String,
    /// Who tries it.
    pub who: String,
    /// For what reason.
    pub why: String,
    /// Until it is given up.
    pub seconds_left: u64,
}

impl Gateway {
    /// Over a directory, which need not be there yet.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// What is in force and under way.
    ///
    /// # Errors
    /// If the directory cannot be read, or something a killed process left cannot be finished.
    pub fn status(&self) -> Result<Status> {
        if !self.is_there() {
            return Ok(Status { current: None, trial: None, opened: Vec::new() });
        }
        let held = self.hold()?;
        let trial = held.pending.as_ref().map(|pending| OnTrial {
            model: pending.model.clone(),
            who: pending.who.clone(),
            why: pending.why.clone(),
            seconds_left: held.milliseconds_left() / 1000,
        });
        Ok(Status { current: held.current()?, trial, opened: held.open_now().cloned().collect() })
    }

    /// Everything that was done, first to last.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn history(&self) -> Result<Vec<Entry>> {
        if !self.is_there() {
            return Ok(Vec::new());
        }
        let held = self.hold()?;
        held.numbers()?.into_iter().map(|number| held.entry(number)).collect()
    }

    /// Takes the lock, and finishes or takes back what a killed process has left half done. A directory that is not
    /// there is not made: at the next start it would look like one in which nothing was ever confirmed.
    pub(crate) fn hold(&self) -> Result<Held<'_>> {
        if !self.is_there() {
            return Err(Error::NothingApplied);
        }
        let path = self.dir.join("lock");
        let lock = File::options().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock)).map_err(Error::file(&path))?;
        let (pending, opened) = (read(&self.pending_path())?, read(&self.open_path())?);
        let opened = opened.unwrap_or_default();
        let mut held = Held { gateway: self, _lock: lock, now: Moment::now(), pending, opened };
        held.recover()?;
        Ok(held)
    }

    /// The same, for the first apply too.
    pub(crate) fn hold_new(&self) -> Result<Held<'_>> {
        let history = self.history_dir();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&history).map_err(Error::file(&history))?;
        self.hold()
    }

    /// Whether anything was ever kept here.
    pub(crate) fn is_there(&self) -> bool {
        self.history_dir().is_dir()
    }

    fn history_dir(&self) -> PathBuf {
        self.dir.join("history")
    }

    fn entry_path(&self, number: u64) -> PathBuf {
        self.history_dir().join(format!("{number:06}.json"))
    }

    fn pending_path(&self) -> PathBuf {
        self.dir.join("pending.json")
    }

    fn open_path(&self) -> PathBuf {
        self.dir.join("open.json")
    }
}

/// The state, for as long as nobody else can change it.
pub(crate) struct Held<'a> {
    gateway: &'a Gateway,
    _lock: File,
    /// When it was taken.
    pub(crate) now: Moment,
    pub(crate) pending: Option<Pending>,
    opened: Vec<Opened>,
}

impl Held<'_> {
    fn recover(&mut self) -> Result<()> {
        let Some(pending) = &self.pending else { return Ok(()) };
        match pending.fate(self.is_decided(pending)?, &self.now) {
            Fate::Wait(_) => Ok(()),
            Fate::Decided => self.tidy_up(),
            Fate::GiveUp(because) => self.give_up(because),
        }
    }

    /// There is one trial at a time, so that the first event that ends one ends this one.
    fn is_decided(&self, pending: &Pending) -> Result<bool> {
        for number in self.numbers()?.into_iter().filter(|number| *number >= pending.number) {
            if matches!(self.entry(number)?.what, What::Applied(_) | What::GivenUp { .. }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn milliseconds_left(&self) -> u64 {
        self.pending.as_ref().map_or(0, |pending| pending.deadline_ms.saturating_sub(self.now.up_ms))
    }

    /// Numbers of all events, in order.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>> {
        let dir = self.gateway.history_dir();
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&dir).map_err(Error::file(&dir))? {
            let name = entry.map_err(Error::file(&dir))?.file_name();
            // What is left of a write that was never finished has another ending.
            numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".json")?.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The number of the last event; 0 if there is none.
    pub(crate) fn last(&self) -> Result<u64> {
        Ok(self.numbers()?.last().copied().unwrap_or(0))
    }

    pub(crate) fn entry(&self, number: u64) -> Result<Entry> {
        let path = self.gateway.entry_path(number);
        read(&path)?.ok_or_else(|| Error::Damaged { path, why: "it is gone".to_owned() })
    }

    /// The event that put in force what is.
    pub(crate) fn current(&self) -> Result<Option<Entry>> {
        for number in self.numbers()?.into_iter().rev() {
            let entry = self.entry(number)?;
            if entry.applied().is_some() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Writes an event down.
    pub(crate) fn record(&self, who: &str, why: &str, what: What) -> Result<()> {
        let (number, at) = (self.last()? + 1, self.now.wall);
        let entry = Entry { number, at, who: who.to_owned(), why: why.to_owned(), what };
        write(&self.gateway.entry_path(number), &entry)
    }

    pub(crate) fn set_pending(&mut self, pending: Pending) -> Result<()> {
        write(&self.gateway.pending_path(), &pending)?;
        self.pending = Some(pending);
        Ok(())
    }

    pub(crate) fn open_now(&self) -> impl Iterator<Item = &Opened> {
        self.opened.iter().filter(|each| each.is_open(&self.now))
    }

    /// Keeps who is let in. Those whose time is over are left out.
    pub(crate) fn set_opened(&mut self, opened: Vec<Opened>) -> Result<()> {
        write(&self.gateway.open_path(), &opened)?;
        self.opened = opened;
        Ok(())
    }

    /// The policy of a clinic now, with the vendors that are let in.
    pub(crate) fn policy(&self, clinic: &clinic::model::Clinic) -> Policy {
        Policy::of(clinic, self.now.local(), &live(&self.opened, &self.now))
    }

    /// The policy in force without what is on trial.
    pub(crate) fn former(&self) -> Result<Option<Policy>> {
        let current = self.current()?;
        current.as_ref().and_then(Entry::applied).map(|applied| Ok(self.policy(&applied.clinic()?))).transpose()
    }

    /// The policy that packets meet: what is on trial, or else what is in force.
    pub(crate) fn policy_met(&self) -> Result<Option<Policy>> {
        match &self.pending {
            Some(pending) => {
                let clinic = clinic::model::read(&pending.model).map_err(Error::NotAClinic)?;
                Ok(Some(self.policy(&clinic)))
            }
            None => self.former(),
        }
    }

    /// The text that makes the kernel agree with this state.
    pub(crate) fn text(&self) -> Result<String> {
        let former = self.former()?;
        let Some(pending) = &self.pending else { return Ok(former.as_ref().map_or_else(nft::nothing, nft::settled)) };
        let former = match &former {
            Some(policy) => Former::Rules(policy),
            None if pending.closed => Former::Closed,
            None => Former::Nothing,
        };
        let tried = self.policy_met()?.ok_or(Error::NothingOnTrial)?;
        let seconds = u32::try_from(self.milliseconds_left() / 1000).unwrap_or(u32::MAX);
        Ok(nft::trial(&nft::Trial { former, tried: &tried, seconds }))
    }

    /// Makes the kernel agree with it.
    pub(crate) fn load(&self) -> Result<()> {
        kernel::load(&self.text()?)
    }

    /// Puts in force what was confirmed: in the history, which is one step, then in the kernel.
    pub(crate) fn put_in_force(&mut self, confirmed_by: &str) -> Result<()> {
        let Some(pending) = self.pending.clone() else { return Ok(()) };
        let clinic = clinic::model::read(&pending.model).map_err(Error::NotAClinic)?;
        // Kept for a start at which the file can no longer be read: without vendors, whose time will be over.
        let rules = nft::settled(&Policy::of(&clinic, self.now.local(), &network::policy::Live::default()));
        let confirmed_by = confirmed_by.to_owned();
        let applied = Applied { model: pending.model, rules, confirmed_by, again: pending.again };
        self.record(&pending.who, &pending.why, What::Applied(applied))?;
        self.tidy_up()
    }

    /// Goes back to what was in force: in the history first, since the kernel goes back by itself.
    pub(crate) fn give_up(&mut self, because: Because) -> Result<()> {
        let Some(pending) = self.pending.clone() else { return Ok(()) };
        self.record(&pending.who, &pending.why, What::GivenUp { because, model: pending.model })?;
        self.tidy_up()
    }

    /// Takes away the record of a trial whose event is written. It is the sign that the kernel may still have to be
    /// told, so it goes last.
    fn tidy_up(&mut self) -> Result<()> {
        let closed = self.pending.take().is_some_and(|pending| pending.closed);
        if closed && self.current()?.is_none() {
            kernel::load(&nft::closed())?;
        } else {
            self.load()?;
        }
        let path = self.gateway.pending_path();
        remove(&path).map_err(Error::file(&path))
    }
}

/// Reads a record; none if there is no such file.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(RECORD_MAX).read_to_end(&mut bytes)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(Error::file(path))?,
    };
    let damaged = |why: serde_json::Error| Error::Damaged { path: path.to_owned(), why: why.to_string() };
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

fn write<T: Serialize>(path: &Path, record: &T) -> Result<()> {
    let damaged = |why: serde_json::Error| Error::Damaged { path: path.to_owned(), why: why.to_string() };
    let mut bytes = serde_json::to_vec_pretty(record).map_err(damaged)?;
    bytes.push(b'\n');
    write_whole(path, &bytes, 0o600).map_err(Error::file(path))
}
