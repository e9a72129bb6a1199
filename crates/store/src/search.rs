//! Search: a [`Query`] becomes one statement with bound values.
//!
//! A condition can be a *set* (row keys found by walking an index) or a *probe* (a test of one resource). The plan is
//! ours, not the database's: the condition that promises the fewest rows becomes the set that drives the
//! statement, all others become probes. Neither database keeps statistics on what a clinic will ask next, and a
//! wrong guess on five million rows is a screen that hangs.
//!
//! Where an index has the order of the page, the page is read from it in stages and left when it is full (`walk.rs`).
//!
//! Each page names where the next one begins by the sort keys of its last row, and the newest row key that
//! existed at the first page. Rows that nobody changes in between are neither repeated nor left out; what was
//! made since belongs to a new search.

mod bind;
mod cond;
mod cursor;
mod include;
mod near;
mod order;
mod plan;
mod range;
mod resolve;
mod term;
mod walk;

use std::sync::Arc;

use access::{Cut, Grant, Permit, Power, Read};
use fhir::search::query::{Query, Total};

use crate::error::StoreError;
use crate::snapshot::Snapshot;
use crate::stored::{RawStored, Stored, unsigned};
pub(crate) use bind::Bind;
use bind::listed;
use cursor::Cursor;
use order::Order;
use plan::Plan;
use walk::Stage;

/// A page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Matches, in order.
    pub rows: Vec<Stored>,
    /// How many there are on all pages, if it was asked for.
    pub total: Option<u64>,
    /// Where the next page starts ([`Query::cursor`]); None on the last.
    pub next: Option<String>,
    /// What `_include` and `_revinclude` add, none of it twice.
    pub included: Vec<Stored>,
    /// Whether more would have been included than [`INCLUDED_MAX`]: to be said, not to be passed over.
    pub included_cut: bool,
}

/// How many resources may be included in one page.
pub const INCLUDED_MAX: usize = include::INCLUDED_MAX;

