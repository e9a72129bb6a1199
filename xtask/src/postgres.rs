//! A PostgreSQL of our own for the tests: private, on a free port, gone afterwards.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use crate::run::{Doing, Done, command, read, run};

/// Tests find the server here; store's tests skip PostgreSQL with a plain message where it is unset.
pub(crate) const VARIABLE: &str = "KOMAINU_TEST_POSTGRES";

/// The newest installed server's programs; Debian keeps them off the path.
pub(crate) fn bin() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// A running cluster; stopped and removed when dropped.
pub(crate) struct Postgres {
    bin: PathBuf,
    data: PathBuf,
    /// `postgres://…` of an empty database owned by the connecting user.
    pub(crate) url: String,
}

impl Postgres {
    pub(crate) fn start() -> Done<Self> {
        let bin = bin().ok_or("PostgreSQL is not installed")?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).doing("a free port")?.port();
        let data = std::env::temp_dir().join(format!("komainu-postgres-{port}"));
        std::fs::create_dir_all(&data).doing("the cluster's folder")?;
        if is_root()? {
            run(command("chown", ["postgres"]).arg(&data))?;
        }
        let cluster = Self { bin, data, url: format!("postgres://komainu@127.0.0.1:{port}/postgres") };
        read(
            cluster
                .tool("initdb")?
                .args(["--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "komainu", "-A", "trust", "-D"])
                .arg(&cluster.data),
        )?;
        let options = format!("-h 127.0.0.1 -p {port} -k {} -c max_connections=400", cluster.data.display());
        let log = cluster.data.join("log");
        read(
            cluster
                .tool("pg_ctl")?
                .args(["-w", "-s", "-o", &options, "-l"])
                .arg(log)
                .arg("-D")
                .arg(&cluster.data)
                .arg("start"),
        )?;
        Ok(cluster)
    }

    /// One of its programs, as a user it agrees to run as: it refuses root.
    fn tool(&self, name: &str) -> Done<Command> {
        let program = self.bin.join(name);
        if is_root()? {
            let mut command = command("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]);
            command.arg(program).current_dir(std::env::temp_dir());
            Ok(command)
        } else {
            Ok(command(&program.to_string_lossy(), [""; 0]))
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut stop) = self.tool("pg_ctl") {
            let _ = read(stop.args(["-w", "-s", "-m", "immediate", "-D"]).arg(&self.data).arg("stop"));
        }
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

fn is_root() -> Done<bool> {
    Ok(read(&mut command("id", ["-u"]))?.trim() == "0")
}

/// A server named by the caller is used as it is; otherwise one is started.
pub(crate) fn for_tests() -> Done<(Option<Postgres>, String)> {
    if let Ok(url) = std::env::var(VARIABLE) {
        return Ok((None, url));
    }
    let own = Postgres::start()?;
    let url = own.url.clone();
    Ok((Some(own), url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing() {
        let Some(bin) = bin() else {
            println!("skipped: PostgreSQL is not installed");
            return;
        };
        let cluster = Postgres::start().unwrap();
        let data = cluster.data.clone();
        let psql =
            command(&bin.join("psql").to_string_lossy(), ["-Atc", "select 6 * 7", &cluster.url]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&psql.stdout).trim(), "42");
        drop(cluster);
        assert!(!data.exists());
    }
}
