//! Live screens: a question that waits for an answer. A stream would need its own way through the timers of
//! connections, and a page that waits anew each time also learns when the line is gone.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::problem::Problem;

/// Shorter than what lets a connection count as idle, and than the patience of proxies.
const WAIT: Duration = Duration::from_secs(20);

/// Which changes are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The `count` of the answer before. Left out: the present count, at once.
    after: Option<u64>,
}

/// What has been written.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangesAnswer {
    /// To ask with next time.
    count: u64,
    /// Types of resources written since, e.g. `Encounter`. Empty when nothing was in twenty seconds.
    types: Vec<&'static str>,
}

/// Waits until something is written, twenty seconds at most, and says of which types. It names no record.
#[utoipa::path(get, path = "/api/changes", params(Asked), responses(
    (status = 200, description = "What has changed", body = ChangesAnswer),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
pub(crate) async fn changes(State(app): State<App>, Query(asked): Query<Asked>) -> Json<ChangesAnswer> {
    let record = app.record();
    let changed = match asked.after {
        None => record::Changed { types: Vec::new(), ..record.changed(0) },
        Some(seen) => {
            tokio::time::timeout(WAIT, record.changed_after(seen)).await.unwrap_or_else(|_| record.changed(seen))
        }
    };
    Json(ChangesAnswer { count: changed.count, types: changed.types })
}
