//! Who asks. A handler of the network cannot be written without saying which of the two it is for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::App;
use crate::network::note_refusal;
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::{Attempt, Caller};

/// Somebody who may see it.
pub(crate) struct Reader(pub(super) Caller);

/// Somebody who may change it.
pub(crate) struct Keeper(pub(super) Caller);

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.actor.reads_network() {
            return Ok(Self(caller));
        }
        let attempt = Attempt::from_request_parts(parts, app).await?;
        note_refusal(app, &attempt, &caller, "network-read").await?;
        Err(refused(Text::new(
            "ネットワークは院長・管理者・保守業者だけが見られます。",
            "The network is shown to the director, administrators and maintainers only.",
        )))
    }
}

impl FromRequestParts<App> for Keeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.actor.keeps_network() {
            return Ok(Self(caller));
        }
        let attempt = Attempt::from_request_parts(parts, app).await?;
        note_refusal(app, &attempt, &caller, "network-change").await?;
        Err(refused(Text::new(
            "ネットワークの宣言を変えられるのは管理者だけです。",
            "Only an administrator may change what is declared.",
        )))
    }
}

fn refused(what: Text) -> Problem {
    let todo = Text::new("必要なときは管理者に頼んでください。", "Ask an administrator if you need it.");
    Problem::new(ProblemKind::Forbidden, what, todo)
}
