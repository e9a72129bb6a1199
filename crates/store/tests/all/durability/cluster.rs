//! A PostgreSQL of one test, to be starved, broken and started again.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::postgres::{as_postgres, bin, database_at, give_to_postgres};

/// Its files are in `folder`; `data` and `log` (the write-ahead log) may each be on a small disk.
pub(super) struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    disk: Option<Disk>,
    server: Option<Child>,
}

/// A small disk: a tmpfs in a mount namespace that lives as long as the process that holds it.
struct Disk {
    holder: Child,
}

/// Something to be taken away when room is wanted.
const BALLAST: &str = "ballast";

impl Cluster {
    /// A cluster without a server yet. `small`: which of its folders is on a disk of so many MiB. None where there is
    /// no PostgreSQL, or no right to mount.
    pub(super) fn make(small: Option<(&str, u32)>) -> Option<Self> {
        let bin = bin()?;
        let folder = TempDir::new().unwrap();
        give_to_postgres(folder.path());
        for name in ["data", "log"] {
            let made = folder.path().join(name);
            fs::create_dir(&made).unwrap();
            give_to_postgres(&made);
        }
        let disk = match small {
            None => None,
            Some((name, mib)) => Some(Disk::mount(&folder.path().join(name), mib)?),
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { bin, folder, port, disk, server: None };
        let mut initdb = cluster.inside(&cluster.bin.join("initdb"));
        initdb.args(["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "komainu", "-A", "trust"]);
        initdb.args(["--wal-segsize=1", "-D"]).arg(cluster.path("data/d")).arg("-X").arg(cluster.path("log/w"));
        assert!(initdb.stdout(Stdio::null()).status().unwrap().success(), "initdb failed");
        Some(cluster)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program, where the small disk can be seen, as the user that the server runs as.
    fn inside(&self, program: &Path) -> Command {
        let wanted = as_postgres(program);
        let Some(disk) = &self.disk else { return wanted };
        let mut command = disk.enter();
        command.arg(wanted.get_program()).args(wanted.get_args());
        command
    }

    /// A program of ours, where the small disk can be seen.
    pub(super) fn ours(&self, line: &[String]) -> Command {
        let mut command = match &self.disk {
            Some(disk) => disk.enter(),
            None => Command::new("env"),
        };
        command.args(line).stdin(Stdio::null());
        command
    }

    /// Starts the server, under another program if one is given, and waits until it answers.
    pub(super) fn start(&mut self, under: &[&str], options: &[&str]) {
        let server = self.inside(&self.bin.join("postgres"));
        let mut command = Command::new(under.first().map_or_else(|| server.get_program(), |program| program.as_ref()));
        if let [_, rest @ ..] = under {
            command.args(rest).arg(server.get_program());
        }
        command.args(server.get_args()).arg("-D").arg(self.path("data/d"));
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-k"]).arg(self.path(""));
        let log = fs::OpenOptions::new().append(true).create(true).open(self.path("said")).unwrap();
        command.args(options).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).current_dir("/");
        self.server = Some(command.spawn().unwrap());
        let (began, ready) = (Instant::now(), self.bin.join("pg_isready"));
        let is_ready = || {
            let mut ask = Command::new(&ready);
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
        };
        while !is_ready() {
            assert!(began.elapsed() < Duration::from_secs(60), "it does not start: {}", self.said());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the server said.
    pub(super) fn said(&self) -> String {
        fs::read_to_string(self.path("said")).unwrap_or_default()
    }

    /// Ends the server, unless it has ended already, and waits for it. `-INT`: in good order; `-QUIT`: as it stands.
    pub(super) fn stop(&mut self, signal: &str) {
        let Some(mut server) = self.server.take() else { return };
        let first = |text: String| text.lines().next().map(str::to_owned);
        let pid = self.ours(&["cat".to_owned(), self.path("data/d/postmaster.pid").display().to_string()]).output();
        if let Some(pid) = pid.ok().and_then(|output| first(String::from_utf8(output.stdout).ok()?)) {
            // It may have gone by itself meanwhile.
            let _gone = Command::new("kill").args([signal, &pid]).stderr(Stdio::null()).status();
        }
        server.wait().unwrap();
    }

    /// A new database, as the hub is told of it.
    pub(super) fn database(&self) -> String {
        database_at(&format!("postgres://komainu@127.0.0.1:{}/postgres", self.port))
    }

    /// Fills some of the small folder, to be given back later.
    pub(super) fn ballast(&self, folder: &str, mib: u32) {
        let (count, to) = (format!("count={mib}"), format!("of={}", self.path(folder).join(BALLAST).display()));
        let line = ["dd", "if=/dev/zero", "bs=1M", &count, &to].map(str::to_owned);
        assert!(self.ours(&line).stderr(Stdio::null()).status().unwrap().success());
    }

    pub(super) fn make_room(&self, folder: &str) {
        let line = ["rm".to_owned(), self.path(folder).join(BALLAST).display().to_string()];
        assert!(self.ours(&line).status().unwrap().success());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop("-QUIT");
    }
}

impl Disk {
    fn mount(at: &Path, mib: u32) -> Option<Self> {
        let script = format!(
            "mount -t tmpfs -o size={mib}m tmpfs \"$0\" && chown --reference=\"$0/..\" \"$0\" && touch \"$0/.mounted\" && exec cat"
        );
        let mut holder = Command::new("unshare")
            .args(["-m", "sh", "-c", &script])
            .arg(at)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        // Seen through the holder's own root, where its namespace is.
        let seen =
            PathBuf::from(format!("/proc/{}/root", holder.id())).join(at.strip_prefix("/").ok()?).join(".mounted");
        while !seen.exists() {
            if holder.try_wait().ok()?.is_some() {
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        Some(Self { holder })
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-m", "-t", &self.holder.id().to_string()]);
        command
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The end of its input is its end.
        drop(self.holder.stdin.take());
        let _ended = self.holder.wait();
    }
}
