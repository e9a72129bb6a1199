//! Starting the program and speaking to it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

pub(crate) const PASSWORD: &str = "tori-ga-3wa-niwa";
const PATIENCE: Duration = Duration::from_secs(120);

/// A place for a data directory and what lies beside it.
pub(crate) struct Place(TempDir);

/// The program, serving.
pub(crate) struct Running {
    child: Child,
    pub(crate) ready: Value,
    pub(crate) client: Client,
}

/// A client that trusts the clinic's authority and carries a token.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    url: String,
    token: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }
}

pub(crate) fn komainu() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_komainu"));
    command.stdin(Stdio::null()).env_remove("KOMAINU_LOG");
    command
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub(crate) fn secret(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let _absent = fs::remove_file(&path);
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        path
    }

    pub(crate) fn first_start(&self) -> Command {
        let mut command = self.start();
        command
            .args(["--clinic", "ことり内科クリニック", "--admin-password-file"])
            .arg(self.secret("password", PASSWORD));
        command.arg("--key-file").arg(self.path("key"));
        command
    }

    pub(crate) fn start(&self) -> Command {
        let mut command = komainu();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(self.data());
        command
    }

    pub(crate) fn demo(&self, patients: u32) -> Command {
        let mut command = komainu();
        command.args(["demo", "--listen", "127.0.0.1:0", "--seed", "7", "--patients", &patients.to_string(), "--data"]);
        command.arg(self.data());
        command
    }

    /// Makes a token while nothing runs.
    pub(crate) fn token(&self, scope: &str) -> String {
        let output = run(komainu().args(["token", "create", "--scope", scope, "--data"]).arg(self.data()));
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts it and waits until it answers. The log goes to `log`.
    pub(crate) fn run(&self, mut command: Command, token: &str) -> Running {
        let ready_file = self.path("ready.json");
        let _absent = fs::remove_file(&ready_file);
        let log = fs::OpenOptions::new().append(true).create(true).open(self.path("log")).unwrap();
        command.arg("--ready-file").arg(&ready_file).stdout(Stdio::null()).stderr(log);
        let mut child = command.spawn().unwrap();
        let began = Instant::now();
        let ready: Value = loop {
            if let Ok(text) = fs::read(&ready_file) {
                break serde_json::from_slice(&text).expect("the ready file appears whole");
            }
            assert!(child.try_wait().unwrap().is_none(), "it ended: {}", self.log());
            assert!(began.elapsed() < PATIENCE, "it does not answer: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        };
        let token = ready["token"].as_str().unwrap_or(token).to_owned();
        let client = Client::new(&ready, token);
        Running { child, ready, client }
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As a power failure would, for this process.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and gives its exit code.
    pub(crate) fn stop(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A test that fails must not leave a server behind.
impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Client {
    fn new(ready: &Value, token: String) -> Self {
        let ca = Certificate::from_pem(ready["ca_pem"].as_str().unwrap().as_bytes()).unwrap();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[ca])).build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self { agent, url: ready["url"].as_str().unwrap().to_owned(), token }
    }

    /// Without the token.
    pub(crate) fn stranger(&self) -> Self {
        Self { token: String::new(), ..self.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").expect("the server answers")
    }

    /// None: no answer came.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, ureq::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let request = request.body(body.to_owned()).unwrap();
        let request = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        let mut response = self.agent.run(request).ok()?;
        let headers = format!("{:?}", response.headers());
        let body = response.body_mut().read_to_string().ok()?;
        Some(Answer { status: response.status().as_u16(), headers, body })
    }
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every file below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
