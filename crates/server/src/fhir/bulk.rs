//! Bulk export and import.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fhir::json::Json;
use http_body_util::BodyExt;
use hyper::body::Frame;
use record::import::{Report, Settings, source};
use tokio::sync::mpsc;

use super::call::Call;
use super::reply::{self, Fault};

const NDJSON: HeaderValue = HeaderValue::from_static("application/fhir+ndjson");

/// `$export` and `Patient/$export`: 202 with where to ask for it.
pub(super) async fn export(call: Call) -> Result<Response, Fault> {
    if !call.wants_async() {
        return Err(Fault::bad_request("an export is asynchronous: send Prefer: respond-async"));
    }
    let patients_only = match call.path.first() {
        None => false,
        Some(name) if name == "Patient" => true,
        Some(_) => return Err(Fault::no_such_route()),
    };
    let request = format!(
        "{}/{}$export?{}",
        call.base,
        if patients_only { "Patient/" } else { "" },
        record::url::encode_pairs(&call.pairs)
    );
    let name = call.app.record().export_start(&call.ctx, patients_only, request, &call.pairs).await?;
    let place =
        HeaderValue::from_str(&format!("{}/$export/{name}", call.base)).map_err(|_| Fault::bad_request("Host"))?;
    Ok((StatusCode::ACCEPTED, [(header::CONTENT_LOCATION, place)]).into_response())
}

pub(super) async fn status(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let name = call.path.first().map_or("", String::as_str);
    let manifest = call.app.record().export_manifest(&call.ctx, name, &format!("{}/$export/{name}", call.base)).await?;
    let mut response = reply::made(&manifest);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

pub(super) async fn cancel(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    call.app.record().export_cancel(&call.ctx, call.path.first().map_or("", String::as_str))?;
    Ok(StatusCode::ACCEPTED.into_response())
}

/// One file, read from the store page by page as the client takes it.
pub(super) async fn file(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let (name, file) = (call.path.first().map_or("", String::as_str), call.path.get(1).map_or("", String::as_str));
    let mut reader = call.app.record().export_file(&call.ctx, name, file)?;
    let (pages, body) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let page = call.app.record().export_page(&call.ctx, &mut reader).await;
            let ended = page.as_ref().map_or(true, Vec::is_empty);
            let sent = match page {
                Ok(page) if page.is_empty() => Ok(()),
                Ok(page) => pages.send(Ok(Bytes::from(page))).await,
                // Broken off, not ended: the client sees that the file is not whole.
                Err(error) => pages.send(Err(error)).await,
            };
            if ended || sent.is_err() {
                return;
            }
        }
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::new(Pages(body))).into_response())
}

/// A body made of what a task sends.
struct Pages(mpsc::Receiver<Result<Bytes, record::Error>>);

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = record::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, record::Error>>> {
        self.0.poll_recv(context).map(|page| page.map(|page| page.map(Frame::data)))
    }
}

/// NDJSON in, a report out. The lines are imported while they arrive.
pub(super) async fn import(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let mut body = call.take_stream();
    let (chunks, lines) = mpsc::channel::<Vec<u8>>(4);
    let read = async move {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Fault::bad_request("the lines broke off; what came before is imported"))?;
            if let Ok(data) = frame.into_data()
                && chunks.send(data.to_vec()).await.is_err()
            {
                // Nobody reads on: the import has ended with an error, which is the answer.
                break;
            }
        }
        Ok(())
    };
    let items = Arrived { lines, rest: Vec::new(), at: 0 };
    let items = source::ndjson(std::io::BufReader::new(items));
    let run = call.app.record().import(&call.ctx, items, Settings::default(), |_| {});
    let (read, report): (Result<(), Fault>, _) = tokio::join!(read, run);
    let report = report?;
    read?;
    Ok(reply::made(&told(&report)))
}

/// Chunks of a body as something to read lines from, on a thread of its own.
struct Arrived {
    lines: mpsc::Receiver<Vec<u8>>,
    rest: Vec<u8>,
    at: usize,
}

impl std::io::Read for Arrived {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.rest.len() {
            self.at = 0;
            self.rest = self.lines.blocking_recv().unwrap_or_default();
        }
        let read = buffer.len().min(self.rest.len() - self.at);
        buffer[..read].copy_from_slice(&self.rest[self.at..self.at + read]);
        self.at += read;
        Ok(read)
    }
}

/// The report as an OperationOutcome: the sums first, then what was refused.
fn told(report: &Report) -> Json {
    use fhir::outcome::{Issue, IssueType, OperationOutcome, Severity};
    let sums = report.progress;
    let text = format!("{} written, {} there already, {} refused", sums.written, sums.existing, sums.bad);
    let first = Issue {
        severity: Severity::Information,
        code: IssueType::Informational,
        diagnostics: text,
        expression: String::new(),
    };
    let bad = report
        .bad
        .iter()
        .map(|bad| Issue::error(IssueType::Processing, format!("line {}", bad.at), bad.reason.clone()));
    OperationOutcome(std::iter::once(first).chain(bad).collect()).to_json()
}
