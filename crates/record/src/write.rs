//! The one way to write. Every create, update, patch, delete, finalise, amend and merge, from REST, bundles and
//! imports alike, is a [`Change`] that [`apply`] does inside a write job; nothing else calls `Tx::append`.
//!
//! What can be done ahead (validate, find search values, compress) is done before the job; what must not be
//! raced (conditions, versions, finalisation) inside it.

use access::{Permit, Read, Write};
use clinic::VersionId;
use fhir::Resource;
use fhir::json::{Json, Object};
use fhir::search::query::Query;
use store::{Draft, Expect, Kind, StoreError, Stored, Tx};

use crate::merge::replaced_by;
use crate::{Error, ErrorKind, check, finalise};

/// The permits a change may need, decided before the job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rights {
    pub(crate) create: Option<Permit<Write>>,
    pub(crate) update: Option<Permit<Write>>,
    pub(crate) delete: Option<Permit<Write>>,
    /// Finalise, amend, merge.
    pub(crate) special: Option<Permit<Write>>,
    /// For conditions and for what a patch starts from.
    pub(crate) search: Option<Permit<Read>>,
    /// To show again what a request that comes twice was answered.
    pub(crate) replay: Option<Permit<Read>>,
    /// To see whether a patient was merged into another.
    pub(crate) patient: Option<Permit<Read>>,
}

/// What to write.
pub(crate) enum Content {
    /// Prepared ahead.
    Ready(Box<Draft>),
    /// Holds a reference that is known only inside the job.
    Late(Resource),
}

/// The version the writer of the request has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precondition {
    /// None given.
    #[default]
    None,
    /// If-Match: this one and no other.
    Match(VersionId),
    /// If-None-Match: `*`: there must be none.
    Absent,
}

/// How to change what is there.
#[derive(Debug, Clone)]
pub enum Patch {
    /// RFC 6902.
    Json(Json),
    /// RFC 7386.
    Merge(Json),
}

/// One thing to write.
pub(crate) enum Change {
    Create {
        content: Content,
        unless: Option<Query>,
    },
    Update {
        content: Content,
        precondition: Precondition,
    },
    /// Conditional update. `own_id`: the resource came with an id of its own.
    UpdateWhere {
        content: Content,
        query: Query,
        own_id: bool,
    },
    Patch {
        target: Where,
        patch: Patch,
        precondition: Precondition,
    },
    Delete {
        target: Where,
        precondition: Precondition,
    },
    Special {
        resource_type: &'static str,
        id: String,
        precondition: Precondition,
        edit: Edit,
    },
}

/// One resource, by name or by condition.
pub(crate) enum Where {
    Id(&'static str, String),
    Query(Query),
}

/// Makes the next version from the current one; what it changes it must have checked.
pub(crate) type Edit = Box<dyn FnOnce(&Stored) -> Result<(Resource, Kind), Error> + Send>;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A new resource.
    Created,
    /// A new version of one.
    Updated,
    /// It was there already (conditional create).
    Existing,
    /// It is gone now.
    Deleted,
    /// There was nothing to delete.
    Nothing,
}

impl Status {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Created, "created"),
        (Self::Updated, "updated"),
        (Self::Existing, "existing"),
        (Self::Deleted, "deleted"),
        (Self::Nothing, "nothing"),
    ];

    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == text).map(|(status, _)| *status)
    }
}

/// The result of one change.
#[derive(Debug, Clone)]
pub struct Done {
    /// What became of it.
    pub status: Status,
    /// The version that is current now; None when there is none.
    pub stored: Option<Stored>,
}

impl Done {
    fn new(status: Status, stored: Stored) -> Self {
        Self { status, stored: Some(stored) }
    }
}

