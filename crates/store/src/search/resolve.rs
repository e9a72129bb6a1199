//! From the words of a query to the integers of the index.

use clinic::{ClinicId, kana};
use fhir::search::query::{DateMatch, Filter, Match, Prefix, QuantityMatch, Unit};
use fhir::search::value::{Param, Target, clip};
use fhir::search::{Kind, ParamDef, def, find};
use fhir::tables;

use super::cond::{Cond, Second, Units};
use super::near::TextMatch;
use super::plan::Plan;
use super::term::Terms;
use crate::db::{Db, Val};
use crate::error::DbError;
use crate::index::identifier_system;
use crate::index::term::{self, PART, UNIT, URI, URL, storable};

/// All filters of one level. Bounds on one date that a resource has only once are taken together, so that
/// a day is one range and not everything since and everything until.
pub(super) fn all(
    db: &mut dyn Db,
    clinic: ClinicId,
    type_code: u16,
    filters: &[Filter],
    level: usize,
) -> Result<Vec<Cond>, DbError> {
    let mut resolver = Resolver { db, clinic, type_code, level };
    let mut conds: Vec<Cond> = Vec::new();
    for filter in filters {
        let cond = match resolver.filter(filter)? {
            Cond::All(all) => {
                conds.extend(all);
                continue;
            }
            cond => cond,
        };
        let joined = match (&cond, conds.iter_mut().find(|other| same_date(other, &cond))) {
            (Cond::Date { values: new, .. }, Some(Cond::Date { values: old, .. })) => {
                old[0].extend(new[0].iter().copied());
                true
            }
            _ => false,
        };
        if !joined {
            conds.push(cond);
        }
    }
    Ok(conds)
}

fn same_date(a: &Cond, b: &Cond) -> bool {
    match (a, b) {
        (Cond::Date { params: p, values: v, many: false }, Cond::Date { params: q, values: w, many: false }) => {
            p == q && v.len() == 1 && w.len() == 1
        }
        _ => false,
    }
}

struct Resolver<'r> {
    db: &'r mut dyn Db,
    clinic: ClinicId,
    type_code: u16,
    level: usize,
}

