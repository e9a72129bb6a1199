//! `/fhir/metadata`, from the table of routes and the tables of search parameters.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::StatusCode;
use axum::response::Response;
use fhir::json::{Json, Object};
use fhir::search::ParamDef;

use super::reply;
use super::table::ROUTES;

static STATEMENT: LazyLock<Vec<u8>> = LazyLock::new(|| statement().to_vec());

/// Open to everyone: it says what the program can, and nothing of the clinic.
pub(super) async fn metadata() -> Response {
    reply::json(StatusCode::OK, STATEMENT.clone())
}

/// Interactions on a type, in the order of the standard's value set.
const OF_A_TYPE: [&str; 9] =
    ["read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"];
/// Interactions on the whole system.
const OF_THE_SYSTEM: [&str; 3] = ["transaction", "batch", "history-system"];

/// Types that are messages and are not stored.
pub(super) const NOT_STORED: [&str; 3] = ["AuditEvent", "OperationOutcome", "Parameters"];

fn offered() -> BTreeSet<&'static str> {
    let mut offered: BTreeSet<&str> = ROUTES.iter().map(|route| route.interaction).collect();
    if offered.contains("transaction") {
        offered.insert("batch");
    }
    offered
}

pub(super) fn statement() -> Json {
    let offered = offered();
    let codes = |all: &[&str]| -> Vec<Json> {
        let offered = all.iter().filter(|code| offered.contains(**code));
        offered.map(|code| Json::from([("code", Json::from(*code))])).collect()
    };
    let types = fhir::tables::types().filter(|t| !NOT_STORED.contains(t));
    let resources: Vec<Json> = types.map(|t| resource(t, codes(&OF_A_TYPE))).collect();
    let rest = Json::from([
        ("mode", Json::from("server")),
        ("security", security()),
        ("resource", Json::Array(resources)),
        ("interaction", Json::Array(codes(&OF_THE_SYSTEM))),
        ("operation", operations(&["$export", "$import"])),
    ]);
    Json::from([
        ("resourceType", Json::from("CapabilityStatement")),
        ("status", Json::from("active")),
        ("date", Json::from("2026-11-23")),
        ("publisher", Json::from("Komainu")),
        ("kind", Json::from("instance")),
        ("software", Json::from([("name", Json::from("Komainu")), ("version", Json::from(env!("CARGO_PKG_VERSION")))])),
        ("implementation", Json::from([("description", Json::from("Komainu clinic record"))])),
        ("fhirVersion", Json::from("4.0.1")),
        ("format", Json::from(vec!["application/fhir+json", "json"])),
        ("patchFormat", Json::from(vec!["application/json-patch+json", "application/merge-patch+json"])),
        ("rest", Json::Array(vec![rest])),
    ])
}

fn security() -> Json {
    let coding = Json::from([
        ("system", Json::from("http://terminology.hl7.org/CodeSystem/restful-security-service")),
        ("code", Json::from("SMART-on-FHIR")),
    ]);
    Json::from([
        ("cors", Json::from(false)),
        ("service", Json::Array(vec![Json::from([("coding", Json::Array(vec![coding]))])])),
        ("description", Json::from("Bearer tokens narrowed by SMART v2 scopes, or the page's session cookie")),
    ])
}

fn resource(resource_type: &'static str, interactions: Vec<Json>) -> Json {
    let mut resource =
        Object::from_iter([("type", Json::from(resource_type)), ("interaction", Json::Array(interactions))]);
    resource.insert("versioning", "versioned");
    resource.insert("readHistory", true);
    resource.insert("updateCreate", true);
    resource.insert("conditionalCreate", true);
    resource.insert("conditionalRead", "full-support");
    resource.insert("conditionalUpdate", true);
    resource.insert("conditionalDelete", "single");
    resource.insert("searchInclude", includes(resource_type));
    resource.insert("searchRevInclude", rev_includes(resource_type));
    resource.insert("searchParam", fhir::search::params(resource_type).map(param).collect::<Vec<Json>>());
    let mut own = vec!["$validate"];
    match resource_type {
        "Patient" => own.extend(["$everything", "$export", "$merge", "$unmerge"]),
        "Observation" => own.push("$lastn"),
        _ => {}
    }
    if record::is_finalisable(resource_type) {
        own.extend(["$finalise", "$amend"]);
    }
    resource.insert("operation", operations(&own));
    resource.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
    Json::Object(resource)
}

fn param(param: &ParamDef) -> Json {
    Json::from([("name", Json::from(param.name)), ("type", Json::from(param.kind.as_str()))])
}

fn includes(resource_type: &str) -> Vec<Json> {
    let references = fhir::search::params(resource_type).filter(|p| p.kind == fhir::search::Kind::Reference);
    references.map(|p| Json::from(format!("{resource_type}:{}", p.name))).collect()
}

fn rev_includes(resource_type: &str) -> Vec<Json> {
    let from = |source: &'static str| {
        let points = fhir::search::params(source)
            .filter(|p| p.kind == fhir::search::Kind::Reference && p.targets.contains(&resource_type));
        points.map(move |p| Json::from(format!("{source}:{}", p.name)))
    };
    fhir::tables::types().flat_map(from).collect()
}

fn operations(names: &[&str]) -> Json {
    let offered = offered();
    let one = |name: &&str| {
        let name = name.trim_start_matches('$');
        let definition = match name {
            "export" => "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export".to_owned(),
            "validate" => "http://hl7.org/fhir/OperationDefinition/Resource-validate".to_owned(),
            "everything" => "http://hl7.org/fhir/OperationDefinition/Patient-everything".to_owned(),
            "lastn" => "http://hl7.org/fhir/OperationDefinition/Observation-lastn".to_owned(),
            other => format!("urn:komainu:fhir:operation:{other}"),
        };
        Json::from([("name", Json::from(name)), ("definition", Json::from(definition))])
    };
    Json::Array(names.iter().filter(|name| offered.contains(**name)).map(one).collect())
}