/// Does one change, and what follows from it.
pub(crate) fn apply(tx: &mut Tx<'_>, rights: &Rights, change: Change) -> Result<Done, Error> {
    let done = change_one(tx, rights, change)?;
    if let Some(stored) = &done.stored
        && stored.resource_type == "Consent"
        && done.status != Status::Existing
    {
        let consent = Resource::parse(&stored.json)?;
        let refusals = crate::consent::refusals(&Json::Object(consent.json().clone()));
        let patient = fhir::search::patient_of(&consent);
        tx.put_refusals(&stored.author, &stored.id, patient.as_deref(), &refusals)?;
    }
    Ok(done)
}

fn change_one(tx: &mut Tx<'_>, rights: &Rights, change: Change) -> Result<Done, Error> {
    match change {
        Change::Create { content, unless } => create(tx, rights, content, unless),
        Change::Update { content, precondition } => update(tx, rights, content, precondition),
        Change::UpdateWhere { content, query, own_id } => update_where(tx, rights, content, &query, own_id),
        Change::Patch { target, patch, precondition } => {
            let (resource_type, id) = find(tx, rights, target)?.ok_or_else(|| no_match("patch"))?;
            let edit: Edit = Box::new(move |head| Ok((apply_patch(head, &patch)?, Kind::Update)));
            let permit = right(rights.update.as_ref(), resource_type)?;
            edit_one(tx, rights, permit, (resource_type, &id), precondition, edit)
        }
        Change::Delete { target, precondition } => {
            let Some((resource_type, id)) = find(tx, rights, target)? else {
                return Ok(Done { status: Status::Nothing, stored: None });
            };
            delete(tx, rights, resource_type, &id, precondition)
        }
        Change::Special { resource_type, id, precondition, edit } => {
            let permit = right(rights.special.as_ref(), resource_type)?;
            edit_one(tx, rights, permit, (resource_type, &id), precondition, edit)
        }
    }
}

fn create(tx: &mut Tx<'_>, rights: &Rights, content: Content, unless: Option<Query>) -> Result<Done, Error> {
    if let Some(query) = unless
        && let Some(existing) = matching(tx, rights, &query)?
    {
        return Ok(Done::new(Status::Existing, existing));
    }
    let draft = content.draft(Kind::Create)?;
    let permit = right(rights.create.as_ref(), draft.resource_type())?;
    guard_merged(tx, rights, &draft)?;
    Ok(Done::new(Status::Created, tx.append(permit, draft, Expect::Absent)?))
}

fn update(tx: &mut Tx<'_>, rights: &Rights, content: Content, precondition: Precondition) -> Result<Done, Error> {
    let draft = content.draft(Kind::Update)?;
    let permit = right(rights.update.as_ref(), draft.resource_type())?;
    let standing = tx.standing(permit, draft.resource_type(), draft.id())?;
    if let Some((_, kind)) = standing
        && kind.is_final()
    {
        return Err(finalise::is_finalised());
    }
    guard_merged(tx, rights, &draft)?;
    let expect = expect(precondition, standing.map(|(version, _)| version))?;
    let (status, permit, kind) = match standing {
        Some((_, kind)) if kind != Kind::Delete => (Status::Updated, permit, Kind::Update),
        _ => (Status::Created, right(rights.create.as_ref(), draft.resource_type())?, Kind::Create),
    };
    Ok(Done::new(status, tx.append(permit, draft.with_kind(kind), expect)?))
}

fn update_where(
    tx: &mut Tx<'_>,
    rights: &Rights,
    content: Content,
    query: &Query,
    own_id: bool,
) -> Result<Done, Error> {
    let found = matching(tx, rights, query)?;
    let draft = content.draft(Kind::Update)?;
    match found {
        // http.html#cond-update: one match and another id in the resource is an error of the sender.
        Some(found) if own_id && found.id != draft.id() => {
            Err(Error::new(ErrorKind::BadRequest, "the condition matches a resource with another id than the one sent"))
        }
        Some(found) => {
            let content = Content::Ready(Box::new(draft.with_id(&found.id)));
            update(tx, rights, content, Precondition::Match(found.version))
        }
        None => update(tx, rights, Content::Ready(Box::new(draft)), Precondition::Absent),
    }
}

