//! Over the network, into a server that is running.

use std::fs;
use std::io::Read;
use std::time::Duration;

use indicatif::ProgressBar;
use record::import::{Item, patients, source};
use serde_json::Value;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, SendBody};
use zeroize::Zeroizing;

use super::files::{Holds, Source, unreadable};
use super::{Bad, Outcome, local};
use crate::cli::Import;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

const FHIR_JSON: &str = "application/fhir+json";
const FHIR_LINES: &str = "application/fhir+ndjson";

/// A server and what opens it.
pub(super) struct Remote {
    agent: Agent,
    base: String,
    authorization: Zeroizing<String>,
}

/// What a server said.
struct Answer {
    status: u16,
    body: Value,
}

impl Remote {
    pub(super) fn open(args: &Import) -> Done<Self> {
        let base = args.url.as_deref().unwrap_or_default().trim_end_matches('/').to_owned();
        let token_file = args.token_file.as_deref().unwrap_or(std::path::Path::new(""));
        let token = terminal::read_secret(token_file)?;
        // A token in the clear would be anyone's who listens.
        let is_loopback =
            ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|own| base.starts_with(own));
        if !base.starts_with("https://") && !is_loopback {
            return Err(Failure::new(
                Kind::Usage,
                "--url は https:// で始まる必要があります。",
                "--url has to begin with https://.",
            ));
        }
        let mut tls = TlsConfig::builder();
        if let Some(path) = &args.ca {
            let pem = fs::read(path).map_err(|error| unreadable(path, &error))?;
            let certificates: Vec<Certificate<'static>> = parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(Duration::from_secs(10)))
            .build()
            .into();
        Ok(Self { agent, base, authorization: Zeroizing::new(format!("Bearer {}", token.trim())) })
    }

    pub(super) fn import(&self, file: &Source, bar: &ProgressBar) -> Done<Outcome> {
        match file.holds {
            Holds::Lines => {
                let mut lines = file.open(bar)?;
                self.send_lines(&mut lines)
            }
            Holds::Json => match source::json(file.read(bar)?) {
                Item::Bundle(bundle) => self.send_bundle(&bundle),
                Item::Resource(mut resource) => {
                    // Line breaks only stand between tokens of JSON.
                    resource.retain(|byte| !matches!(byte, b'\n' | b'\r'));
                    self.send_lines(&mut resource.as_slice())
                }
                Item::Patient(_) | Item::Bad(_) => Ok(Outcome::default()),
            },
            Holds::PatientList => {
                let list = patients::List::open(&file.read(bar)?, patients::Options::default());
                self.send_patients(&list.map_err(|error| local::not_a_list(file, &error))?)
            }
        }
    }

    fn send_lines(&self, lines: &mut dyn Read) -> Done<Outcome> {
        let answer = self.send("/fhir/$import", FHIR_LINES, None, SendBody::from_reader(lines))?;
        if answer.status != 200 {
            return Err(refused(&answer));
        }
        Ok(of_report(&answer.body))
    }

    /// A transaction or batch, as it stands.
    fn send_bundle(&self, bundle: &[u8]) -> Done<Outcome> {
        let mut bundle = bundle;
        let answer = self.send("/fhir", FHIR_JSON, None, SendBody::from_reader(&mut bundle))?;
        Ok(if answer.status == 200 { of_bundle(&answer.body) } else { one_refused("bundle".to_owned(), &answer) })
    }

    /// Each patient unless there is one of that number.
    fn send_patients(&self, list: &patients::List) -> Done<Outcome> {
        let mut outcome = Outcome::default();
        for row in list.rows() {
            match row {
                Ok(row) => {
                    let system = &patients::Options::default().number_system;
                    let condition =
                        format!("identifier={}|{}", record::url::encode(system), record::url::encode(&row.number));
                    let patient = row.patient.to_vec();
                    let body = SendBody::from_owned_reader(std::io::Cursor::new(patient));
                    let answer = self.send("/fhir/Patient", FHIR_JSON, Some(&condition), body)?;
                    outcome.add(match answer.status {
                        201 => Outcome { written: 1, ..Outcome::default() },
                        200 => Outcome { existing: 1, ..Outcome::default() },
                        _ => one_refused(format!("line {}", row.line), &answer),
                    });
                }
                Err(bad) => outcome.add(Outcome {
                    refused: 1,
                    bad: vec![Bad { place: format!("line {}", bad.line), why: bad.reason }],
                    ..Outcome::default()
                }),
            }
        }
        Ok(outcome)
    }

