//! Running a server: its names, its certificate, its signals, its end.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use server::App;
use server::http::{Edge, Hosts};
use server::net::{Limits, Tls};
use server::signin::Lasting;
use store::{Clock, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::cli::Listen;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// How often the certificate's end is looked at.
const RENEWAL: Duration = Duration::from_secs(12 * 3600);
/// Names given with `--name` are kept, so that a later start needs only the directory.
const NAMES: &str = "edge.names";

/// Takes the address. Done first: a port in use should be known before anything is opened or asked.
pub(crate) async fn bind(listen: &Listen) -> Done<TcpListener> {
    if listen.plain_http && !listen.listen.ip().is_loopback() {
        return Err(Failure::new(
            Kind::Usage,
            "--plain-http はこのマシンの中 (127.0.0.1) でだけ使えます。",
            "--plain-http is only for this machine (127.0.0.1).",
        )
        .todo("--plain-http を外してください。", "Leave --plain-http out."));
    }
    TcpListener::bind(listen.listen).await.map_err(|error| {
        let address = listen.listen;
        let (ja, en) = ("で待ち受けできません。", "Cannot listen on");
        Failure::new(Kind::Busy, format!("{address} {ja}"), format!("{en} {address}."))
            .because(error)
            .todo("--listen で別のポートを指定してください。", "Give another port with --listen.")
    })
}

/// Opens the server over a store.
pub(crate) async fn open(store: Store, listen: &Listen, directory: &Path, clinic: String) -> Done<App> {
    let clock: Clock = Arc::new(now_ms);
    let hosts = Hosts::new(names(&store, listen).await?);
    let edge = Edge { hosts, tls: !listen.plain_http };
    let config = server::Config {
        edge,
        lasting: Lasting::default(),
        limits: server::fhir::Limits::default(),
        clinic,
        directory: directory.to_owned(),
        gateway: listen.gateway.clone(),
        new_authority: listen.new_authority,
    };
    Ok(App::open(store, clock, config).await?)
}

/// Serves until told to stop. `ready` gets the server's address once it answers.
pub(crate) async fn serve(app: App, listener: TcpListener, listen: &Listen, ready: impl FnOnce(&str) -> Done) -> Done {
    let address = listener.local_addr().map_err(|error| {
        Failure::new(Kind::Internal, "アドレスが分かりません。", "The address is not known.").because(error)
    })?;
    let (stop, stopping) = watch::channel(false);
    let tls = if listen.plain_http { Tls::Off } else { Tls::On(certificates(&app, listen.allow_tls12).await?) };
    let mut told = Stop::listen()?;
    let store = app.store().clone();
    let router = server::router(app);
    let mut serving = tokio::spawn(server::net::serve(listener, tls, router, Limits::of_this_process(), stopping));
    ready(&url(address, listen.plain_http))?;
    let outcome = tokio::select! {
        () = told.wait() => Ok(()),
        reason = store.stopped() => Err(store::StoreError::Stopped(reason).into()),
        _ = &mut serving => Err(Failure::new(Kind::Internal, "サーバーが止まりました。", "The server ended.")),
    };
    tracing::info!(gracefully = outcome.is_ok(), "stopping");
    stop.send_replace(true);
    if !serving.is_finished() {
        let _panicked = serving.await;
    }
    outcome
}

/// `{"url", "ca_pem"}` for scripts.
pub(crate) fn ready_json(app: &App, url: &str) -> Value {
    json!({ "url": url, "ca_pem": app.authority().cert_pem() })
}

pub(crate) fn write_ready(path: &Path, ready: &Value) -> Done {
    terminal::write_private(path, ready.to_string().as_bytes())
}

/// The program's one clock.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Configurations of TLS, renewed before the certificate ends.
async fn certificates(app: &App, allow_1_2: bool) -> Done<watch::Receiver<Arc<rustls::ServerConfig>>> {
    let config = server::tls::server_config(&app.certificate().await?, allow_1_2).map_err(server::OpenError::from)?;
    let (sender, receiver) = watch::channel(config);
    let app = app.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(RENEWAL).await;
            let renewed = app.certificate().await;
            match renewed.and_then(|certificate| Ok(server::tls::server_config(&certificate, allow_1_2)?)) {
                Ok(config) => drop(sender.send_replace(config)),
                Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
            }
        }
    });
    Ok(receiver)
}