fn delete(
    tx: &mut Tx<'_>,
    rights: &Rights,
    resource_type: &'static str,
    id: &str,
    precondition: Precondition,
) -> Result<Done, Error> {
    let permit = right(rights.delete.as_ref(), resource_type)?;
    let Some((version, kind)) = tx.standing(permit, resource_type, id)? else {
        return Err(Error::not_found(resource_type, id));
    };
    if kind.is_final() {
        return Err(finalise::is_finalised());
    }
    let expect = expect(precondition, Some(version))?;
    if kind == Kind::Delete {
        return Ok(Done { status: Status::Nothing, stored: None });
    }
    let stored = tx.append(permit, Draft::deletion(resource_type, id)?, expect)?;
    Ok(Done::new(Status::Deleted, stored))
}

/// Reads the current version, makes the next one from it, and appends that.
fn edit_one(
    tx: &mut Tx<'_>,
    rights: &Rights,
    permit: &Permit<Write>,
    (resource_type, id): (&'static str, &str),
    precondition: Precondition,
    edit: Edit,
) -> Result<Done, Error> {
    let read = rights.search.as_ref().ok_or_else(may_not_read)?;
    let head = tx.head(read, resource_type, id)?.ok_or_else(|| Error::not_found(resource_type, id))?;
    if head.kind == Kind::Delete {
        return Err(Error::new(ErrorKind::Gone, format!("{resource_type}/{id} was deleted")));
    }
    let expect = expect(precondition, Some(head.version))?;
    let (resource, kind) = edit(&head)?;
    if head.kind.is_final() && kind != Kind::Amend {
        return Err(finalise::is_finalised());
    }
    if resource.resource_type() != resource_type || resource.id() != Some(id) {
        return Err(Error::new(ErrorKind::Invalid, "a change cannot give a resource another type or id"));
    }
    let expect = if expect == Expect::Any { Expect::Head(head.version) } else { expect };
    let draft = Draft::prepare(resource, kind)?;
    Ok(Done::new(Status::Updated, tx.append(permit, draft, expect)?))
}

fn apply_patch(head: &Stored, patch: &Patch) -> Result<Resource, Error> {
    // Before the patch is tried: the sentence to amend is of more use than "path not found".
    if head.kind.is_final() {
        return Err(finalise::is_finalised());
    }
    let before = Json::parse(&head.json)?;
    let after = match patch {
        Patch::Merge(changes) => fhir::patch::merge_patch(&before, changes),
        Patch::Json(operations) => fhir::patch::json_patch(&before, operations).map_err(|error| {
            let kind = if error.kind.is_about_the_document() { ErrorKind::Invalid } else { ErrorKind::BadRequest };
            Error::new(kind, format!("the patch does not apply: {error}"))
        })?,
    };
    let mut after = Resource::from_json(after)?;
    check::accept(&mut after, fhir::validate::Mode::Strict)?;
    Ok(after)
}

/// The resource a change is for; None when a condition matches nothing.
fn find(tx: &mut Tx<'_>, rights: &Rights, target: Where) -> Result<Option<(&'static str, String)>, Error> {
    match target {
        Where::Id(resource_type, id) => Ok(Some((resource_type, id))),
        Where::Query(query) => Ok(matching(tx, rights, &query)?.map(|found| (found.resource_type, found.id))),
    }
}

/// The one resource for which a condition holds, looked for inside the job so that nobody can come between.
///
/// # Errors
/// `Precondition` when it holds for several: which one is meant is not ours to guess.
pub(crate) fn matching(tx: &mut Tx<'_>, rights: &Rights, query: &Query) -> Result<Option<Stored>, Error> {
    let read = rights.search.as_ref().ok_or_else(may_not_read)?;
    let mut rows = tx.search(read, query)?.rows;
    if rows.len() > 1 {
        return Err(
            Error::new(ErrorKind::Precondition, "the condition matches more than one resource").todo("Narrow it")
        );
    }
    Ok(rows.pop())
}

/// A form that was opened before two registrations were merged still names the one that was given up; what it
/// says belongs to the other. The answer names that one, and a person decides.
fn guard_merged(tx: &mut Tx<'_>, rights: &Rights, draft: &Draft) -> Result<(), Error> {
    let (Some(patient), Some(read)) = (draft.patient(), rights.patient.as_ref()) else { return Ok(()) };
    match tx.standing(read, "Patient", patient)? {
        Some((_, Kind::Merge)) => {}
        _ => return Ok(()),
    }
    let head = tx.head(read, "Patient", patient)?.map(|head| parse_stored(&head)).transpose()?;
    match head.as_ref().and_then(replaced_by) {
        Some(kept) => Err(Error::new(ErrorKind::Conflict, format!("Patient/{patient} was merged into Patient/{kept}"))
            .todo("Write it for that patient")),
        None => Ok(()),
    }
}

fn expect(precondition: Precondition, standing: Option<VersionId>) -> Result<Expect, Error> {
    let failed = |what: &str| Error::new(ErrorKind::Precondition, what.to_owned());
    match (precondition, standing) {
        (Precondition::None, _) => Ok(Expect::Any),
        (Precondition::Match(seen), Some(now)) if seen == now => Ok(Expect::Head(now)),
        (Precondition::Match(_), _) => Err(failed("somebody else changed it after you read it")
            .todo("Read it again, look at the difference, and send your change once more")),
        (Precondition::Absent, None) => Ok(Expect::Absent),
        (Precondition::Absent, Some(_)) => Err(failed("there is one already")),
    }
}

impl Content {
    /// Whose chart it goes into, for the audit line.
    pub(crate) fn patient(&self) -> Option<String> {
        match self {
            Self::Ready(draft) => draft.patient().map(str::to_owned),
            Self::Late(resource) => fhir::search::patient_of(resource),
        }
    }

    fn draft(self, kind: Kind) -> Result<Draft, Error> {
        match self {
            Self::Ready(draft) => Ok(*draft),
            Self::Late(resource) => Ok(Draft::prepare(resource, kind)?),
        }
    }
}

fn right<'r>(permit: Option<&'r Permit<Write>>, resource_type: &str) -> Result<&'r Permit<Write>, Error> {
    permit
        .filter(|p| p.covers(resource_type))
        .ok_or_else(|| Error::new(ErrorKind::Forbidden, format!("no right to write {resource_type} this way")))
}

