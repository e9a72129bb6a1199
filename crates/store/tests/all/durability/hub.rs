//! A hub whose PostgreSQL has no room, or a disk that fails.

use store::Store;

use super::cluster::Cluster;
use super::{Ward, check, has, skip};
use crate::harness::block_on;

const NO_ROOM: &str = "a full disk needs PostgreSQL, root and mount namespaces";

/// Tables have no room: PostgreSQL refuses, or goes down and comes up again; with room again all goes on.
#[test]
fn a_hub_whose_tables_have_no_room_refuses_writes_and_loses_nothing() {
    let Some(mut cluster) = Cluster::make(Some(("data", 52))) else { return skip(NO_ROOM) };
    cluster.start(&[], &["-c", "max_wal_size=4MB", "-c", "min_wal_size=2MB"]);
    let mut ward = Ward::sqlite();
    ward.url = Some(cluster.database());
    // The victim fills the disk that it is given, and takes its ballast away again.
    let (keys, data) = (ward.data(), cluster.path("data/hub"));
    let copied =
        cluster.ours(&["cp", "-a", keys.to_str().unwrap(), data.to_str().unwrap()].map(str::to_owned)).status();
    assert!(copied.unwrap().success());
    let mut line = ward.victim("fill");
    line[2] = data.display().to_string();
    let status = cluster.ours(&line).status().unwrap();
    assert!(status.success(), "{}", cluster.said());
    assert!(cluster.said().contains("No space left on device"), "{}", cluster.said());
    cluster.stop("-QUIT");
    cluster.start(&[], &[]);
    assert!(ward.acknowledged().len() > 100);
    block_on(check(ward.config(), ward.acknowledged()));
}

/// The write-ahead log has no room: PostgreSQL itself goes down, and stays so until there is some.
#[test]
fn a_hub_whose_log_has_no_room_loses_nothing() {
    let Some(mut cluster) = Cluster::make(Some(("log", 24))) else { return skip(NO_ROOM) };
    cluster.start(&[], &[]);
    let mut ward = Ward::sqlite();
    ward.url = Some(cluster.database());
    cluster.ballast("log", 8);
    let line = ward.victim("lost");
    let status = cluster.ours(&line).status().unwrap();
    assert_eq!(status.code(), Some(74), "{}", cluster.said());
    assert!(cluster.said().contains("No space left on device"), "{}", cluster.said());
    cluster.stop("-QUIT");
    cluster.make_room("log");
    cluster.start(&[], &[]);
    let acknowledged = ward.acknowledged();
    assert!(!acknowledged.is_empty());
    block_on(check(ward.config(), acknowledged));
}

/// A sync of the write-ahead log fails, and every one after it: PostgreSQL ends rather than to try again, and the hub
/// reports no success from then on. What it has reported is there when the disk is well again.
#[test]
fn a_hub_whose_disk_fails_reports_no_success_any_more() {
    if !has("strace") {
        return skip("injecting I/O errors needs strace (apt-get install strace)");
    }
    for nth in [40, 77] {
        let Some(mut cluster) = Cluster::make(None) else { return skip("needs PostgreSQL") };
        cluster.start(&[], &[]);
        let mut ward = Ward::sqlite();
        ward.url = Some(cluster.database());
        drop(Store::open(ward.config()).unwrap());
        cluster.stop("-INT");
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={nth}+");
        let log = cluster.path("trace").display().to_string();
        let strace = ["strace", "-f", "-qq", "-o", &log, "-e", "trace=fsync,fdatasync", "-e", &inject];
        cluster.start(&strace, &[]);
        let status = cluster.ours(&ward.victim("failing")).status().unwrap();
        if status.success() {
            return skip("this kernel lets nobody be traced");
        }
        assert_eq!(status.code(), Some(74), "{}", cluster.said());
        assert!(std::fs::read_to_string(&log).unwrap().contains("EIO"));
        cluster.stop("-QUIT");
        cluster.start(&[], &[]);
        let acknowledged = ward.acknowledged();
        assert!(!acknowledged.is_empty());
        block_on(check(ward.config(), acknowledged));
    }
}
