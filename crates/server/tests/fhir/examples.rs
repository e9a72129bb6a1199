//! The standard's examples, sent to the server one by one: each comes back equal in meaning, every digit, extension and
//! contained resource as it was sent, or it is refused for a reason that `golden/examples_refused.txt` lists.
//!
//! A run takes a sample of them, another one for another `KOMAINU_SEED`; `KOMAINU_EXAMPLES=all` takes all, and only then
//! is the list held to be complete (`KOMAINU_BLESS=1` writes it anew).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fhir::Resource;
use fhir::json::Json;

use super::client::{Client, client};

const SAMPLE: usize = 150;

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn examples() -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dir = std::env::var_os("KOMAINU_FHIR_EXAMPLES")
        .map_or_else(|| root.join("target/fhir-examples/package"), PathBuf::from);
    if !dir.join("package.json").is_file() {
        println!("skipped: no examples in {} (`cargo xtask setup` fetches them)", dir.display());
        return None;
    }
    let is_resource = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.ends_with(".json") && name.starts_with(|first: char| first.is_ascii_uppercase())
    };
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(is_resource).collect();
    found.sort();
    Some(found)
}

/// Every n-th, begun where the seed says.
fn sample(files: Vec<PathBuf>) -> Vec<PathBuf> {
    let seed: usize = std::env::var("KOMAINU_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let step = files.len().div_ceil(SAMPLE).max(1);
    files.into_iter().skip(seed % step).step_by(step).collect()
}

/// What was sent, but for the two members of `meta` that the server sets.
fn meaning(json: &Json) -> Json {
    let Json::Object(mut object) = json.clone() else { return json.clone() };
    if let Some(Json::Object(mut meta)) = object.remove("meta") {
        let _set_by_the_server = (meta.remove("versionId"), meta.remove("lastUpdated"));
        if meta.iter().next().is_some() {
            object.insert("meta", Json::Object(meta));
        }
    }
    // The order of members means nothing.
    let mut members: Vec<(String, Json)> = object.into_iter().collect();
    members.sort_by(|a, b| a.0.cmp(&b.0));
    Json::Object(members.into_iter().collect())
}

/// None: it came back as it was sent. Otherwise status and the first thing said.
async fn refusal(client: &Client, name: &str, text: &[u8]) -> Option<String> {
    let parsed = Json::parse(text).unwrap();
    let word = |member: &str| parsed.get(member).and_then(Json::as_str).unwrap_or_default().to_owned();
    let path = format!("/fhir/{}/{}", word("resourceType"), word("id"));
    let put = client.send("PUT", &path, &[], text.to_vec()).await;
    if !put.status.is_success() {
        let outcome: serde_json::Value = serde_json::from_slice(&put.body).unwrap_or_default();
        let said = outcome["issue"][0]["diagnostics"].as_str().unwrap_or_default();
        assert!(put.status.is_client_error() && !said.is_empty(), "{name}: {} {outcome}", put.status);
        return Some(format!("{name}: {}: {said}", put.status.as_u16()));
    }
    let got = client.get(&path).await;
    assert_eq!(got.status.as_u16(), 200, "{name}");
    let back = Resource::parse(&got.body).unwrap();
    assert_eq!(meaning(&Json::Object(back.json().clone())), meaning(&parsed), "{name}");
    None
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "the full run is made for this line")]
async fn every_example_comes_back_as_it_was_sent_or_is_refused_for_a_listed_reason() {
    let Some(files) = examples() else { return };
    let all = std::env::var("KOMAINU_EXAMPLES").is_ok_and(|which| which == "all");
    let files = if all { files } else { sample(files) };
    let client = client().await;
    let mut refused = BTreeSet::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        refused.extend(refusal(&client, &name, &std::fs::read(file).unwrap()).await);
    }
    println!("{} examples, {} came back equal, {} refused", files.len(), files.len() - refused.len(), refused.len());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fhir/golden/examples_refused.txt");
    if all && std::env::var_os("KOMAINU_BLESS").is_some() {
        let lines: Vec<&str> = refused.iter().map(String::as_str).collect();
        std::fs::write(&golden, lines.join("\n") + "\n").unwrap();
    }
    let listed: BTreeSet<String> = std::fs::read_to_string(golden).unwrap().lines().map(str::to_owned).collect();
    let unlisted: Vec<&String> = refused.difference(&listed).collect();
    assert!(unlisted.is_empty(), "refused and not listed: {unlisted:#?}");
    let taken: Vec<&String> = listed.difference(&refused).collect();
    assert!(!all || taken.is_empty(), "listed and no longer refused: {taken:#?}");
}