fn may_not_read() -> Error {
    Error::new(ErrorKind::Forbidden, "a condition or a patch needs the right to read and search")
}

fn no_match(what: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("nothing to {what}: the condition matches no resource"))
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Conflict { .. } => ErrorKind::Conflict,
            StoreError::Finalised => return finalise::is_finalised(),
            StoreError::Hidden => ErrorKind::NotFound,
            StoreError::Full => ErrorKind::Full,
            StoreError::Unavailable(_) | StoreError::Stopped(_) => ErrorKind::Unavailable,
            StoreError::Deadline => {
                return Self::new(
                    ErrorKind::TooLarge,
                    "it took too long, and was broken off so that others need not wait",
                )
                .todo("Ask for less: name a patient, a code or a shorter span of time");
            }
            // A cursor of ours that was tampered with.
            StoreError::Unfit(_) => ErrorKind::BadRequest,
            _ => ErrorKind::Internal,
        };
        let what = match kind {
            // What went wrong inside is for the log, not for whoever asked.
            ErrorKind::Internal => {
                tracing::error!(%error, "store");
                "something went wrong inside; it was written to the log".to_owned()
            }
            _ => error.to_string(),
        };
        Self::new(kind, what)
    }
}

/// A JSON object as a resource after a change that keeps its type.
pub(crate) fn parse_stored(stored: &Stored) -> Result<Object, Error> {
    Ok(Resource::parse(&stored.json)?.into_json())
}
