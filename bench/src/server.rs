//! The two servers under measurement, started the same way and asked the same way.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Connection, request};
use crate::{Done, process};

/// Longer than any start worth measuring.
const START_SECONDS_MAX: u64 = 120;
/// The same for generating sample patients.
const PER_PATIENT_MAX: Duration = Duration::from_millis(60);
/// Coarse enough to leave the processor to the server.
const POLL: Duration = Duration::from_millis(2);

/// Which program.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    Komainu(PathBuf),
    /// `hfs`, with the folder that holds its search parameters.
    Helios {
        program: PathBuf,
        parameters: PathBuf,
    },
}

impl Program {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Komainu(_) => "komainu",
            Self::Helios { .. } => "helios",
        }
    }

    /// Where FHIR begins.
    pub(crate) fn base(&self) -> &'static str {
        match self {
            Self::Komainu(_) => "/fhir",
            Self::Helios { .. } => "",
        }
    }

    /// The program and the arguments that open `data` on `port`.
    fn command(&self, data: &Path, port: u16) -> Command {
        match self {
            Self::Komainu(program) => {
                let mut command = Command::new(program);
                command.arg("serve").arg("--data").arg(data);
                command.args(["--plain-http", "--listen", &format!("127.0.0.1:{port}")]).env("KOMAINU_LOG", "warn");
                command
            }
            Self::Helios { program, parameters } => {
                let mut command = Command::new(program);
                command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--log-level", "warn"]);
                command.arg("--database-url").arg(data.join("helios.db")).arg("--data-dir").arg(parameters);
                command
            }
        }
    }

    /// Makes a record of so many sample patients, and the token that the client will use; the peer
    /// has neither and makes its database when it starts.
    pub(crate) fn prepare(&self, data: &Path, patients: usize) -> Done<Option<String>> {
        std::fs::create_dir_all(data).map_err(|why| format!("{}: {why}", data.display()))?;
        let Self::Komainu(program) = self else { return Ok(None) };
        let ready = data.with_extension("ready.json");
        let _ = std::fs::remove_file(&ready);
        let mut demo = Command::new(program);
        demo.arg("demo").arg("--data").arg(data).arg("--ready-file").arg(&ready);
        demo.args(["--bulk", "--seed", "1", "--plain-http", "--listen", "127.0.0.1:0", "--patients"]);
        demo.arg(patients.to_string());
        let mut server = Server::spawn(&mut demo, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let limit =
            Duration::from_secs(START_SECONDS_MAX) + PER_PATIENT_MAX * u32::try_from(patients).unwrap_or(u32::MAX);
        server.until("the ready file", limit, || std::fs::read(&ready).ok().filter(|text| !text.is_empty()))?;
        server.stop()?;
        token(data).map(Some)
    }
}

/// The token that the demo of this data directory was given.
pub(crate) fn token(data: &Path) -> Done<String> {
    let ready = data.with_extension("ready.json");
    let text = std::fs::read(&ready).map_err(|why| format!("{}: {why}", ready.display()))?;
    let ready: Value = serde_json::from_slice(&text).map_err(|why| format!("the ready file: {why}"))?;
    ready["token"].as_str().map(String::from).ok_or("the ready file holds no token".into())
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) base: &'static str,
    pub(crate) token: Option<String>,
    /// From the start of the process to the first answer.
    pub(crate) started: Duration,
}

impl Server {
    /// Starts and waits for the first answer to `GET path`, whatever it says short of a failure.
    pub(crate) fn start(program: &Program, data: &Path, token: Option<&str>, path: &str) -> Done<Self> {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).map_err(|why| why.to_string())?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let begun = Instant::now();
        let mut server = Self::spawn(&mut program.command(data, port), address)?;
        server.base = program.base();
        server.token = token.map(String::from);
        let get = server.get(path);
        let answered = || {
            Connection::new(address).send(&get).ok().filter(|answer| answer.status < 500).map(|answer| answer.status)
        };
        server.until("its first answer", Duration::from_secs(START_SECONDS_MAX), answered)?;
        server.started = begun.elapsed();
        Ok(server)
    }

    fn spawn(command: &mut Command, address: SocketAddr) -> Done<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map_err(|why| format!("{name}: {why}"))?;
        Ok(Self { child, address, base: "", token: None, started: Duration::ZERO })
    }

    fn until<T>(&mut self, what: &str, limit: Duration, mut found: impl FnMut() -> Option<T>) -> Done<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = found() {
                return Ok(found);
            }
            if let Some(status) = self.child.try_wait().map_err(|why| why.to_string())? {
                return Err(format!("the server ended before {what}: {status}"));
            }
            if begun.elapsed() > limit {
                return Err(format!("{what} did not come within {} s", limit.as_secs()));
            }
            sleep(POLL);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn memory(&self) -> Done<process::Memory> {
        process::memory(self.pid())
    }

    /// Bytes of a request for a path below the FHIR base.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.request("GET", path, None)
    }

    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&[u8]>) -> Vec<u8> {
        request(method, &format!("{}/{path}", self.base), self.token.as_deref(), body)
    }

    /// One answer as JSON, with its status; null where the body is none.
    pub(crate) fn ask(&self, connection: &mut Connection, request: &[u8]) -> Done<(u16, Value)> {
        let what = crate::load::first_line(request);
        let answer = connection.send(request).map_err(|why| format!("{what}: {why}"))?;
        Ok((answer.status, serde_json::from_slice(answer.body).unwrap_or(Value::Null)))
    }

    /// Asks it to stop, so that it closes its database, and waits.
    pub(crate) fn stop(mut self) -> Done {
        let asked = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        asked.map_err(|why| format!("kill: {why}"))?;
        self.child.wait().map(drop).map_err(|why| why.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A server that only makes requests: there is nobody to send them to.
    pub(crate) fn unreached() -> Server {
        let mut server = Server::spawn(&mut Command::new("true"), SocketAddr::from((Ipv4Addr::LOCALHOST, 1))).unwrap();
        server.base = "/fhir";
        server
    }

    #[test]
    fn a_server_that_ends_at_once_is_told_apart_from_a_slow_one() {
        let program = Program::Komainu("false".into());
        let folder = tempfile::tempdir().unwrap();
        let why = Server::start(&program, folder.path(), None, "Patient/1").map(|_| ()).unwrap_err();
        assert!(why.contains("ended before its first answer"), "{why}");
        assert!(program.prepare(folder.path(), 0).is_err());
    }

    #[test]
    fn requests_begin_at_the_base_and_carry_the_token() {
        let mut server = unreached();
        server.token = Some("secret".into());
        let text = String::from_utf8(server.get("Patient/1")).unwrap();
        assert!(text.starts_with("GET /fhir/Patient/1 ") && text.contains("Bearer secret"));
    }
}
