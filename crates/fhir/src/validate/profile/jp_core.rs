//! JP Core
use super::super::path::Path;
use super::super::walk::Walk;
use crate::json::Object;

/// Of every JP Core profile.
pub(super) const PREFIX: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/";

pub(super) fn check(_walk: &mut Walk<'_>, _name: &str, _resource_type: &str, _object: &Object, _path: &Path<'_>) {}
