//! What a server process has used, as Linux tells it.

use std::path::Path;
use std::time::Duration;

use crate::Done;

/// `USER_HZ`: the unit of `/proc/PID/stat`, 100 on every Linux of the last decades.
const TICKS_PER_SECOND: u64 = 100;

/// Processor time of all threads of a process, in user and kernel.
pub(crate) fn cpu(pid: u32) -> Done<Duration> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).map_err(|why| format!("{path}: {why}"))?;
    ticks(&text).map(|ticks| Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)).ok_or(format!("{path}: {text}"))
}

/// utime + stime: fields 14 and 15, counted after the name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let after = stat.rsplit_once(')')?.1;
    let mut fields = after.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// Memory in use now and at most so far, in bytes.
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

pub(crate) fn memory(pid: u32) -> Done<Memory> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).map_err(|why| format!("{path}: {why}"))?;
    let field = |name: &str| kilobytes(&text, name).ok_or(format!("{path}: no {name}"));
    Ok(Memory { resident: field("VmRSS:")? * 1024, peak: field("VmHWM:")? * 1024 })
}

fn kilobytes(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// Bytes that a folder and all below it hold.
pub(crate) fn size(folder: &Path) -> Done<u64> {
    let mut total = 0;
    for entry in std::fs::read_dir(folder).map_err(|why| format!("{}: {why}", folder.display()))?.flatten() {
        let path = entry.path();
        total += if path.is_dir() { size(&path)? } else { entry.metadata().map_or(0, |about| about.len()) };
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_a_name_with_spaces() {
        let stat = "42 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 70 30 0 0 20 0 4 0";
        assert_eq!(ticks(stat), Some(100));
        assert_eq!(ticks("42 nothing"), None);
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.resident > 0 && memory.peak >= memory.resident);
        assert!(cpu(std::process::id()).is_ok());
        assert!(cpu(u32::MAX).is_err());
    }

    #[test]
    fn folders_are_added_up() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        std::fs::write(folder.path().join("in/a"), "12345").unwrap();
        std::fs::write(folder.path().join("b"), "123").unwrap();
        assert_eq!(size(folder.path()).unwrap(), 8);
    }
}
