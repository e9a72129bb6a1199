//! A PostgreSQL of the tests' own: a cluster in a temporary folder, alive while this process is.
//!
//! `KOMAINU_TEST_POSTGRES` names another server to use instead (`cargo xtask test` starts one for all crates).

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use tempfile::TempDir;

const VARIABLE: &str = "KOMAINU_TEST_POSTGRES";

/// A server on which databases can be made. None, and a word why, where PostgreSQL is not installed.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
static SERVER: LazyLock<Option<Server>> = LazyLock::new(|| match std::env::var(VARIABLE) {
    Ok(url) => Some(Server { admin: url, _cluster: None }),
    Err(_) => {
        let started = Cluster::start();
        if started.is_none() {
            eprintln!("skipping PostgreSQL: not installed (apt-get install postgresql)");
        }
        started.map(|cluster| Server { admin: cluster.url(), _cluster: Some(cluster) })
    }
});

struct Server {
    /// Connects as a superuser.
    admin: String,
    _cluster: Option<Cluster>,
}

/// A new database, owned by a role that is no superuser: row-level security does not hold superusers.
pub(crate) fn database() -> Option<String> {
    Some(database_at(&SERVER.as_ref()?.admin))
}

/// The same on any server, given how its superuser connects.
pub(crate) fn database_at(superuser: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static MAKING: Mutex<()> = Mutex::new(());
    let name = format!("komainu_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    // Making a database copies the template, which two sessions cannot do at once.
    let _one = MAKING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    admin(superuser, &format!("CREATE ROLE {name} LOGIN PASSWORD '{name}' NOSUPERUSER"));
    admin(superuser, &format!("CREATE DATABASE {name} OWNER {name}"));
    let (_, place) = superuser.split_once('@').unwrap();
    let (address, _) = place.split_once('/').unwrap();
    format!("postgres://{name}:{name}@{address}/{name}")
}

fn admin(superuser: &str, sql: &str) {
    // In a thread: tests call this from within their runtimes.
    std::thread::scope(|scope| {
        let done = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(superuser, tokio_postgres::NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute(sql).await.unwrap();
            });
        });
        done.join().unwrap();
    });
}

struct Cluster {
    folder: TempDir,
    port: u16,
    // A static is never dropped: the server itself watches this pipe and goes when this process has gone.
    _watch: Child,
}

impl Cluster {
    fn start() -> Option<Self> {
        let bin = bin()?;
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        give_to_postgres(folder.path());
        let data = folder.path().join("data");
        let made = as_postgres(&bin.join("initdb"))
            .args(["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "komainu", "-A", "trust", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        // The shell holds the server's life to ours: it ends it when our end of the pipe closes, however we go.
        let script = r#""$0" -D "$1" -h 127.0.0.1 -p "$2" -k "$1" -c max_connections=400 >"$1/log" 2>&1 &
            server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf "$3""#;
        let watch = as_postgres(Path::new("/bin/sh"))
            .args(["-c", script])
            .args([&bin.join("postgres"), &data, Path::new(&port.to_string()), folder.path()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let cluster = Self { folder, port, _watch: watch };
        let ready = || {
            let mut ask = Command::new(bin.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status().unwrap().success()
        };
        while !ready() {
            assert!(cluster.folder.path().exists());
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(cluster)
    }

    fn url(&self) -> String {
        format!("postgres://komainu@127.0.0.1:{}/postgres", self.port)
    }
}

/// Makes the user that the server runs as the owner.
pub(crate) fn give_to_postgres(folder: &Path) {
    if is_root() {
        let uid = Command::new("id").args(["-u", "postgres"]).output().unwrap().stdout;
        let uid: u32 = String::from_utf8(uid).unwrap().trim().parse().unwrap();
        chown(folder, Some(uid), None).unwrap();
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// The server refuses to run as root.
pub(crate) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program).current_dir("/");
    command
}

/// The newest installed server's programs; Debian keeps them off the path.
pub(crate) fn bin() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let found = versions.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file());
    found.max_by_key(|bin| {
        let version = bin.parent().and_then(|folder| folder.file_name()?.to_str()?.parse::<u32>().ok());
        version.unwrap_or(0)
    })
}
