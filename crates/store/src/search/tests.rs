//! Which index answers what: a page in the order of one index is read from it and nothing is sorted.

use std::time::Duration;

use clinic::ClinicId;
use tempfile::TempDir;

use super::*;
use crate::db::{Db, Dialect, Postgres, Sqlite};
use crate::schema::migrate;
use crate::server;
use crate::vault::PageMac;

/// 2026-11-23T00:00:00Z.
const NOW: i64 = 1_795_392_000_000;

fn query(text: &str) -> Query {
    let (resource_type, rest) = text.split_once('?').unwrap();
    let pairs: Vec<(String, String)> =
        rest.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    fhir::search::parse(resource_type, &pairs, NOW).unwrap()
}

/// How the database would get each stage of a page.
fn plans(db: &mut dyn Db, text: &str) -> Vec<(String, Vec<String>)> {
    let (query, clinic) = (query(text), ClinicId::ONLY);
    let order = Order::of(&query);
    let type_code = fhir::tables::type_code(&query.resource_type).unwrap();
    let plan = Plan::of(db, clinic, type_code, &query.filters, &order, &Arc::default()).unwrap();
    let (explain, column) = match db.dialect() {
        Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Dialect::Postgres => ("EXPLAIN (COSTS OFF)", 0),
    };
    let mut plans = Vec::new();
    for stage in Stage::all(&plan, &order, None) {
        for (text, bind) in stage.statements(&plan, &order, None, 31, &Bind::new(clinic, db.dialect(), &Arc::default()))
        {
            let lines = db.all(&format!("{explain} {text}"), &bind.values(), |row| row.text(column));
            plans.push((format!("{stage:?}"), lines.unwrap()));
        }
    }
    plans
}

#[test]
fn sqlite_reads_a_page_in_the_order_of_an_index() {
    let directory = TempDir::new().unwrap();
    let mut db: Box<dyn Db> =
        Box::new(Sqlite::open(&directory.path().join("komainu.db"), &[7; 32], PageMac::Sha256, 1024).unwrap());
    migrate(db.as_mut()).unwrap();
    const SPELLED: &str = "SEARCH x USING COVERING INDEX ix_text_spelled (clinic=? AND param=? AND spelled";
    const FOLDED: &str = "SEARCH x USING PRIMARY KEY (clinic=? AND param=? AND folded";
    const DATE: &str = "SEARCH x USING PRIMARY KEY (clinic=? AND param=?";
    const LONG: &str = "SEARCH x USING PRIMARY KEY (clinic=? AND param=? AND high>?)";
    let cases: [(&str, &[&str]); 7] = [
        ("Patient?name=髙橋", &[SPELLED, FOLDED, SPELLED, FOLDED]),
        ("Patient?family=sato", &[SPELLED, FOLDED, SPELLED, FOLDED, FOLDED, FOLDED]),
        ("Patient?name=高橋,タカハシ", &[SPELLED, SPELLED, FOLDED, FOLDED, SPELLED, SPELLED, FOLDED, FOLDED]),
        ("Encounter?date=2025-04-01&_sort=date", &[DATE]),
        ("Encounter?date=ge2025-04-01&_sort=-date", &[DATE, LONG]),
        ("Encounter?_sort=-date", &[DATE, "SEARCH r0 USING INDEX resource_type (clinic=? AND type=?)"]),
        ("Patient?_sort=birthdate", &[DATE, "SEARCH r0 USING INDEX resource_type (clinic=? AND type=?)"]),
    ];
    for (text, expected) in cases {
        let plans = plans(db.as_mut(), text);
        assert_eq!(plans.len(), expected.len(), "{text} {plans:#?}");
        for ((stage, lines), expected) in plans.iter().zip(expected) {
            assert!(lines[0].starts_with(expected), "{text} {stage} {lines:#?}");
            // What is nearer of one resource is looked for among its own.
            let nearer = lines.iter().find(|line| line.starts_with("SEARCH y"));
            assert!(nearer.is_none_or(|line| line.contains("resource=?")), "{text} {stage} {lines:#?}");
            // Rows of one moment are put in order, and the few long ones; not all.
            let sorts = *expected != LONG && lines.iter().any(|line| line == "USE TEMP B-TREE FOR ORDER BY");
            assert!(!sorts, "{text} {stage} {lines:#?}");
        }
    }
}

