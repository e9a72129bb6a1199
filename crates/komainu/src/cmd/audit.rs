//! `komainu audit verify`.

use std::time::Duration;

use serde_json::json;
use store::{Store, StoreError};

use crate::cli::AuditVerify;
use crate::failure::{Done, Failure, Kind};
use crate::{data, terminal};

/// Reads the whole log and says whether it is the one that was written.
pub(crate) async fn verify(args: AuditVerify) -> Done {
    let keys = data::open_keys(&args.data)?;
    let _held = data::hold(&args.data.data)?;
    // Ten years of a clinic are read in one go.
    let day = Duration::from_secs(86_400);
    let store = Store::open(store::Config { read_deadline: day, ..data::config(&args.data.data, keys)? })?;
    let key = store.audit_key();
    // What a server that was killed left in the journal belongs to the log.
    store.settle().await?;
    match store.read_long(move |s| s.verify_audit(&key, &[])).await {
        Ok(verified) if args.json => {
            terminal::print(&json!({ "ok": true, "events": verified.events, "signed": verified.signed }).to_string());
            Ok(())
        }
        Ok(verified) => {
            let (events, signed) = (verified.events, verified.signed);
            terminal::print(&format!(
                "監査記録 {events} 件は書かれたままです(署名済み {signed} 件)。\n\
                 The {events} events are as they were written; {signed} of them are signed."
            ));
            Ok(())
        }
        Err(StoreError::Tampered(finding)) => {
            if args.json {
                let what = finding.what.to_string();
                terminal::print(&json!({ "ok": false, "event": finding.seq, "what": what }).to_string());
            }
            Err(tampered(&finding))
        }
        Err(error) => Err(error.into()),
    }
}

fn tampered(finding: &audit::Finding) -> Failure {
    let seq = finding.seq;
    Failure::new(
        Kind::Damaged,
        format!("監査記録は {seq} 件目から書かれたものと違います。"),
        format!("The audit log is not what was written, from event {seq} on."),
    )
    .because(finding.what)
    .todo(
        "このディスクを保全し、安全管理責任者に知らせてください。",
        "Preserve this disk and tell the person responsible for security.",
    )
}