    fn send(&self, path: &str, content_type: &str, if_none_exist: Option<&str>, body: SendBody<'_>) -> Done<Answer> {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("authorization", self.authorization.as_str())
            .header("content-type", content_type);
        if let Some(condition) = if_none_exist {
            request = request.header("if-none-exist", condition);
        }
        let mut response = request.send(body).map_err(|error| {
            Failure::new(Kind::Unreachable, "サーバーと話せません。", "The server cannot be reached.")
                .because(error)
                .todo(
                    "アドレス、--ca、サーバーが動いていることを確かめてください。",
                    "Check the address, --ca, and that the server runs.",
                )
        })?;
        let status = response.status().as_u16();
        let answer = Answer { status, body: response.body_mut().read_json().unwrap_or(Value::Null) };
        if matches!(status, 401 | 403 | 503 | 507) { Err(refused(&answer)) } else { Ok(answer) }
    }
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.written += other.written;
        self.existing += other.existing;
        self.refused += other.refused;
        self.bad.extend(other.bad);
    }
}

/// `$import` answers with an OperationOutcome: the sums in its first issue, what was refused in the others.
fn of_report(report: &Value) -> Outcome {
    let issues = report["issue"].as_array().map_or(&[][..], Vec::as_slice);
    let sums = issues.first().and_then(|issue| issue["diagnostics"].as_str()).unwrap_or_default();
    let mut numbers = sums.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
    let mut next = || numbers.next().unwrap_or(0);
    let (written, existing, refused) = (next(), next(), next());
    let bad = issues.iter().skip(1).map(|issue| Bad { place: text(&issue["expression"][0]), why: diagnostics(issue) });
    Outcome { written, existing, refused, bad: bad.collect() }
}

fn of_bundle(answer: &Value) -> Outcome {
    let mut outcome = Outcome::default();
    for (index, entry) in answer["entry"].as_array().into_iter().flatten().enumerate() {
        let response = &entry["response"];
        match text(&response["status"]).get(..3) {
            Some("201") => outcome.written += 1,
            Some(status) if status.starts_with('2') => outcome.existing += 1,
            _ => {
                outcome.refused += 1;
                let why = diagnostics(&response["outcome"]["issue"][0]);
                outcome.bad.push(Bad { place: format!("entry {index}"), why });
            }
        }
    }
    outcome
}

fn one_refused(place: String, answer: &Answer) -> Outcome {
    let why = diagnostics(&answer.body["issue"][0]);
    let why = if why.is_empty() { format!("HTTP {}", answer.status) } else { why };
    Outcome { refused: 1, bad: vec![Bad { place, why }], ..Outcome::default() }
}

fn diagnostics(issue: &Value) -> String {
    text(&issue["diagnostics"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn refused(answer: &Answer) -> Failure {
    let failure = match answer.status {
        401 => Failure::new(Kind::Refused, "トークンが受け付けられません。", "The token is not accepted.").todo(
            "サーバーを止めて komainu token create で作り直してください。",
            "Make a new one with komainu token create while the server is stopped.",
        ),
        403 => Failure::new(Kind::Refused, "トークンに取り込む権限がありません。", "The token may not import.")
            .todo("--scope \"system/*.cruds\" で作ってください。", "Make one with --scope \"system/*.cruds\"."),
        507 => Failure::new(Kind::Full, "サーバーのディスクに空きがありません。", "The server's disk is full."),
        _ => Failure::new(Kind::Unreachable, "サーバーが応えられません。", "The server cannot take it."),
    };
    let why = diagnostics(&answer.body["issue"][0]);
    failure.because(if why.is_empty() { format!("HTTP {}", answer.status) } else { why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_is_read() {
        let report = json!({ "issue": [
            { "severity": "information", "diagnostics": "12 written, 3 there already, 1 refused" },
            { "severity": "error", "expression": ["line 7"], "diagnostics": "Patient.gender: not a code" },
        ] });
        let bad = vec![Bad { place: "line 7".into(), why: "Patient.gender: not a code".into() }];
        assert_eq!(of_report(&report), Outcome { written: 12, existing: 3, refused: 1, bad });
        assert_eq!(of_report(&json!(null)), Outcome::default());
    }

    #[test]
    fn a_bundle_is_counted_by_entry() {
        let outcome = |text: &str| json!({ "issue": [{ "diagnostics": text }] });
        let answer = json!({ "entry": [
            { "response": { "status": "201 Created" } },
            { "response": { "status": "200 OK" } },
            { "response": { "status": "422 Unprocessable", "outcome": outcome("no") } },
        ] });
        let bad = vec![Bad { place: "entry 2".into(), why: "no".into() }];
        assert_eq!(of_bundle(&answer), Outcome { written: 1, existing: 1, refused: 1, bad });
    }
}
