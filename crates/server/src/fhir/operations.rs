//! `$validate`, `$everything`, `$lastn`, `$finalise`, `$amend`, `$merge`, `$unmerge`.

use axum::http::StatusCode;
use axum::response::Response;
use clinic::VersionId;
use fhir::Resource;
use fhir::json::Json;
use record::{Done, Precondition, bundle};

use super::call::Call;
use super::reply::{self, Fault};

/// Answers 200 whatever it finds: the findings are the answer (resource-operation-validate.html).
pub(super) async fn validate(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let sent = call.json()?;
    let resource = resource_in(sent)?;
    if resource.resource_type() != call.resource_type()? {
        return Err(Fault::bad_request("the resource is of another type than the address"));
    }
    let outcome = call.app.record().validate(&call.ctx, &resource).await?;
    Ok(reply::made(&outcome.to_json()))
}

pub(super) async fn everything(call: Call) -> Result<Response, Fault> {
    let ("Patient", id) = call.instance()? else { return Err(Fault::no_such_route()) };
    let bytes = call.app.record().everything(&call.ctx, &id, &call.pairs, &call.base).await?;
    Ok(reply::json(StatusCode::OK, bytes))
}

pub(super) async fn lastn(call: Call) -> Result<Response, Fault> {
    let "Observation" = call.resource_type()? else { return Err(Fault::no_such_route()) };
    let bytes = call.app.record().lastn(&call.ctx, &call.pairs, &call.base).await?;
    Ok(reply::json(StatusCode::OK, bytes))
}

/// The finaliser names the version they have reviewed: If-Match, or the parameter `version`.
pub(super) async fn finalise(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let reviewed = seen(&call, &call.json()?)?;
    let done = call.app.record().finalise(&call.ctx, resource_type, &id, reviewed).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

/// Takes Parameters with `resource`, `reason` and, unless If-Match says it, `version`.
pub(super) async fn amend(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let sent = call.json()?;
    let seen = seen(&call, &sent)?;
    let reason = value(&sent, "reason").unwrap_or_default().to_owned();
    let amended = resource_in(sent)?;
    if amended.resource_type() != resource_type || amended.id() != Some(id.as_str()) {
        return Err(Fault::bad_request("the amended resource is another one than the address names"));
    }
    let done = call.app.record().amend(&call.ctx, amended, &reason, seen).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

/// Takes Parameters with `target-patient` (kept) and `source-patient` (given up), as references.
pub(super) async fn merge(call: Call) -> Result<Response, Fault> {
    let (kept, duplicate) = pair(&call)?;
    let done = call.app.record().merge(&call.ctx, &kept, &duplicate, None).await?;
    Ok(reply::made(&patients(&done)))
}

pub(super) async fn unmerge(call: Call) -> Result<Response, Fault> {
    let (kept, duplicate) = pair(&call)?;
    let done = call.app.record().unmerge(&call.ctx, &kept, &duplicate).await?;
    Ok(reply::made(&patients(&done)))
}

fn pair(call: &Call) -> Result<(String, String), Fault> {
    call.no_parameters()?;
    let "Patient" = call.resource_type()? else { return Err(Fault::no_such_route()) };
    let sent = call.json()?;
    let id = |name: &str| {
        let reference = parameter(&sent, name)?.get("valueReference")?.get("reference")?.as_str()?;
        reference.strip_prefix("Patient/").filter(|id| fhir::is_id(id)).map(str::to_owned)
    };
    let missing =
        || Fault::bad_request("Parameters with target-patient and source-patient, each a valueReference to a Patient");
    Ok((id("target-patient").ok_or_else(missing)?, id("source-patient").ok_or_else(missing)?))
}

/// Both patients as they are now, the kept one first.
fn patients(done: &[Done]) -> Json {
    let one = |(name, done): (&str, &Done)| {
        let stored = done.stored.as_ref()?;
        Some(Json::from([
            ("name", Json::from(name)),
            (
                "valueReference",
                Json::from([("reference", Json::from(format!("Patient/{}/_history/{}", stored.id, stored.version)))]),
            ),
        ]))
    };
    let parameters = ["target-patient", "source-patient"].into_iter().zip(done).filter_map(one).collect();
    Json::from([("resourceType", Json::from("Parameters")), ("parameter", Json::Array(parameters))])
}

/// The version the client has seen.
fn seen(call: &Call, sent: &Json) -> Result<VersionId, Fault> {
    let precondition = match value(sent, "version") {
        Some(version) => bundle::precondition(Some(version), None)?,
        None => call.precondition()?,
    };
    match precondition {
        Precondition::Match(version) => Ok(version),
        _ => {
            let what = "say which version you have reviewed: If-Match with its ETag";
            Err(record::Error::new(record::ErrorKind::PreconditionRequired, what).into())
        }
    }
}

/// A resource sent bare, or as the parameter `resource`.
fn resource_in(mut sent: Json) -> Result<Resource, Fault> {
    if sent.get("resourceType").and_then(Json::as_str) == Some("Parameters") {
        let parts = sent.get_mut("parameter").and_then(Json::as_array_mut);
        let part =
            parts.and_then(|parts| parts.iter_mut().find(|p| p.get("name").and_then(Json::as_str) == Some("resource")));
        let resource = part.and_then(Json::as_object_mut).and_then(|p| p.remove("resource"));
        sent = resource.ok_or_else(|| Fault::bad_request("Parameters without the parameter resource"))?;
    }
    Ok(Resource::from_json(sent).map_err(record::Error::from)?)
}

fn parameter<'j>(sent: &'j Json, name: &str) -> Option<&'j Json> {
    sent.get("parameter")?.items().iter().find(|part| part.get("name").and_then(Json::as_str) == Some(name))
}

fn value<'j>(sent: &'j Json, name: &str) -> Option<&'j str> {
    let part = parameter(sent, name)?;
    ["valueString", "valueCode", "valueId"].into_iter().find_map(|value| part.get(value)).and_then(Json::as_str)
}
