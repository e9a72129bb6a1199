//! Create, read, update, patch and delete of one resource.

use access::{Action, Read};
use clinic::VersionId;
use fhir::Resource;
use fhir::validate::Mode;
use store::{Kind, Stored};

use crate::record::{Options, condition, marked, name_new, prepare};
use crate::url::Pairs;
use crate::write::{Change, Done, Patch, Where};
use crate::{Ctx, Error, ErrorKind, Record};

impl Record {
    /// Creates a resource under an id of the server's own, unless the condition in `options` finds one.
    ///
    /// # Errors
    /// `Invalid` from validation; `Precondition` when the condition finds several.
    pub async fn create(&self, ctx: &Ctx, mut resource: Resource, options: Options) -> Result<Done, Error> {
        let resource_type = resource.resource_type();
        let pairs = options.if_none_exist.as_ref();
        let unless = pairs.map(|pairs| condition(resource_type, pairs, ctx.now_ms)).transpose()?;
        let rights = self.rights(ctx, Action::Create, resource_type, unless.is_some()).await?;
        let id = name_new(&mut resource, ctx.now_ms);
        let content = prepare(resource, Mode::Strict, Kind::Create)?;
        let mut event = ctx.event_about(Action::Create, resource_type, &id);
        event.patient = content.patient();
        self.commit_one(rights, event, options.key, Change::Create { content, unless }).await
    }

