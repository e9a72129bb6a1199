//! `_include` and `_revinclude`: what the matches refer to, and what refers to them.

use std::sync::Arc;

use access::{Cut, Permit, Read};
use fhir::search::query::{Include, Query};
use fhir::search::value::Param;
use fhir::search::{Kind, def, params};
use fhir::tables;

use super::bind::{Bind, among, chunks, listed};
use crate::error::StoreError;
use crate::guard::Lying;
use crate::resource::State;
use crate::snapshot::Snapshot;

/// How many resources may be included in one page.
pub(super) const INCLUDED_MAX: usize = 1000;
/// How many times `:iterate` goes on from what it found.
const ROUNDS_MAX: usize = 4;

/// What is to be included.
pub(super) struct Included {
    pub(super) ids: Vec<i64>,
    pub(super) cut: bool,
}

/// A resource by row key and type.
type Found = (i64, u16);

/// Row keys of all that is included, none of the matches and none twice; so a circle of references ends.
pub(super) fn included(
    snapshot: &mut Snapshot<'_>,
    permit: &Permit<Read>,
    query: &Query,
    type_code: u16,
    matches: &[i64],
    cut: &Arc<Cut>,
) -> Result<Included, StoreError> {
    let mut seen: Vec<Found> = matches.iter().map(|&id| (id, type_code)).collect();
    let mut fresh = seen.clone();
    for round in 0..=ROUNDS_MAX {
        let mut found = Vec::new();
        let forward = query.include.iter().map(|include| (include, true));
        for (include, forward) in forward.chain(query.revinclude.iter().map(|include| (include, false))) {
            if round == 0 || include.iterate {
                found.extend(step(snapshot, include, forward, &fresh, cut)?);
            }
        }
        found.sort_unstable();
        found.dedup();
        // Each row by the permit: a reference may lead to types that the query does not name.
        found.retain(|row| !seen.contains(row) && tables::type_name(row.1).is_some_and(|name| permit.covers(name)));
        if found.is_empty() {
            break;
        }
        let room = INCLUDED_MAX + matches.len() - seen.len();
        let cut = found.len() > room || (round == ROUNDS_MAX);
        found.truncate(room);
        seen.extend(&found);
        if cut {
            return Ok(Included { ids: seen.split_off(matches.len()).into_iter().map(|(id, _)| id).collect(), cut });
        }
        fresh = found;
    }
    Ok(Included { ids: seen.split_off(matches.len()).into_iter().map(|(id, _)| id).collect(), cut: false })
}

/// One include from the resources at hand.
fn step(
    snapshot: &mut Snapshot<'_>,
    include: &Include,
    forward: bool,
    from: &[Found],
    cut: &Arc<Cut>,
) -> Result<Vec<Found>, StoreError> {
    let source = tables::type_code(&include.source);
    let target = include.target.as_deref().and_then(tables::type_code);
    // Forward the source is at hand and the target wanted; backward the other way round.
    let (at_hand, wanted) = if forward { (source, target) } else { (target, source) };
    let ids: Vec<i64> =
        from.iter().filter(|(_, code)| at_hand.is_none_or(|wanted| wanted == *code)).map(|(id, _)| *id).collect();
    let params = params_of(include);
    if params.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for chunk in chunks(&ids) {
        let mut bind = Bind::new(snapshot.clinic, snapshot.db.dialect(), cut);
        let (known, sought) = if forward { ("x.resource", "x.target") } else { ("x.target", "x.resource") };
        let params = among(&mut bind, "x.param", &params);
        let keys = listed(&mut bind, &chunk);
        let of_type = wanted.map(|code| format!(" AND t.type = {}", bind.int(code.into()))).unwrap_or_default();
        let limit =
            bind.int(i64::try_from(INCLUDED_MAX).unwrap_or(i64::MAX) + i64::try_from(from.len()).unwrap_or(0) + 1);
        let closed = bind.closed_marks();
        let seen = closed.map(|closed| format!(" AND t.patient NOT IN ({closed})")).unwrap_or_default();
        let text = format!(
            "SELECT DISTINCT t.id, t.type, t.patient FROM {keys} CROSS JOIN ix_reference x CROSS JOIN resource t
             WHERE x.clinic = ?1 AND {params} AND {known} = k.column1 AND t.clinic = ?1 AND t.id = {sought} AND t.state = {}{of_type}{seen} ORDER BY t.id LIMIT {limit}",
            State::Live as i64
        );
        let rows = snapshot.db.all(&text, &bind.values(), |row| {
            Ok(Lying { id: row.int(0)?, type_code: row.int(1)?, patient: row.int(2)?, home: 0 })
        })?;
        for row in rows {
            // What lies in nobody's chart is looked at by its own type, which an include need not say.
            if snapshot.sees(cut, row)? {
                found.push((row.id, u16::try_from(row.type_code).unwrap_or(u16::MAX)));
            }
        }
    }
    Ok(found)
}

/// Under which parameters the references are kept.
fn params_of(include: &Include) -> Vec<i64> {
    let of = |param: Param| def(param).map_or_else(Vec::new, |def| def.kept_in.clone());
    let mut numbers: Vec<i64> = match include.param {
        Some(param) => of(param),
        None => {
            params(&include.source).filter(|def| def.kind == Kind::Reference).flat_map(|def| of(def.param)).collect()
        }
    }
    .into_iter()
    .map(|param| i64::from(param.0))
    .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
