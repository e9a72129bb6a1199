//! Which condition drives, which are probes.

use std::sync::Arc;

use access::Cut;
use clinic::ClinicId;
use fhir::search::query::Filter;

use super::bind::Bind;
use super::cond::Cond;
use super::near::{self, Near, Nearest};
use super::order::{Order, Walked};
use super::resolve;
use crate::db::Db;
use crate::error::DbError;
use crate::resource::State;

/// All conditions on the resources of one type, at one level of chains.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    type_code: u16,
    level: usize,
    conds: Vec<Cond>,
    /// The condition that drives; None: all resources of the type, newest first.
    driver: Option<usize>,
    /// Row key of the patient whose chart this is about, when that is certain.
    patient: Option<i64>,
}

/// A driver of this rank or above is looked at before it is trusted.
const RANK_UNSURE: u8 = 11;
/// Fewer than a page of names needs to be looked at.
const ROWS_FEWER: i64 = 200;
/// So many rows are worth gathering; beyond, walking the newest resources ends sooner.
const ROWS_FEW: i64 = 1000;

impl Plan {
    /// The plan of a search.
    pub(super) fn of(
        db: &mut dyn Db,
        clinic: ClinicId,
        type_code: u16,
        filters: &[Filter],
        order: &Order,
        cut: &Arc<Cut>,
    ) -> Result<Self, DbError> {
        let mut plan = Self::at(db, clinic, type_code, filters, 0)?;
        plan.choose(db, clinic, order, cut)?;
        Ok(plan)
    }

    /// A plan within a chain.
    pub(super) fn at(
        db: &mut dyn Db,
        clinic: ClinicId,
        type_code: u16,
        filters: &[Filter],
        level: usize,
    ) -> Result<Self, DbError> {
        let conds = resolve::all(db, clinic, type_code, filters, level)?;
        let patient = conds.iter().find_map(|cond| match cond {
            Cond::Compartment(patient) => Some(*patient),
            Cond::Reference { own, .. } => *own,
            _ => None,
        });
        let best =
            conds.iter().enumerate().map(|(at, cond)| (cond.rank(patient), at)).min().filter(|&(rank, _)| rank < 100);
        Ok(Self { type_code, level, conds, driver: best.map(|(_, at)| at), patient })
    }

    /// Where no condition is plainly the narrowest, a few rows of each are counted. A text rarely is: 佐藤 is one of
    /// fifty, and born on that day are three.
    fn choose(&mut self, db: &mut dyn Db, clinic: ClinicId, order: &Order, cut: &Arc<Cut>) -> Result<(), DbError> {
        let Some(best) = self.driver else { return Ok(()) };
        let is_sure = self.conds[best].rank(self.patient) < RANK_UNSURE;
        let is_text = is_sure && matches!(self.conds[best], Cond::Text { .. });
        if is_sure && !is_text {
            return Ok(());
        }
        let mut fewest = (if is_text { ROWS_FEWER } else { ROWS_FEW }, None);
        for (at, cond) in self.conds.iter().enumerate().filter(|(_, cond)| cond.rank(self.patient) < 40) {
            if is_text && matches!(cond, Cond::Text { .. }) {
                continue;
            }
            let mut bind = Bind::new(clinic, db.dialect(), cut);
            let Some(set) = cond.set(self.type_code, self.patient, &mut bind) else { continue };
            let limit = bind.int(fewest.0);
            let text = format!("SELECT count(*) FROM (SELECT id FROM ({set}) c LIMIT {limit}) d");
            let rows = db.one(&text, &bind.values(), |row| row.int(0))?.unwrap_or(0);
            if rows < fewest.0 {
                fewest = (rows, Some(at));
            }
        }
        if fewest.1.is_some() {
            self.driver = fewest.1;
        } else if is_text {
            return Ok(());
        } else if let Some(walk) = order.walk().filter(|_| self.conds[best].rank(self.patient) < 40) {
            // All resources in order, or as many of them as lie in a range of what they are in order of.
            self.driver = match walk {
                Walked::Newest => None,
                Walked::Date(param) => self.conds.iter().position(|cond| cond.is_single_date(param)),
            };
        }
        Ok(())
    }

    /// Whether nothing can match.
    pub(super) fn is_empty(&self) -> bool {
        self.conds.contains(&Cond::Never)
    }

    /// The name of the resource's row.
    pub(super) fn row(&self) -> String {
        format!("r{}", self.level)
    }

    /// Its key.
    pub(super) fn id(&self) -> String {
        format!("r{}.id", self.level)
    }

    /// The condition that drives, None when all resources of the type do.
    pub(super) fn driver(&self) -> Option<&Cond> {
        self.driver.map(|at| &self.conds[at])
    }

    /// The condition whose nearness of spelling orders the rows, when no other order is asked for.
    pub(super) fn ranked(&self) -> Option<&Cond> {
        self.conds.iter().find(|cond| matches!(cond, Cond::Text { values, .. } if !near::ranks(values).is_empty()))
    }

    /// What is nearest of a resource, as an expression.
    pub(super) fn nearest(&self, what: Nearest, bind: &mut Bind) -> String {
        match self.ranked() {
            Some(Cond::Text { params, values }) => Near::of(values, bind).of_resource(what, params, &self.id(), bind),
            _ => "NULL".to_owned(),
        }
    }

    /// `FROM … WHERE …`.
    pub(super) fn body(&self, bind: &mut Bind) -> String {
        let row = self.row();
        let mut from = format!("FROM resource {row}");
        let mut conditions = vec![format!("{row}.clinic = ?1")];
        if let Some(cond) = self.driver() {
            if let Some(set) = cond.set(self.type_code, self.patient, bind) {
                let driver = format!("d{}", self.level);
                from = format!("FROM ({set}) {driver} CROSS JOIN resource {row}");
                conditions.push(format!("{row}.id = {driver}.id"));
            } else {
                conditions.push(cond.probe(&row, bind));
            }
        }
        conditions.extend(self.rest(bind));
        format!("{from} WHERE {}", conditions.join(" AND "))
    }

    /// All but the driver, as conditions on the resource of the row key `id`.
    pub(super) fn of_row(&self, id: &str, bind: &mut Bind) -> String {
        let row = self.row();
        let mut conditions = vec![format!("{row}.clinic = ?1"), format!("{row}.id = {id}")];
        conditions.extend(self.rest(bind));
        conditions.join(" AND ")
    }

    /// All conditions as a test of the row.
    pub(super) fn test(&self, bind: &mut Bind) -> String {
        let driver = self.driver().map(|cond| cond.probe(&self.row(), bind));
        let conditions: Vec<String> = driver.into_iter().chain(self.rest(bind)).collect();
        format!("({})", conditions.join(" AND "))
    }

    /// The type, the state and all conditions but the driver. The one place where closed charts leave a search: every
    /// level of it, chains and `_has` too, is a plan.
    fn rest(&self, bind: &mut Bind) -> Vec<String> {
        let row = self.row();
        let type_code = bind.int(self.type_code.into());
        let mut conditions = vec![format!("{row}.type = {type_code} AND {row}.state = {}", State::Live as i64)];
        conditions.extend(bind.seen(&row, self.type_code));
        for (at, cond) in self.conds.iter().enumerate() {
            if self.driver != Some(at) {
                conditions.push(cond.probe(&row, bind));
            }
        }
        conditions
    }
}
