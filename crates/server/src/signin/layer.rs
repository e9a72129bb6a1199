//! The layers around routes: nobody gets to a handler, or to have a body read, without being known.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

pub(crate) use super::origin::media_type;
use super::{Attempt, Caller, Known, caller, origin};
use crate::App;
use crate::http::RequestId;
use crate::net::Peer;
use crate::problem::Problem;

/// Around routes for which one must be signed in, with all that is asked. Handlers then find the [`Caller`].
pub fn signed_in(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), require_whole))
}

/// Around the few routes that are also for somebody at the second step. Handlers then find [`Known`], and no
/// [`Caller`].
pub fn known(router: Router<App>, app: &App) -> Router<App> {
    router.layer(from_fn_with_state(app.clone(), require_known))
}

/// Around routes that a browser's cookie could be abused for, or that give one.
pub fn own_page(router: Router<App>) -> Router<App> {
    router.layer(axum::middleware::from_fn(check_origin))
}

async fn require_whole(State(app): State<App>, attempt: Attempt, mut request: Request, next: Next) -> Response {
    let known = match app.sign_in().identify(app.store(), request.headers(), app.now_ms()).await {
        Ok(known) => known,
        Err(problem) => return problem.into_response(),
    };
    match &*known {
        Known::Whole(caller) => {
            request.extensions_mut().insert(caller.clone());
            next.run(request).await
        }
        Known::Half(half) => app.sign_in().refuse_half(app.store(), &attempt, half).await.into_response(),
    }
}

async fn require_known(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match app.sign_in().identify(app.store(), request.headers(), app.now_ms()).await {
        Ok(known) => {
            request.extensions_mut().insert(known);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn check_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !caller::carries_token(headers)
        && let Err(problem) = origin::check(request.method(), request.uri().path(), headers)
    {
        return problem.into_response();
    }
    next.run(request).await
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    /// A route outside [`signed_in`] that asks for a caller is a mistake of ours, and answers 500 to everyone.
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    /// As for [`Caller`], outside [`known`].
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let known = parts.extensions.get::<std::sync::Arc<Self>>();
        known.map(|known| Self::clone(known)).ok_or_else(Problem::internal)
    }
}

impl FromRequestParts<App> for Attempt {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let source = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let request = parts.extensions.get::<RequestId>().copied().ok_or_else(Problem::internal)?;
        Ok(Self { source: source.to_canonical(), request, now_ms: app.now_ms() })
    }
}
