//! What an import writes, prepared away from the writer. Pure.

use fhir::Resource;
use fhir::references::{self, Literal};
use fhir::search::query::Query;
use fhir::validate::Mode;
use store::{Draft, Kind};

use crate::bundle::parse::{self, Entry, Method};
use crate::record::condition;
use crate::url::Target;
use crate::{Error, ErrorKind, check, id};

/// Something an import holds, as it was read.
#[derive(Debug, Clone)]
pub enum Item {
    /// One resource, for instance a line of NDJSON.
    Resource(Vec<u8>),
    /// A bundle of any kind: each of its resources, all or none.
    Bundle(Vec<u8>),
    /// A patient of a list, found again by its 患者番号.
    Patient(Box<super::patients::Row>),
    /// What could not even be read, to stand in the report.
    Bad(String),
}

/// Resources that are written together or not at all.
pub(crate) struct Unit {
    /// Where it stands in the source: a line, or the number of a file.
    pub(crate) at: u64,
    pub(crate) writes: Vec<Write>,
}

/// One resource to write unless it is there.
pub(crate) struct Write {
    pub(crate) draft: Box<Draft>,
    /// What else shows that it is there.
    pub(crate) unless: Option<Query>,
}

impl Item {
    /// Parses, validates and names. What comes from elsewhere is kept where it can be understood (validation warns);
    /// ids follow from the content, so that the same file twice is one import.
    pub(crate) fn prepare(self, at: u64, entries_max: usize, now_ms: i64) -> Result<Unit, Error> {
        let writes = match self {
            Self::Resource(text) => vec![resource(&text)?],
            Self::Bundle(text) => bundle(&text, entries_max)?,
            Self::Patient(row) => vec![patient(*row, now_ms)?],
            Self::Bad(reason) => return Err(Error::new(ErrorKind::BadRequest, reason)),
        };
        Ok(Unit { at, writes })
    }
}

fn resource(text: &[u8]) -> Result<Write, Error> {
    let mut resource = Resource::parse(text)?;
    if resource.id().is_none() {
        let id = id::id_of(&[resource.resource_type().as_bytes(), text]);
        resource.set_id(&id);
    }
    write(resource)
}

fn write(mut resource: Resource) -> Result<Write, Error> {
    check::accept(&mut resource, Mode::Warn)?;
    Ok(Write { draft: Box::new(Draft::prepare(resource, Kind::Create)?), unless: None })
}

/// 患者番号 names a patient for life: the same number is the same patient, wherever it was entered first.
fn patient(row: super::patients::Row, now_ms: i64) -> Result<Write, Error> {
    let mut resource = row.patient;
    let system = resource
        .json()
        .get("identifier")
        .and_then(|i| i.items().first()?.get("system")?.as_str())
        .unwrap_or_default()
        .to_owned();
    let id = id::id_of(&[b"Patient", system.as_bytes(), row.number.as_bytes()]);
    resource.set_id(&id);
    let escape = |text: &str| text.replace('\\', "\\\\").replace(',', "\\,").replace('|', "\\|").replace('$', "\\$");
    let pairs = vec![("identifier".to_owned(), format!("{}|{}", escape(&system), escape(&row.number)))];
    let unless = Some(condition("Patient", &pairs, now_ms)?);
    Ok(Write { unless, ..write(resource)? })
}

/// Resources of a bundle. References to entries are rewritten; what an entry's request says beside that it brings a
/// resource (PUT, POST) is refused rather than passed over.
fn bundle(text: &[u8], entries_max: usize) -> Result<Vec<Write>, Error> {
    let named = match parse::parse(text, entries_max) {
        Ok((_, entries)) => {
            let entries: Vec<Entry> = entries.into_iter().collect::<Result<_, _>>()?;
            entries.into_iter().map(of_request).collect::<Result<Vec<_>, _>>()?
        }
        // A collection, document or searchset: resources without requests.
        Err(_) => parse::resources(text, entries_max)?,
    };
    let mut names = std::collections::HashMap::with_capacity(named.len());
    let mut all = Vec::with_capacity(named.len());
    for (full_url, mut resource) in named {
        let id = match (resource.id(), full_url.as_deref().and_then(|url| url.strip_prefix("urn:uuid:"))) {
            (_, Some(uuid)) if fhir::is_id(uuid) => uuid.to_owned(),
            (Some(id), _) => id.to_owned(),
            (None, _) => id::id_of(&[resource.resource_type().as_bytes(), &resource.to_vec()]),
        };
        resource.set_id(&id);
        if let Some(full_url) = full_url {
            names.insert(full_url, format!("{}/{id}", resource.resource_type()));
        }
        all.push(resource);
    }
    let write_one = |(index, mut resource): (usize, Resource)| {
        let mut unknown = None;
        references::visit_mut(&mut resource, |path, reference| match names.get(reference.as_str()) {
            Some(known) => known.clone_into(reference),
            None if matches!(Literal::parse(reference), Some(Literal::Conditional { .. }))
                || reference.starts_with("urn:uuid:") =>
            {
                unknown = Some(format!("{path} refers to what is not in the bundle"));
            }
            None => {}
        });
        match unknown {
            Some(what) => Err(Error::new(ErrorKind::BadRequest, what).at_entry(index)),
            None => write(resource).map_err(|e| e.at_entry(index)),
        }
    };
    all.into_iter().enumerate().map(write_one).collect()
}

fn of_request(entry: Entry) -> Result<(Option<String>, Resource), Error> {
    let index = entry.index;
    match (entry.method, entry.target, entry.resource) {
        (Method::Post, Target::Type(..), Some(resource)) if entry.if_none_exist.is_none() => {
            Ok((entry.full_url, resource))
        }
        (Method::Put, Target::Instance(_, id), Some(mut resource)) => {
            resource.set_id(&id);
            Ok((entry.full_url, resource))
        }
        _ => Err(Error::new(ErrorKind::NotSupported, "an import brings resources: POST and PUT only")
            .todo("POST this bundle to the FHIR base")
            .at_entry(index)),
    }
}
