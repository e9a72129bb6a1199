//! `/api`: what the page needs beside FHIR. Anyone may use it; the page has no other powers.
//!
//! The description is `web/openapi.json`, committed; a test fails when it is not what the code says.

mod authority;
mod changes;
mod chart;
mod factor;
mod health;
mod json;
mod network;
mod openings;
mod passkey;
mod policy;
mod proof;
mod session;
mod trail;

use axum::Router;
use axum::routing::{delete, get, post, put};
use utoipa::OpenApi;

use crate::App;
use crate::signin::layer;

#[derive(OpenApi)]
#[openapi(
    info(title = "Komainu", description = "The page's own interface. Charts are under /fhir, as FHIR R4."),
    paths(
        session::sign_in,
        session::current,
        session::sign_out,
        session::change_password,
        session::second_step,
        factor::current,
        factor::propose,
        factor::confirm,
        factor::remove,
        factor::reset,
        passkey::challenge,
        passkey::sign_in,
        passkey::propose,
        passkey::confirm,
        passkey::remove,
        policy::current,
        policy::set,
        network::current,
        network::save,
        network::draft,
        network::reach,
        network::prove,
        network::history,
        network::version,
        network::patterns,
        changes::changes,
        chart::closed,
        chart::current,
        chart::seal,
        chart::unseal,
        openings::own,
        openings::open,
        openings::end,
        openings::list,
        openings::waiting,
        openings::review,
        trail::openers,
        trail::openers_csv,
        trail::activity,
        trail::activity_csv,
        network::gateway::status,
        network::gateway::attempt,
        network::gateway::confirm,
        network::gateway::withdraw,
        network::gateway::open,
        network::gateway::close,
        health::health,
        authority::pem,
        authority::der,
    )
)]
struct Description;

/// The OpenAPI description as it is committed.
#[must_use]
pub fn openapi() -> String {
    let mut description = Description::openapi();
    // The number of a build is no part of the interface.
    description.info.version = "1".to_owned();
    description.to_pretty_json().unwrap_or_default() + "\n"
}

/// All routes under `/api`, and the authority's certificate at an address short enough to type.
pub(crate) fn router(app: &App) -> Router<App> {
    let open = Router::new()
        .route("/api/session", post(session::sign_in))
        .route("/api/session/passkey", post(passkey::sign_in))
        .route("/api/passkey-challenge", post(passkey::challenge))
        .route("/api/health", get(health::health))
        .route("/api/authority", get(authority::pem))
        .route("/ca.crt", get(authority::der));
    // All that a half session reaches: what makes it whole or ends it. Each handler looks at what is missing.
    let known = Router::new()
        .route("/api/session", delete(session::sign_out))
        .route("/api/session/second-step", post(session::second_step))
        .route("/api/session/passkeys", post(passkey::propose))
        .route("/api/session/passkeys/confirmation", post(passkey::confirm))
        .route("/api/session/factor", post(factor::propose))
        .route("/api/session/factor/confirmation", post(factor::confirm));
    let signed_in = Router::new()
        .route("/api/session", get(session::current))
        .route("/api/changes", get(changes::changes))
        .route("/api/session/password", post(session::change_password))
        .route("/api/session/factor", get(factor::current))
        .route("/api/session/factor/removal", post(factor::remove))
        .route("/api/session/passkeys/removal", post(passkey::remove))
        .route("/api/accounts/{account}/factor-reset", post(factor::reset))
        .route("/api/factor-policy", get(policy::current).put(policy::set))
        .route("/api/closed-charts", get(chart::closed))
        .route("/api/patients/{patient}/chart", get(chart::current))
        .route("/api/patients/{patient}/seal", put(chart::seal))
        .route("/api/patients/{patient}/unseal", post(chart::unseal))
        .route("/api/patients/{patient}/trail", get(trail::openers))
        .route("/api/patients/{patient}/trail.csv", get(trail::openers_csv))
        .route("/api/accounts/{account}/trail", get(trail::activity))
        .route("/api/accounts/{account}/trail.csv", get(trail::activity_csv))
        .route("/api/openings", get(openings::own).post(openings::open))
        .route("/api/openings/{opening}", delete(openings::end))
        .route("/api/openings/{opening}/review", post(openings::review))
        .route("/api/opening-reviews", get(openings::list))
        .route("/api/opening-reviews/waiting", get(openings::waiting))
        .merge(network());
    layer::own_page(open.merge(layer::known(known, app)).merge(layer::signed_in(signed_in, app)))
}

/// The declared network.
fn network() -> Router<App> {
    Router::new()
        .route("/api/network", get(network::current).put(network::save))
        .route("/api/network/draft", post(network::draft))
        .route("/api/network/reach", post(network::reach))
        .route("/api/network/proof", post(network::prove))
        .route("/api/network/history", get(network::history))
        .route("/api/network/history/{number}", get(network::version))
        .route("/api/network/patterns", get(network::patterns))
        .route("/api/network/gateway", get(network::gateway::status))
        .route("/api/network/gateway/trial", post(network::gateway::attempt).delete(network::gateway::withdraw))
        .route("/api/network/gateway/confirmation", post(network::gateway::confirm))
        .route("/api/network/gateway/openings", post(network::gateway::open))
        .route("/api/network/gateway/openings/{vendor}", delete(network::gateway::close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_description_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == openapi(), "web/openapi.json is not what the code says: run `cargo xtask openapi`");
    }
}
