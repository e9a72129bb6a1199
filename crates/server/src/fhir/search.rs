//! Search and history.

use axum::http::StatusCode;
use axum::response::Response;
use record::Scope;
use record::url::{self, Pairs};

use super::call::Call;
use super::reply::{self, Fault};

pub(super) async fn by_type(call: Call) -> Result<Response, Fault> {
    let resource_type = call.resource_type()?;
    found(&call, resource_type, resource_type, &call.pairs, None).await
}

pub(super) async fn by_form(call: Call) -> Result<Response, Fault> {
    let resource_type = call.resource_type()?;
    let form = std::str::from_utf8(&call.body).map_err(|_| Fault::bad_request("the form is not UTF-8"))?;
    let mut pairs = call.pairs.clone();
    pairs.extend(url::query_pairs(form)?);
    found(&call, resource_type, resource_type, &pairs, None).await
}

/// `Patient/1/Observation?…`: a search in the patient's compartment.
pub(super) async fn compartment(call: Call) -> Result<Response, Fault> {
    let other = url::resource_type(call.path.get(2).map_or("", String::as_str));
    let (Ok(("Patient", id)), Some(other)) = (call.instance(), other) else { return Err(Fault::no_such_route()) };
    found(&call, other, &format!("Patient/{id}/{other}"), &call.pairs, Some(&id)).await
}

async fn found(
    call: &Call,
    resource_type: &'static str,
    path: &str,
    pairs: &Pairs,
    patient: Option<&str>,
) -> Result<Response, Fault> {
    let found = call.app.record().search(&call.ctx, resource_type, pairs, patient).await?;
    Ok(reply::json(StatusCode::OK, found.bundle(&call.base, path, pairs)?))
}

pub(super) async fn history_system(call: Call) -> Result<Response, Fault> {
    history(&call, Scope::System, "_history").await
}

pub(super) async fn history_type(call: Call) -> Result<Response, Fault> {
    let resource_type = call.resource_type()?;
    history(&call, Scope::Type(resource_type), &format!("{resource_type}/_history")).await
}

pub(super) async fn history_instance(call: Call) -> Result<Response, Fault> {
    let (resource_type, id) = call.instance()?;
    let path = format!("{resource_type}/{id}/_history");
    history(&call, Scope::Instance(resource_type, id), &path).await
}

async fn history(call: &Call, scope: Scope, path: &str) -> Result<Response, Fault> {
    let versions = call.app.record().history(&call.ctx, scope, &call.pairs).await?;
    Ok(reply::json(StatusCode::OK, versions.bundle(&call.base, path, &call.pairs)))
}
