//! The one error of `/api` and of the edge: kind, what, what to do, in both languages.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// What kind of refusal; programs branch on this, people read the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Not understood.
    BadRequest,
    /// Not signed in, or no longer.
    SignInNeeded,
    /// The name or password is wrong, or the account is not active; which of these is not told.
    SignInRefused,
    /// The password was right, and the second step is missing.
    SecondStepNeeded,
    /// The one-time or recovery code is wrong.
    CodeRefused,
    /// Signed in, without the right.
    Forbidden,
    /// Sent by a page that is not ours.
    ForeignOrigin,
    /// There is none.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// Asked for under a host name that is not ours.
    ForeignHost,
    /// Not while things are as they are.
    Conflict,
    /// Too big.
    TooLarge,
    /// Came too slowly.
    TooSlow,
    /// Not in a form that is read here.
    UnsupportedMediaType,
    /// Understood, and against a rule.
    Invalid,
    /// Too often.
    TooManyRequests,
    /// A fault of Komainu itself.
    Internal,
    /// Not just now.
    Unavailable,
    /// No room on the disk.
    Full,
}

impl ProblemKind {
    fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::SignInNeeded | Self::SignInRefused | Self::SecondStepNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid | Self::CodeRefused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
        }
    }
}

/// One sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Text {
    /// 日本語
    #[schema(value_type = String)]
    pub ja: Cow<'static, str>,
    /// English
    #[schema(value_type = String)]
    pub en: Cow<'static, str>,
}

impl Text {
    /// A sentence that is the same each time.
    #[must_use]
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja: Cow::Borrowed(ja), en: Cow::Borrowed(en) }
    }
}

/// Why a request was not done. Never holds what the client sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// What happened and why.
    pub what: Text,
    /// What to do next.
    pub todo: Text,
    /// Overrides the kind's status: several refusals of the edge share a kind.
    #[serde(skip)]
    status: Option<StatusCode>,
    /// Seconds until trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem with its sentences.
    #[must_use]
    pub const fn new(kind: ProblemKind, what: Text, todo: Text) -> Self {
        Self { kind, what, todo, status: None, retry_after: None }
    }

    /// With another status than the kind's.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// With the time after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status.unwrap_or_else(|| self.kind.status())
    }

    /// No page or interface at that address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            ProblemKind::NotFound,
            Text::new("そのアドレスには何もありません。", "There is nothing at this address."),
            Text::new("アドレスを確かめてください。", "Check the address."),
        )
    }

    /// For a refusal that came without words.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let bad_request = Self::new(
            ProblemKind::BadRequest,
            Text::new("リクエストを読み取れませんでした。", "The request was not understood."),
            Text::new("送った側のプログラムを直してください。", "Correct the program that sent it."),
        );
        match status {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => Self {
                kind: ProblemKind::MethodNotAllowed,
                what: Text::new(
                    "そのアドレスではそのメソッドは使えません。",
                    "That method does not work at this address.",
                ),
                ..bad_request
            },
            _ if status.is_server_error() => Self::internal().with_status(status),
            _ => bad_request.with_status(status),
        }
    }

    /// Something of ours failed; the log has the rest under the request's id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            ProblemKind::Internal,
            Text::new("こまいぬの内部で失敗しました。", "Komainu failed inside."),
            Text::new(
                "もう一度試し、続くときは応答の X-Request-Id を管理者に伝えてください。",
                "Try again; if it goes on, give the administrator the X-Request-Id of this answer.",
            ),
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Full => Self::new(
                ProblemKind::Full,
                Text::new("ディスクに空きがなく、保存できませんでした。", "No room on the disk; nothing was saved."),
                Text::new(
                    "管理者に知らせてください。読むことはできます。",
                    "Tell the administrator. Reading still works.",
                ),
            ),
            StoreError::Stopped(_) | StoreError::Unavailable(_) | StoreError::Deadline => Self::new(
                ProblemKind::Unavailable,
                Text::new("サーバーが今は応えられません。", "The server cannot answer just now."),
                Text::new("少し待ってからもう一度試してください。", "Wait a little and try again."),
            )
            .retry_after(5),
            _ => {
                tracing::error!(%error, "the store refused");
                Self::internal()
            }
        }
    }
}

/// What `record` refused, for `/api`. Its own sentence is English; the Japanese one says what kind it is.
impl From<record::Error> for Problem {
    fn from(error: record::Error) -> Self {
        use record::ErrorKind as Kind;
        let (kind, what, todo) = match error.kind {
            Kind::BadRequest => {
                (ProblemKind::BadRequest, "リクエストを読み取れませんでした。", "送った内容を確かめてください。")
            }
            Kind::Invalid => (ProblemKind::Invalid, "入力がきまりに合いません。", "入力を直してください。"),
            Kind::Forbidden => {
                (ProblemKind::Forbidden, "あなたの職種ではできません。", "院長か管理者に頼んでください。")
            }
            Kind::NotFound | Kind::Gone => (ProblemKind::NotFound, "見つかりません。", "一覧を開きなおしてください。"),
            Kind::Conflict | Kind::Precondition | Kind::PreconditionRequired => {
                (ProblemKind::Conflict, "今はその状態ではありません。", "一覧を開きなおしてください。")
            }
            Kind::TooLarge => (ProblemKind::TooLarge, "大きすぎるか、時間がかかりすぎます。", "範囲を狭めてください。"),
            Kind::TooMany => (
                ProblemKind::TooManyRequests,
                "短い間に開きすぎました。",
                "開いているカルテを終えるか、院長に相談してください。",
            ),
            Kind::Full => return StoreError::Full.into(),
            Kind::Unavailable => return StoreError::Deadline.into(),
            Kind::NotSupported | Kind::Internal => return Self::internal(),
        };
        let text = |ja: &'static str, en: String| Text { ja: Cow::Borrowed(ja), en: Cow::Owned(en) };
        Self::new(kind, text(what, error.what), text(todo, error.todo.to_owned()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = self.retry_after;
        // The layer around `/fhir` says the same in FHIR's words.
        let told = self.clone();
        let mut response = (status, Json(self)).into_response();
        response.extensions_mut().insert(told);
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            // No Basic: a browser must never put up its own password box.
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_tells_when_to_come_back() {
        let text = Text::new("混んでいます。", "Busy.");
        let problem = Problem::new(ProblemKind::TooManyRequests, text.clone(), text).retry_after(30);
        let body = serde_json::to_value(&problem).unwrap();
        assert_eq!(body["kind"], "too-many-requests");
        assert_eq!(body["retry_after"], 30);
        let response = problem.into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "30");
    }
}
