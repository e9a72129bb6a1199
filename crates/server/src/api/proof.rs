//! What is shown again before something that needs more than being signed in.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemKind, Text};
use crate::signin;

/// Either a password, with a code where the account has a second factor, or a passkey's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    #[serde(default)]
    #[schema(format = "password")]
    password: Option<String>,
    /// Six digits or a recovery code; needed when the account has a second factor.
    #[serde(default)]
    #[schema(format = "password")]
    code: Option<String>,
    #[serde(default)]
    passkey: Option<PasskeyAnswer>,
}

/// An authenticator's answer to a challenge. A challenge is answered once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyAnswer {
    /// As it came with the challenge.
    ceremony: String,
    /// `AuthenticationResponseJSON` of Web Authentication.
    #[schema(value_type = Object)]
    credential: Value,
}

impl From<PasskeyAnswer> for signin::PasskeyAnswer {
    fn from(answer: PasskeyAnswer) -> Self {
        Self { ceremony: answer.ceremony, credential: answer.credential }
    }
}

impl TryFrom<Proof> for signin::Proof {
    type Error = Problem;

    fn try_from(proof: Proof) -> Result<Self, Problem> {
        match (proof.password, proof.code, proof.passkey) {
            (Some(password), code, None) => Ok(Self::Password { password, code }),
            (None, None, Some(answer)) => Ok(Self::Passkey(answer.into())),
            _ => Err(one_or_the_other()),
        }
    }
}

fn one_or_the_other() -> Problem {
    Problem::new(
        ProblemKind::BadRequest,
        Text::new(
            "パスワードかパスキーの、どちらか一方を送ってください。",
            "Send a password or a passkey's answer, one of them.",
        ),
        Text::new("/api の説明 (openapi.json) と比べてください。", "Compare it with openapi.json."),
    )
}
