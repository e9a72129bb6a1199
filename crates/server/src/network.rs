//! The declared clinic on disk: `clinic.toml` in the data directory, and every version of it beside.
//!
//! The file is the clinic's, readable and writable without this program; what was changed by other hands is noticed
//! by its hash and kept as a version of its own before anything is written over it. Order of a change: the new text
//! lies beside its place, durable; the audit event is committed; only then it is put in place. A crash leaves the old
//! file or the new one, and no change without its event.

mod keeping;

use std::path::PathBuf;

use audit::{Entity, Event, Outcome};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use crate::App;
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::{Attempt, Caller};

pub use keeping::{Version, begin};

/// The clinic's file, for one writer at a time.
#[derive(Debug)]
pub(crate) struct Declared {
    directory: PathBuf,
    turn: Mutex<()>,
}

/// The file as it is now.
#[derive(Debug, Clone)]
pub(crate) struct Current {
    pub(crate) text: String,
    /// The strong tag of the text, without quotes.
    pub(crate) tag: String,
    /// The newest version; none while nothing was kept yet.
    pub(crate) number: Option<u32>,
    /// The file is not what the newest version says: somebody changed it by other means.
    pub(crate) is_foreign: bool,
}

/// What somebody who saves believes to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Nothing yet (`If-None-Match: *`).
    Nothing,
    /// The text of this tag (`If-Match`).
    Tag(String),
}

impl Declared {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, turn: Mutex::new(()) }
    }

    /// The file; none where nothing is declared yet.
    pub(crate) async fn current(&self) -> Result<Option<Current>, Problem> {
        self.blocking(keeping::current).await
    }

    /// The newest versions, newest first, without their texts.
    pub(crate) async fn versions(&self) -> Result<Vec<Version>, Problem> {
        self.blocking(keeping::versions).await
    }

    /// One version, and its text.
    pub(crate) async fn version(&self, number: u32) -> Result<Option<(Version, String)>, Problem> {
        self.blocking(move |directory| keeping::version(directory, number)).await
    }

    /// Puts a new text in place of the expected one.
    pub(crate) async fn save(
        &self,
        app: &App,
        (attempt, caller): (&Attempt, &Caller),
        expected: Expected,
        (text, why): (String, String),
    ) -> Result<Current, Problem> {
        let _turn = self.turn.lock().await;
        let is = self.current().await?;
        let tag = is.as_ref().map(|current| current.tag.clone());
        if tag != (if let Expected::Tag(tag) = &expected { Some(tag.clone()) } else { None }) {
            return Err(changed_meanwhile());
        }
        let actor = &caller.actor;
        let version = Version {
            number: 0,
            at: attempt.now_ms,
            by: actor.id.clone(),
            name: actor.name.clone(),
            why: why.clone(),
            sha256: hash(&text),
        };
        let staged = self.blocking(move |directory| keeping::stage(directory, is, version, &text)).await?;
        let mut event = attempt.event(&actor.id, "network-change", Outcome::Done);
        event.detail = Some(why);
        event.entities.push(Entity {
            kind: "Network".to_owned(),
            id: "clinic.toml".to_owned(),
            version: Some(staged.number().to_string()),
        });
        keep(app, event).await?;
        self.blocking(move |directory| staged.put(directory)).await?;
        self.current().await?.ok_or_else(Problem::internal)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&std::path::Path) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let directory = self.directory.clone();
        let done = tokio::task::spawn_blocking(move || work(&directory)).await.map_err(|_| Problem::internal())?;
        done.map_err(|error| {
            tracing::error!(%error, "the clinic's file could not be read or written");
            Problem::internal()
        })
    }
}

/// Keeps that somebody was refused.
pub(crate) async fn note_refusal(app: &App, attempt: &Attempt, caller: &Caller, action: &str) -> Result<(), Problem> {
    keep(app, attempt.event(&caller.actor.id, action, Outcome::Refused)).await
}

/// Something that is about to be done to the rules of a gateway, or that failed.
pub(crate) struct Acted {
    pub(crate) action: &'static str,
    pub(crate) detail: Option<String>,
    pub(crate) failed: bool,
}

/// Keeps that.
pub(crate) async fn note(app: &App, attempt: &Attempt, caller: &Caller, acted: Acted) -> Result<(), Problem> {
    let outcome = if acted.failed { Outcome::Failed } else { Outcome::Done };
    let mut event = attempt.event(&caller.actor.id, acted.action, outcome);
    event.detail = acted.detail;
    keep(app, event).await
}

async fn keep(app: &App, event: Event) -> Result<(), Problem> {
    let noted: Result<(), store::StoreError> = app
        .store()
        .write(move |tx| {
            tx.audit(event);
            Ok(())
        })
        .await;
    Ok(noted?)
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As short as it is still nobody's by chance.
fn tag(text: &str) -> String {
    hash(text)[..32].to_owned()
}

pub(crate) fn changed_meanwhile() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new(
            "あなたが開いたあとで、ほかの人がネットワークの宣言を変えました。何も保存していません。",
            "Somebody else changed what is declared since you opened it. Nothing was saved.",
        ),
        Text::new("新しい内容と見くらべて、もう一度保存してください。", "Compare it with yours, then save again."),
    )
    .with_status(axum::http::StatusCode::PRECONDITION_FAILED)
}