/// Enough that PostgreSQL, which goes by what it has counted, finds an index worth while.
const FILLED: &[&str] = &[
    "INSERT INTO resource (clinic, id, type, logical_id, patient, home, head, versions, state, updated)
     SELECT 1, n, {patient}, 'p' || n, n, 1, 1, 1, 1, n FROM generate_series(1, 20000) n",
    "INSERT INTO resource (clinic, id, type, logical_id, patient, home, head, versions, state, updated)
     SELECT 1, 20000 + n, {encounter}, 'e' || n, n, 1, 1, 1, 1, n FROM generate_series(1, 20000) n",
    "INSERT INTO ix_text (clinic, param, folded, resource, raw)
     SELECT 1, {name}, CASE n % 50 WHEN 0 THEN '高橋' ELSE 'さ' || (n % 50) END || CASE k WHEN 0 THEN '' ELSE n::text END, n,
         CASE n % 100 WHEN 0 THEN '髙橋' || CASE k WHEN 0 THEN '' ELSE n::text END ELSE '' END
     FROM generate_series(1, 20000) n CROSS JOIN generate_series(0, 1) k",
    "INSERT INTO ix_date (clinic, param, low, high, resource)
     SELECT 1, {date}, 1743433200000 + n * 900000::bigint, 1743433200000 + n * 900000::bigint + 600000, 20000 + n
     FROM generate_series(1, 20000) n",
];

#[test]
fn postgresql_reads_a_page_in_the_order_of_an_index() {
    let Some(url) = server::database() else { return };
    let mut db: Box<dyn Db> = Box::new(Postgres::open(&url).unwrap());
    migrate(db.as_mut()).unwrap();
    let param = |name, resource_type| i64::from(fhir::search::find(resource_type, name).unwrap().param.0).to_string();
    let code = |name| fhir::tables::type_code(name).unwrap().to_string();
    db.begin_write().unwrap();
    db.enter(ClinicId::ONLY).unwrap();
    for text in FILLED {
        let text = text
            .replace("{patient}", &code("Patient"))
            .replace("{encounter}", &code("Encounter"))
            .replace("{name}", &param("name", "Patient"))
            .replace("{date}", &param("date", "Encounter"));
        db.batch(&text).unwrap();
    }
    db.end(true).unwrap();
    db.batch("ANALYZE").unwrap();
    db.begin_read(ClinicId::ONLY, Duration::from_secs(10)).unwrap();
    let (spelled, folded) = ("ix_text_spelled on ix_text x", "ix_text_folded on ix_text x");
    let (date, day) =
        ("ix_date_pkey on ix_date x", "(low >= '1743606000000'::bigint) AND (low < '1743692400000'::bigint)");
    let cases: [(&str, &[&str]); 4] = [
        ("Patient?name=髙橋", &[spelled, folded, spelled, folded]),
        ("Patient?name=さ", &[spelled, folded, spelled, folded]),
        ("Encounter?date=2025-04-03&_sort=date", &[day]),
        ("Encounter?_sort=-date", &[date]),
    ];
    for (text, expected) in cases {
        let plans = plans(db.as_mut(), text);
        for ((stage, lines), expected) in plans.iter().zip(expected) {
            assert!(lines.iter().any(|line| line.contains(expected)), "{text} {stage} {lines:#?}");
            // An incremental sort puts rows of one moment in order; those of a day may be sorted together.
            let sorts = !text.contains("date=2025-04-03")
                && lines.iter().any(|line| line.trim_start().trim_start_matches("-> ").trim_start() == "Sort");
            assert!(!sorts, "{text} {stage} {lines:#?}");
        }
    }
    db.end(false).unwrap();
}