/// Every name the server answers to.
async fn names(store: &Store, listen: &Listen) -> Done<Vec<String>> {
    let kept = store.read(|s| s.setting(NAMES)).await?.unwrap_or_default();
    let mut extra: Vec<String> = kept.split_whitespace().map(str::to_owned).collect();
    let new: Vec<String> = listen.name.iter().map(|n| n.to_ascii_lowercase()).filter(|n| !extra.contains(n)).collect();
    if let Some(bad) = new.iter().find(|name| !is_name(name)) {
        return Err(Failure::new(
            Kind::Input,
            format!("{bad:?} はサーバーの名前になりません。"),
            format!("{bad:?} is not a host name or address."),
        )
        .todo("例: karte.local, 192.168.1.10", "For example: karte.local, 192.168.1.10"));
    }
    if !new.is_empty() {
        extra.extend(new);
        let (text, at) = (extra.join(" "), now_ms());
        let kept: Result<(), store::StoreError> = store
            .write(move |tx| {
                let mut event = audit::Event::new(at, "komainu", "set", audit::Outcome::Done);
                event.detail = Some(NAMES.to_owned());
                tx.audit(event);
                tx.set_setting(NAMES, &text)
            })
            .await;
        kept?;
    }
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    names.extend(own_names(listen.listen.ip()));
    names.extend(extra);
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

/// What the machine is called and where it is, when it listens beyond the loopback.
fn own_names(listening: IpAddr) -> Vec<String> {
    if listening.is_loopback() {
        return Vec::new();
    }
    let mut names = Vec::new();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_ascii_lowercase();
    if is_name(&host) && !host.contains('.') {
        names.push(format!("{host}.local"));
        names.push(host);
    }
    let address = if listening.is_unspecified() { outward_address() } else { Some(listening) };
    names.extend(address.map(|address| address.to_string()));
    names
}

/// The address from which this machine would speak to others. Connecting a UDP socket sends nothing.
fn outward_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    // TEST-NET-1 (RFC 5737): routed like any foreign address, and nobody's.
    socket.connect(("192.0.2.1", 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_unspecified() && !ip.is_loopback())
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    name.parse::<IpAddr>().is_ok() || (name.len() <= 253 && name.split('.').all(label))
}

fn url(address: SocketAddr, plain: bool) -> String {
    let scheme = if plain { "http" } else { "https" };
    let port = address.port();
    match address.ip() {
        ip if ip.is_loopback() && !plain => format!("{scheme}://localhost:{port}"),
        ip if ip.is_unspecified() => match outward_address() {
            Some(outward) => format!("{scheme}://{}", SocketAddr::new(outward, port)),
            None => format!("{scheme}://localhost:{port}"),
        },
        ip => format!("{scheme}://{}", SocketAddr::new(ip, port)),
    }
}

/// SIGTERM and SIGINT.
struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Stop {
    fn listen() -> Done<Self> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(Kind::Internal, "シグナルを受けられません。", "Signals cannot be received.").because(error)
            })
        };
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

impl From<server::OpenError> for Failure {
    fn from(error: server::OpenError) -> Self {
        use server::OpenError as E;
        match error {
            E::Store(error) => error.into(),
            E::Tls(server::tls::TlsError::NotPermitted(name)) => Self::new(
                Kind::Input,
                format!("この診療所の認証局は {name} を証明できません。"),
                format!("The clinic's certificate authority may not vouch for {name}."),
            )
            .todo(
                "--new-authority で認証局を作り直し、各端末に新しい証明書を入れてください。",
                "Make a new authority with --new-authority, and install its certificate on every device.",
            ),
            error => Self::new(Kind::Internal, "サーバーを開けません。", "The server cannot be opened.").because(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_or_addresses() {
        for good in ["karte", "karte.local", "192.168.1.10", "::1", "a-b.c"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a..b", "a b", "a/b", "カルテ", "http://a", "a:443", "*.local"] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn the_address_shown_is_one_to_open() {
        assert_eq!(url("127.0.0.1:8443".parse().unwrap(), false), "https://localhost:8443");
        assert_eq!(url("127.0.0.1:80".parse().unwrap(), true), "http://127.0.0.1:80");
        assert_eq!(url("[2001:db8::1]:1".parse().unwrap(), false), "https://[2001:db8::1]:1");
    }
}