    /// The current version.
    ///
    /// # Errors
    /// `NotFound`, `Gone`.
    pub async fn read(&self, ctx: &Ctx, resource_type: &'static str, id: &str) -> Result<Stored, Error> {
        let permit = self.permit::<Read>(ctx, Action::Read, &[resource_type]).await?;
        let event = ctx.event_about(Action::Read, resource_type, id);
        let wanted = id.to_owned();
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            let head = snapshot.head(&permit, resource_type, &wanted)?;
            let about = snapshot.about(&permit, resource_type, &wanted)?;
            snapshot.audit(marked(event.clone(), about));
            Ok(head)
        });
        alive(found.await?, resource_type, id)
    }

    /// One version.
    ///
    /// # Errors
    /// `NotFound`; `Gone` when that version is the deletion.
    pub async fn vread(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        id: &str,
        version: &str,
    ) -> Result<Stored, Error> {
        let permit = self.permit::<Read>(ctx, Action::Vread, &[resource_type]).await?;
        let Ok(version) = version.parse::<VersionId>() else { return Err(Error::not_found(resource_type, id)) };
        let mut event = ctx.event_about(Action::Vread, resource_type, id);
        event.entities[0].version = Some(version.to_string());
        let wanted = id.to_owned();
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            let about = snapshot.about(&permit, resource_type, &wanted)?;
            snapshot.audit(marked(event.clone(), about));
            Ok(snapshot.version(&permit, resource_type, &wanted, version)?)
        });
        alive(found.await?, resource_type, id)
    }

    /// Replaces a resource, or creates it under the id it has.
    ///
    /// # Errors
    /// `Precondition` when it is not at the version named, `Conflict` when it is finalised.
    pub async fn update(&self, ctx: &Ctx, resource: Resource, options: Options) -> Result<Done, Error> {
        let resource_type = resource.resource_type();
        let id = resource.id().ok_or_else(|| Error::new(ErrorKind::BadRequest, "the resource has no id"))?.to_owned();
        let rights = self.rights(ctx, Action::Update, resource_type, false).await?;
        let content = prepare(resource, Mode::Strict, Kind::Update)?;
        let mut event = ctx.event_about(Action::Update, resource_type, &id);
        event.patient = content.patient();
        let change = Change::Update { content, precondition: options.precondition };
        self.commit_one(rights, event, options.key, change).await
    }

    /// Replaces the one resource for which a condition holds, or creates it.
    ///
    /// # Errors
    /// `Precondition` when it holds for several, else as for [`Self::update`].
    pub async fn update_where(
        &self,
        ctx: &Ctx,
        mut resource: Resource,
        pairs: &Pairs,
        options: Options,
    ) -> Result<Done, Error> {
        let resource_type = resource.resource_type();
        let query = condition(resource_type, pairs, ctx.now_ms)?;
        let rights = self.rights(ctx, Action::Update, resource_type, true).await?;
        let own_id = resource.id().is_some();
        if !own_id {
            name_new(&mut resource, ctx.now_ms);
        }
        let content = prepare(resource, Mode::Strict, Kind::Update)?;
        let change = Change::UpdateWhere { content, query, own_id };
        self.commit_one(rights, ctx.event_on(Action::Update, resource_type, pairs), options.key, change).await
    }

    /// Changes part of a resource.
    ///
    /// # Errors
    /// `Invalid` when the patch does not apply or its result is no valid resource, else as for [`Self::update`].
    pub async fn patch(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        id: &str,
        patch: Patch,
        options: Options,
    ) -> Result<Done, Error> {
        let rights = self.rights(ctx, Action::Patch, resource_type, false).await?;
        let event = ctx.event_about(Action::Patch, resource_type, id);
        let target = Where::Id(resource_type, id.to_owned());
        let change = Change::Patch { target, patch, precondition: options.precondition };
        self.commit_one(rights, event, options.key, change).await
    }

    /// Changes part of the one resource for which a condition holds.
    ///
    /// # Errors
    /// `NotFound` when it holds for none, else as for [`Self::patch`].
    pub async fn patch_where(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        pairs: &Pairs,
        patch: Patch,
        options: Options,
    ) -> Result<Done, Error> {
        let query = condition(resource_type, pairs, ctx.now_ms)?;
        let rights = self.rights(ctx, Action::Patch, resource_type, true).await?;
        let change = Change::Patch { target: Where::Query(query), patch, precondition: options.precondition };
        self.commit_one(rights, ctx.event_on(Action::Patch, resource_type, pairs), options.key, change).await
    }

    /// Takes a resource out of sight; its versions stay. Deleting what is deleted is no error.
    ///
    /// # Errors
    /// `NotFound` when there never was one, `Conflict` when it is finalised.
    pub async fn delete(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        id: &str,
        options: Options,
    ) -> Result<Done, Error> {
        let rights = self.rights(ctx, Action::Delete, resource_type, false).await?;
        let event = ctx.event_about(Action::Delete, resource_type, id);
        let target = Where::Id(resource_type, id.to_owned());
        let change = Change::Delete { target, precondition: options.precondition };
        self.commit_one(rights, event, options.key, change).await
    }

    /// Deletes the one resource for which a condition holds; that there is none is no error.
    ///
    /// # Errors
    /// `Precondition` when it holds for several: none is deleted.
    pub async fn delete_where(
        &self,
        ctx: &Ctx,
        resource_type: &'static str,
        pairs: &Pairs,
        options: Options,
    ) -> Result<Done, Error> {
        let query = condition(resource_type, pairs, ctx.now_ms)?;
        let rights = self.rights(ctx, Action::Delete, resource_type, true).await?;
        let change = Change::Delete { target: Where::Query(query), precondition: options.precondition };
        self.commit_one(rights, ctx.event_on(Action::Delete, resource_type, pairs), options.key, change).await
    }

    /// What validation says of a resource, without storing it.
    ///
    /// # Errors
    /// `Forbidden` without the right to read its type.
    pub async fn validate(&self, ctx: &Ctx, resource: &Resource) -> Result<fhir::outcome::OperationOutcome, Error> {
        let resource_type = resource.resource_type();
        self.permit::<Read>(ctx, Action::Validate, &[resource_type]).await?;
        self.audit(ctx.event_about(Action::Validate, resource_type, resource.id().unwrap_or_default())).await?;
        Ok(fhir::outcome::OperationOutcome(fhir::validate::validate(resource, Mode::Strict)))
    }
}

fn alive(found: Option<Stored>, resource_type: &str, id: &str) -> Result<Stored, Error> {
    match found {
        None => Err(Error::not_found(resource_type, id)),
        Some(stored) if stored.kind == Kind::Delete => {
            Err(Error::new(ErrorKind::Gone, format!("{resource_type}/{id} was deleted"))
                .todo("Its history shows what it was"))
        }
        Some(stored) => Ok(stored),
    }
}
