//! Disks that are full and disks that fail.

use std::process::{Command, Stdio};

use super::{Ward, check, has, skip};
use crate::harness::block_on;

/// On a disk of 24 MiB of its own, which only root can make.
#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let ward = Ward::sqlite();
    let [data, acks] = [ward.data(), ward.directory.path().join("acks")].map(|path| path.to_str().unwrap().to_owned());
    let mount =
        format!("cp -a {data} {data}.kept && mount -t tmpfs -o size=24m tmpfs {data} && cp -a {data}.kept/. {data}");
    let tried = Command::new("unshare").args(["-m", "sh", "-c", &mount]).stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        return skip("a full disk needs root and mount namespaces");
    }
    let mut line = ward.victim("fill");
    line[3] = acks;
    let status = Command::new("unshare")
        .args(["-m", "sh", "-c", &format!("{mount} && exec \"$@\""), "sh"])
        .args(line)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
}

/// The n-th sync fails, and every one after it: after the first the kernel has dropped what it could not write, so
/// a store that goes on would acknowledge what is not there.
#[test]
fn a_failed_sync_ends_the_store() {
    if !has("strace") {
        return skip("injecting I/O errors needs strace (apt-get install strace)");
    }
    for nth in [40, 77, 151] {
        let ward = Ward::sqlite();
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={nth}+");
        let status = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &inject])
            .args(ward.victim("write"))
            .stdin(Stdio::null())
            .status()
            .unwrap();
        if status.code() == Some(1) && ward.acknowledged().is_empty() {
            return skip("this kernel lets nobody be traced");
        }
        assert_eq!(status.code(), Some(74), "the victim says with this code that the store stopped");
        let acknowledged = ward.acknowledged();
        assert!(!acknowledged.is_empty());
        block_on(check(ward.config(), acknowledged));
    }
}