impl Snapshot<'_> {
    /// One page of a search.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] when the query touches a type that the permit does not cover,
    /// [`StoreError::Unfit`] when the cursor is not one of this query's, [`StoreError::Deadline`].
    pub fn search(&mut self, permit: &Permit<Read>, query: &Query) -> Result<Page, StoreError> {
        for touched in query.types_touched() {
            self.cover(permit, touched)?;
        }
        let type_code = fhir::tables::type_code(&query.resource_type).ok_or(StoreError::Unfit("no resource type"))?;
        let order = Order::of(query);
        let from = match &query.cursor {
            Some(text) => {
                Some(Cursor::read(text, query, &order).ok_or(StoreError::Unfit("not a cursor of this search"))?)
            }
            None => None,
        };
        let cut = self.cut(permit)?;
        self.search_cut(permit, query, (type_code, &order, from.as_ref()), &cut)
    }

    /// The closed charts' own registrations, for those who look for the person to open the chart: only the ones that
    /// the actor may know of. [`Query::cursor`] and includes are not for it.
    ///
    /// # Errors
    /// As for [`Self::search`]; [`StoreError::NotPermitted`] without the power to break the glass.
    pub fn search_closed(&mut self, permit: &Permit<Read>, grant: &Grant, query: &Query) -> Result<Page, StoreError> {
        if grant.power() != Power::BreakGlass || query.resource_type != "Patient" {
            return Err(StoreError::NotPermitted("closed charts".to_owned()));
        }
        let Some(type_code) = self.cover(permit, "Patient")? else { return Err(StoreError::Unfit("no Patient")) };
        let cut = Arc::new(self.cut(permit)?.only_known());
        self.search_cut(permit, query, (type_code, &Order::of(query), None), &cut)
    }

    fn search_cut(
        &mut self,
        permit: &Permit<Read>,
        query: &Query,
        (type_code, order, from): (u16, &Order, Option<&Cursor>),
        cut: &Arc<Cut>,
    ) -> Result<Page, StoreError> {
        let plan = Plan::of(self.db, self.clinic, type_code, &query.filters, order, cut)?;
        let mut page = Page { rows: Vec::new(), total: None, next: None, included: Vec::new(), included_cut: false };
        if query.total == Total::Accurate {
            page.total = Some(self.count(&plan, cut)?);
        }
        if query.count == 0 {
            return Ok(page);
        }
        let mut found = self.page(&plan, order, from, query.count, cut)?;
        if found.len() > query.count as usize {
            found.truncate(query.count as usize);
            let high = match from {
                Some(cursor) => cursor.high,
                None => self.newest_row()?,
            };
            page.next = found.last().map(|last| Cursor { high, ..last.clone() }.write(query));
        }
        let ids: Vec<i64> = found.iter().map(|row| row.id).collect();
        page.rows = self.fetch(&ids)?;
        if !(query.include.is_empty() && query.revinclude.is_empty()) {
            let included = include::included(self, permit, query, type_code, &ids, cut)?;
            page.included = self.fetch(&included.ids)?;
            page.included_cut = included.cut;
        }
        Ok(page)
    }

    /// The sort keys of a page and one row more.
    fn page(
        &mut self,
        plan: &Plan,
        order: &Order,
        from: Option<&Cursor>,
        count: u32,
        cut: &Arc<Cut>,
    ) -> Result<Vec<Cursor>, StoreError> {
        if plan.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for stage in Stage::all(plan, order, from) {
            let missing = (count as usize + 1).saturating_sub(found.len());
            if missing == 0 {
                break;
            }
            let new = Bind::new(self.clinic, self.db.dialect(), cut);
            found.extend(stage.rows(self, plan, order, from, missing, &new)?);
        }
        Ok(found)
    }

    fn count(&mut self, plan: &Plan, cut: &Arc<Cut>) -> Result<u64, StoreError> {
        if plan.is_empty() {
            return Ok(0);
        }
        let mut bind = Bind::new(self.clinic, self.db.dialect(), cut);
        let text = format!("SELECT count(*) {}", plan.body(&mut bind));
        let found = self.db.one(&text, &bind.values(), |row| row.int(0))?;
        unsigned(found.unwrap_or(0))
    }

    /// The newest row key of this snapshot: the last one given out.
    fn newest_row(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT resource FROM clinic WHERE clinic = ?1";
        Ok(self.db.one(sql, &[self.clinic.into()], |row| row.int(0))?.unwrap_or(0))
    }

    /// Current versions by row key, in the order asked for; the keys have been cut.
    pub(crate) fn fetch(&mut self, ids: &[i64]) -> Result<Vec<Stored>, StoreError> {
        let mut found: Vec<(i64, RawStored)> = Vec::with_capacity(ids.len());
        for chunk in bind::chunks(ids) {
            let mut bind = Bind::new(self.clinic, self.db.dialect(), &Arc::default());
            let keys = listed(&mut bind, &chunk);
            let text = format!(
                "SELECT v.type, r.logical_id, o.name, v.seq, v.hlc, v.kind, v.author, v.payload, v.place, r.id
                 FROM {keys} CROSS JOIN resource r CROSS JOIN version v CROSS JOIN origin o
                 WHERE r.clinic = ?1 AND r.id = k.column1 AND v.clinic = ?1 AND v.place = r.head
                 AND o.clinic = ?1 AND o.origin = v.origin"
            );
            found.extend(self.db.all(&text, &bind.values(), |row| Ok((row.int(9)?, RawStored::read(row)?)))?);
        }
        found.sort_by_key(|(id, _)| ids.iter().position(|wanted| wanted == id));
        // A chunk is filled up by repeating its last.
        found.dedup_by_key(|(id, _)| *id);
        found.into_iter().map(|(_, raw)| raw.open()).collect()
    }
}

#[cfg(test)]
mod tests;
