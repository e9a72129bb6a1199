//! A version before it is written. Everything that does not need the transaction is done here, on the caller's
//! thread, because there is only one writer.

use fhir::Resource;
use fhir::search::value::Indexed;
use sync::{Hash, Kind, content_hash};

use crate::error::StoreError;
use crate::{index, payload};

/// A version ready to be appended.
pub struct Draft {
    pub(crate) resource_type: &'static str,
    pub(crate) type_code: u16,
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// Logical id of the patient in whose compartment it is.
    pub(crate) patient: Option<String>,
    pub(crate) text: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) content: Hash,
    pub(crate) indexed: Vec<Indexed>,
}

impl Draft {
    /// Prepares a resource, which must have its id; `meta.versionId` and `meta.lastUpdated` are replaced.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] without an id.
    pub fn prepare(resource: Resource, kind: Kind) -> Result<Self, StoreError> {
        let (resource_type, type_code) = (resource.resource_type(), resource.type_code());
        let indexed = index::extract(&resource);
        let patient = index::patient_of(&resource);
        let (id, text) = payload::canonical(resource)?;
        let content = content_hash(&text);
        let payload = payload::pack(&text);
        Ok(Self { resource_type, type_code, id, kind, patient, text, payload, content, indexed })
    }

    /// Prepares the deletion of a resource: a version without content, found by nothing.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] for what is no type or no id.
    pub fn deletion(resource_type: &str, id: &str) -> Result<Self, StoreError> {
        let text = format!(r#"{{"resourceType":"{resource_type}","id":"{id}"}}"#);
        let resource = Resource::parse(text.as_bytes()).map_err(|_| StoreError::Unfit("not a type with an id"))?;
        let (type_code, resource_type) = (resource.type_code(), resource.resource_type());
        let (id, text) = payload::canonical(resource)?;
        let content = content_hash(&text);
        let payload = payload::pack(&text);
        let kind = Kind::Delete;
        Ok(Self { resource_type, type_code, id, kind, patient: None, text, payload, content, indexed: Vec::new() })
    }

    /// The same as another kind of version: whether a PUT creates or updates is known only inside the job.
    #[must_use]
    pub fn with_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same under another id: which resource a condition matches is known only inside the job.
    #[must_use]
    pub fn with_id(self, id: &str) -> Self {
        // The canonical text begins with type and id.
        let before = format!(r#"{{"resourceType":"{}","id":"{}""#, self.resource_type, self.id);
        let rest = self.text.strip_prefix(before.as_bytes()).unwrap_or_default();
        let text = [format!(r#"{{"resourceType":"{}","id":"{id}""#, self.resource_type).as_bytes(), rest].concat();
        let patient = if self.resource_type == "Patient" { Some(id.to_owned()) } else { self.patient };
        let (content, payload) = (content_hash(&text), payload::pack(&text));
        Self { id: id.to_owned(), patient, content, payload, text, ..self }
    }

    /// For instance `Patient`.
    #[must_use]
    pub fn resource_type(&self) -> &'static str {
        self.resource_type
    }

    /// The logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Logical id of the patient in whose compartment it is.
    #[must_use]
    pub fn patient(&self) -> Option<&str> {
        self.patient.as_deref()
    }

    /// What it will be found by.
    #[must_use]
    pub fn indexed(&self) -> &[Indexed] {
        &self.indexed
    }
}
