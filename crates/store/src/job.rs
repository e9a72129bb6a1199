//! Jobs: a caller's closure on its way to a worker thread, its result on the way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use clinic::ClinicId;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::append::Tx;
use crate::error::StoreError;

/// The end of a job that a worker holds without knowing its types.
pub(crate) trait Answer: Send {
    /// Puts an error in place of the result: the work could not be kept.
    fn refuse(&mut self, error: StoreError);
    /// Sends the result to the caller, who may have gone.
    fn answer(self: Box<Self>);
}

/// A write before it has run. `run` says whether the work is to be kept.
pub(crate) trait WriteJob: Answer {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Once it has run, only the answer is left.
    fn into_answer(self: Box<Self>) -> Box<dyn Answer>;
}

/// What the writer does.
pub(crate) enum Task {
    /// A write job.
    Write(ClinicId, Box<dyn WriteJob>),
    /// Lines wait in the journal.
    Wake,
}

impl Task {
    pub(crate) fn into_answer(self, error: &StoreError) {
        match self {
            Self::Write(_, mut job) => {
                job.refuse(error.clone());
                job.answer();
            }
            Self::Wake => {}
        }
    }
}

pub(crate) struct Job<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    /// Held until the answer: so many jobs at most are under way, and callers beyond that wait.
    _room: OwnedSemaphorePermit,
}

impl<F, T, E> Job<F, T, E> {
    pub(crate) fn new(work: F, reply: oneshot::Sender<Result<T, E>>, room: OwnedSemaphorePermit) -> Self {
        Self { work: Some(work), result: None, reply, _room: room }
    }
}

impl<F, T, E> Answer for Job<F, T, E>
where
    F: Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn refuse(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(StoreError::Panicked.into()));
        // An error here means that the caller has gone; the work stands.
        let _gone = self.reply.send(result);
    }
}

impl<F, T, E> WriteJob for Job<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        // The writer serves everyone: one caller's mistake must not end it. What the job changed is rolled back.
        match catch_unwind(AssertUnwindSafe(|| work(tx))) {
            Ok(result) => {
                let kept = result.is_ok();
                self.result = Some(result);
                kept
            }
            Err(_) => false,
        }
    }

    fn into_answer(self: Box<Self>) -> Box<dyn Answer> {
        self
    }
}
