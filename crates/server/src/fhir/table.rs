//! Every FHIR route, one row each.

use std::future::Future;
use std::pin::Pin;

use axum::http::Method;
use axum::response::Response;
use axum::routing::MethodFilter;

use super::call::Call;
use super::reply::Fault;
use super::{bulk, bundle, instance, operations, search};

/// What a handler gives back.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Response, Fault>> + Send>>;

/// What a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A resource or other JSON.
    Json,
    /// A JSON Patch or JSON Merge Patch.
    Patch,
    /// A transaction or batch.
    Bundle,
    /// Search parameters as a form.
    Form,
    /// One resource per line.
    Lines,
}

/// A route: what is matched, what it is in the CapabilityStatement, who does it.
pub struct Route {
    /// GET, POST, …
    pub method: Method,
    /// In axum's syntax. `{type}` is a resource type, `{id}` a logical id.
    pub path: &'static str,
    /// `read`, `search-type`, … as in the standard's code lists, or the name of the operation with its `$`.
    pub interaction: &'static str,
    /// What the body is.
    pub takes: Takes,
    pub(super) handler: fn(Call) -> Answer,
}

impl Route {
    pub(super) fn filter(&self) -> MethodFilter {
        MethodFilter::try_from(self.method.clone()).unwrap_or(MethodFilter::TRACE)
    }
}

macro_rules! routes {
    ($($method:ident $path:literal $interaction:literal $takes:ident $handler:path;)*) => {
        /// All of them but `/fhir/metadata`, the only one for which nobody need be signed in.
        pub const ROUTES: &[Route] = &[$(
            Route {
                method: Method::$method,
                path: $path,
                interaction: $interaction,
                takes: Takes::$takes,
                handler: |call| Box::pin($handler(call)),
            },
        )*];
    };
}

routes! {
    POST   "/fhir"                                  "transaction"        Bundle  bundle::post;
    POST   "/fhir/"                                 "transaction"        Bundle  bundle::post;
    GET    "/fhir/_history"                         "history-system"     Nothing search::history_system;
    GET    "/fhir/$export"                          "$export"            Nothing bulk::export;
    GET    "/fhir/$export/{job}"                    "$export"            Nothing bulk::status;
    DELETE "/fhir/$export/{job}"                    "$export"            Nothing bulk::cancel;
    GET    "/fhir/$export/{job}/{file}"             "$export"            Nothing bulk::file;
    POST   "/fhir/$import"                          "$import"            Lines   bulk::import;
    GET    "/fhir/{type}"                           "search-type"        Nothing search::by_type;
    POST   "/fhir/{type}"                           "create"             Json    instance::create;
    PUT    "/fhir/{type}"                           "update"             Json    instance::update_where;
    PATCH  "/fhir/{type}"                           "patch"              Patch   instance::patch_where;
    DELETE "/fhir/{type}"                           "delete"             Nothing instance::delete_where;
    POST   "/fhir/{type}/_search"                   "search-type"        Form    search::by_form;
    GET    "/fhir/{type}/_history"                  "history-type"       Nothing search::history_type;
    POST   "/fhir/{type}/$validate"                 "$validate"          Json    operations::validate;
    GET    "/fhir/{type}/$export"                   "$export"            Nothing bulk::export;
    GET    "/fhir/{type}/$lastn"                    "$lastn"             Nothing operations::lastn;
    POST   "/fhir/{type}/$merge"                    "$merge"             Json    operations::merge;
    POST   "/fhir/{type}/$unmerge"                  "$unmerge"           Json    operations::unmerge;
    GET    "/fhir/{type}/{id}"                      "read"               Nothing instance::read;
    PUT    "/fhir/{type}/{id}"                      "update"             Json    instance::update;
    PATCH  "/fhir/{type}/{id}"                      "patch"              Patch   instance::patch;
    DELETE "/fhir/{type}/{id}"                      "delete"             Nothing instance::delete;
    GET    "/fhir/{type}/{id}/_history"             "history-instance"   Nothing search::history_instance;
    GET    "/fhir/{type}/{id}/_history/{version}"   "vread"              Nothing instance::vread;
    GET    "/fhir/{type}/{id}/$everything"          "$everything"        Nothing operations::everything;
    POST   "/fhir/{type}/{id}/$validate"            "$validate"          Json    operations::validate;
    POST   "/fhir/{type}/{id}/$finalise"            "$finalise"          Json    operations::finalise;
    POST   "/fhir/{type}/{id}/$amend"               "$amend"             Json    operations::amend;
    GET    "/fhir/{type}/{id}/{other}"              "search-type"        Nothing search::compartment;
}