impl Resolver<'_> {
    fn filter(&mut self, filter: &Filter) -> Result<Cond, DbError> {
        Ok(match filter {
            Filter::Any { param, values, not } => match def(*param) {
                Some(def) => self.any(def, values, *not)?,
                None => Cond::Never,
            },
            Filter::Missing { param, missing } => def(*param).map_or(Cond::Never, |def| missing_cond(def, *missing)),
            Filter::Id(ids) => {
                let mut rows = Vec::new();
                for id in ids {
                    rows.extend(self.row(self.type_code, id)?);
                }
                rows.sort_unstable();
                rows.dedup();
                if rows.is_empty() { Cond::Never } else { Cond::Ids(rows) }
            }
            Filter::LastUpdated(found) => updated(found),
            Filter::Patient(id) => match self.row(patient_code(), id)? {
                Some(row) => Cond::Compartment(row),
                None => Cond::Never,
            },
            Filter::Chain { param, types, inner } => {
                let mut targets = Vec::new();
                for (name, filter) in types.iter().zip(inner) {
                    let Some(code) = tables::type_code(name) else { continue };
                    let plan = Plan::at(self.db, self.clinic, code, std::slice::from_ref(filter), self.level + 1)?;
                    if !plan.is_empty() {
                        targets.push(plan);
                    }
                }
                match def(*param) {
                    Some(def) if !targets.is_empty() => Cond::Chain { params: def.kept_in.clone(), targets },
                    _ => Cond::Never,
                }
            }
            Filter::Has { resource_type, param, inner } => {
                let Some((code, def)) = tables::type_code(resource_type).zip(def(*param)) else {
                    return Ok(Cond::Never);
                };
                let by = Plan::at(self.db, self.clinic, code, std::slice::from_ref(inner), self.level + 1)?;
                if by.is_empty() { Cond::Never } else { Cond::Has { params: def.kept_in.clone(), by: Box::new(by) } }
            }
        })
    }

    fn any(&mut self, def: &'static ParamDef, values: &[Match], not: bool) -> Result<Cond, DbError> {
        if def.kind == Kind::Composite {
            return self.composites(def, values);
        }
        let params = def.kept_in.clone();
        let cond = match def.kind {
            Kind::Token | Kind::Uri => {
                let mut terms = Vec::new();
                for value in values {
                    terms.extend(self.terms(value)?);
                }
                terms.retain(|terms| !terms.is_empty());
                if terms.is_empty() {
                    // Not any of what nobody has is everything.
                    return Ok(if not { Cond::All(Vec::new()) } else { Cond::Never });
                }
                let rank = match def.name {
                    "identifier" | "email" | "phone" | "telecom" => 2,
                    _ if def.has_labels() => 12,
                    _ => 16,
                };
                Cond::Token { params, terms: merged(terms), not, rank }
            }
            Kind::String => Cond::Text { params, values: values.iter().filter_map(text).collect() },
            Kind::Reference => {
                let mut targets = Vec::new();
                for value in values {
                    self.targets(def, value, &mut targets)?;
                }
                targets.sort_unstable();
                targets.dedup();
                if targets.is_empty() {
                    return Ok(Cond::Never);
                }
                let own = self.own(def, &targets)?;
                Cond::Reference { params, targets, own }
            }
            Kind::Date => {
                let values = values
                    .iter()
                    .filter_map(|value| if let Match::Date(found) = value { Some(vec![*found]) } else { None })
                    .collect();
                Cond::Date { params, values, many: def.many }
            }
            Kind::Number | Kind::Quantity => {
                let mut found = Vec::new();
                for value in values {
                    if let Match::Quantity(value) = value {
                        found.extend(self.units(&value.unit)?.map(|units| (units, value.clone())));
                    }
                }
                if found.is_empty() { Cond::Never } else { Cond::Quantity { params, values: found } }
            }
            Kind::Composite => Cond::Never,
        };
        Ok(cond)
    }

    fn terms(&mut self, value: &Match) -> Result<Vec<Terms>, DbError> {
        let (db, clinic) = (&mut *self.db, self.clinic);
        Ok(match value {
            Match::Token { system, code } => vec![Terms::of_token(db, clinic, system.as_deref(), code.as_deref())?],
            Match::TokenText(folded) => vec![Terms::labels(folded)],
            Match::Uri(uri) => vec![Terms::exact(db, clinic, URI, uri)?],
            Match::UriBelow(uri) => Terms::below(db, clinic, uri)?.into(),
            Match::UriAbove(uris) => {
                uris.iter().map(|uri| Terms::exact(db, clinic, URI, uri)).collect::<Result<_, _>>()?
            }
            _ => Vec::new(),
        })
    }

    /// Row keys of resources, or minus the ids of terms.
    fn targets(&mut self, def: &ParamDef, value: &Match, targets: &mut Vec<i64>) -> Result<(), DbError> {
        match value {
            Match::Reference(Target::Local { resource_type, id }) => {
                if let Some(code) = tables::type_code(resource_type) {
                    targets.extend(self.row(code, id)?);
                }
            }
            Match::Reference(Target::Url(url)) => {
                targets.extend(term::find(self.db, self.clinic, URL, url)?.map(|id| -id))
            }
            Match::ReferenceId { types, id } => {
                let codes: Vec<u16> = match types.as_slice() {
                    [] => tables::types().filter_map(tables::type_code).collect(),
                    types => types.iter().filter_map(|name| tables::type_code(name)).collect(),
                };
                for code in codes {
                    targets.extend(self.row(code, id)?);
                }
            }
            Match::ReferenceIdentifier { system: Some(system), value } => {
                targets.extend(term::find(self.db, self.clinic, &identifier_system(system), value)?.map(|id| -id));
            }
            Match::ReferenceIdentifier { system: None, value } => {
                // Any system that we set before an identifier, none of our own, which are shorter words.
                let found = self.db.all(
                    "SELECT id FROM term WHERE clinic = ?1 AND code = ?2 AND system >= ?3 AND system < ?4 AND system NOT IN (?5, ?6, ?7, ?8, ?9)",
                    &[self.clinic.into(), Val::Text(&storable(value)), Val::Text("\u{1}"), Val::Text("\u{2}"), Val::Text(URI), Val::Text(URL), Val::Text(UNIT), Val::Text(PART), Val::Text(term::LABEL)],
                    |row| row.int(0),
                )?;
                targets.extend(found.into_iter().map(|id| -id));
            }
            _ => {}
        }
        debug_assert!(def.kind == Kind::Reference);
        Ok(())
    }

    /// The patient, when this is the reference by which a resource of this type lies in a chart, and to one patient.
    fn own(&mut self, asked: &ParamDef, targets: &[i64]) -> Result<Option<i64>, DbError> {
        let (&[target], Some(patient)) =
            (targets, tables::type_name(self.type_code).and_then(|name| find(name, "patient")))
        else {
            return Ok(None);
        };
        if patient.kept_in != asked.kept_in || target <= 0 {
            return Ok(None);
        }
        let is_patient = self.db.one(
            "SELECT type FROM resource WHERE clinic = ?1 AND id = ?2",
            &[self.clinic.into(), Val::Int(target)],
            |row| row.int(0),
        )?;
        Ok((is_patient == Some(i64::from(patient_code()))).then_some(target))
    }

    fn units(&mut self, unit: &Unit) -> Result<Option<Units>, DbError> {
        let ids = match unit {
            Unit::Any => return Ok(Some(Units::Any)),
            Unit::Is(key) => return Ok(term::find(self.db, self.clinic, UNIT, key)?.map(|id| Units::Either(vec![id]))),
            Unit::AnySystem(code) => Terms::units(self.db, self.clinic, code)?,
        };
        Ok((!ids.is_empty()).then_some(Units::Written(ids)))
    }

    /// A composite is looked for in each parameter that holds its values; where nothing is indexed for it, it is
    /// two conditions.
    fn composites(&mut self, asked: &'static ParamDef, values: &[Match]) -> Result<Cond, DbError> {
        let mut some = Vec::new();
        for kept in asked.kept_in.iter().filter_map(|&param| def(param)) {
            let mut rows = Vec::new();
            for value in values {
                let Match::Composite(sides) = value else { continue };
                match kept.split {
                    Some(params) => some.extend(self.both(params, sides)?),
                    None => rows.extend(self.composite(sides)?),
                }
            }
            if !rows.is_empty() {
                some.push(Cond::Composite { params: vec![kept.param], values: rows });
            }
        }
        Ok(match some.len() {
            0 => Cond::Never,
            1 => some.remove(0),
            _ => Cond::Some(some),
        })
    }

    fn both(&mut self, params: [Param; 2], sides: &[Match; 2]) -> Result<Option<Cond>, DbError> {
        let mut all = Vec::new();
        for (param, side) in params.into_iter().zip(sides) {
            let Some(def) = def(param) else { return Ok(None) };
            match self.any(def, std::slice::from_ref(side), false)? {
                Cond::Never => return Ok(None),
                cond => all.push(cond),
            }
        }
        Ok(Some(Cond::All(all)))
    }

    fn composite(&mut self, sides: &[Match; 2]) -> Result<Option<(Terms, Second)>, DbError> {
        let [Match::Token { system, code }, second] = sides else { return Ok(None) };
        let first = Terms::of_token(self.db, self.clinic, system.as_deref(), code.as_deref())?;
        if first.is_empty() {
            return Ok(None);
        }
        let second = match second {
            Match::Token { system, code } => {
                Second::Terms(Terms::of_token(self.db, self.clinic, system.as_deref(), code.as_deref())?)
            }
            Match::Starts { folded, .. } => {
                Second::Terms(Terms::Range { system: PART, from: folded.clone(), to: super::term::after(folded) })
            }
            Match::Reference(Target::Local { resource_type, id }) => {
                Second::Terms(Terms::exact(self.db, self.clinic, PART, &format!("{resource_type}/{id}"))?)
            }
            Match::Date(found) => Second::Date(*found),
            Match::Quantity(found) => match self.units(&found.unit)? {
                Some(units) => Second::Quantity(units, QuantityMatch { unit: Unit::Any, ..found.clone() }),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let nothing = matches!(&second, Second::Terms(terms) if terms.is_empty());
        Ok((!nothing).then_some((first, second)))
    }

    fn row(&mut self, type_code: u16, id: &str) -> Result<Option<i64>, DbError> {
        self.db.one(
            "SELECT id FROM resource WHERE clinic = ?1 AND type = ?2 AND logical_id = ?3",
            &[self.clinic.into(), type_code.into(), id.into()],
            |row| row.int(0),
        )
    }
}

fn patient_code() -> u16 {
    tables::type_code("Patient").unwrap_or_default()
}

/// Lists of ids become one list.
fn merged(terms: Vec<Terms>) -> Vec<Terms> {
    let (mut ids, mut rest) = (Vec::new(), Vec::new());
    for terms in terms {
        match terms {
            Terms::Ids(more) => ids.extend(more),
            other => rest.push(other),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    if !ids.is_empty() {
        rest.push(Terms::Ids(ids));
    }
    rest
}

fn text(value: &Match) -> Option<TextMatch> {
    Some(match value {
        Match::Starts { folded, raw, far } => TextMatch::Starts { folded: folded.clone(), raw: raw.clone(), far: *far },
        Match::Contains(folded) => TextMatch::Contains(folded.clone()),
        Match::Exact(raw) => TextMatch::Exact { folded: kana::fold(clip(raw)), raw: clip(raw).to_owned() },
        _ => return None,
    })
}

fn missing_cond(def: &'static ParamDef, missing: bool) -> Cond {
    let table = match def.kind {
        Kind::Token | Kind::Uri => "ix_token",
        Kind::String => "ix_text",
        Kind::Reference => "ix_reference",
        Kind::Date => "ix_date",
        Kind::Number | Kind::Quantity => "ix_quantity",
        Kind::Composite => match def.split {
            Some(params) => {
                let sides: Vec<Cond> = params
                    .iter()
                    .filter_map(|&param| fhir::search::def(param))
                    .map(|side| missing_cond(side, missing))
                    .collect();
                return if missing { Cond::Some(sides) } else { Cond::All(sides) };
            }
            None => "ix_composite",
        },
    };
    let types =
        if def.narrowed { def.targets.iter().filter_map(|name| tables::type_code(name)).collect() } else { Vec::new() };
    Cond::Missing { table, params: def.kept_in.clone(), types, missing }
}

/// The clock of a version counts in 2⁻¹⁶ ms.
fn updated(found: &DateMatch) -> Cond {
    let clock = |ms: i64| ms.clamp(0, (1 << 46) - 1) << 16;
    let (low, high) = (clock(found.low), clock(found.high));
    let (from, to, outside) = match found.prefix {
        Prefix::Eq | Prefix::Ap => (low, high, false),
        Prefix::Ne => (low, high, true),
        Prefix::Gt | Prefix::Sa => (high, i64::MAX, false),
        Prefix::Ge => (low, i64::MAX, false),
        Prefix::Lt | Prefix::Eb => (i64::MIN, low, false),
        Prefix::Le => (i64::MIN, high, false),
    };
    Cond::Updated { from, to, outside }
}
