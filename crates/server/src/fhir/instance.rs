//! Create, read, update, patch and delete.

use axum::response::Response;
use fhir::json::Json;
use record::Patch;

use super::call::Call;
use super::reply::{self, Fault};

pub(super) async fn create(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let done = call.app.record().create(&call.ctx, call.resource()?, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn read(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let stored = call.app.record().read(&call.ctx, resource_type, &id).await?;
    Ok(if reply::has_it(&call.headers, &stored) { reply::not_modified(&stored) } else { reply::resource(stored) })
}

pub(super) async fn vread(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let version = call.path.get(2).map_or("", String::as_str);
    let stored = call.app.record().vread(&call.ctx, resource_type, &id, version).await?;
    Ok(if reply::has_it(&call.headers, &stored) { reply::not_modified(&stored) } else { reply::resource(stored) })
}

pub(super) async fn update(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (_, id) = call.instance()?;
    let resource = call.resource()?;
    if resource.id() != Some(id.as_str()) {
        return Err(Fault::bad_request("the resource's id is not the one in the address"));
    }
    let done = call.app.record().update(&call.ctx, resource, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn update_where(call: Call) -> Result<Response, Fault> {
    let done = call.app.record().update_where(&call.ctx, call.resource()?, &call.pairs, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn patch(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let done = call.app.record().patch(&call.ctx, resource_type, &id, patch_of(&call)?, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn patch_where(call: Call) -> Result<Response, Fault> {
    let resource_type = call.resource_type()?;
    let done =
        call.app.record().patch_where(&call.ctx, resource_type, &call.pairs, patch_of(&call)?, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn delete(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (resource_type, id) = call.instance()?;
    let done = call.app.record().delete(&call.ctx, resource_type, &id, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

pub(super) async fn delete_where(call: Call) -> Result<Response, Fault> {
    let resource_type = call.resource_type()?;
    let done = call.app.record().delete_where(&call.ctx, resource_type, &call.pairs, call.options()?).await?;
    Ok(reply::written(done, call.prefer, &call.base))
}

fn patch_of(call: &Call) -> Result<Patch, Fault> {
    match (call.json()?, call.is_json_patch()) {
        (operations @ Json::Array(_), true) => Ok(Patch::Json(operations)),
        (changes @ Json::Object(_), false) => Ok(Patch::Merge(changes)),
        (_, true) => Err(Fault::bad_request("a JSON Patch is an array of operations")),
        (_, false) => Err(Fault::bad_request("a JSON Merge Patch is an object")),
    }
}
