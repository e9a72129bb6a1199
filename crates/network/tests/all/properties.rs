//! What must hold for any bytes at all; run on mutated texts by `rtx_hostile.rs`, and by the targets in `fuzz/`.

use network::proof::Verdict;
use network::router::Intent;
use network::rtx::{Model, Statement, lint, parse, prove};

/// Reading keeps every line; whatever was not understood is named with its line and never called equal.
pub(crate) fn rtx(bytes: &[u8]) {
    let Ok(config) = parse(bytes) else { return };
    assert_eq!(config.lines.len(), bytes.split(|byte| *byte == b'\n').count());
    for finding in lint(&config, Model::Small.cap()) {
        assert!((1..=config.lines.len()).contains(&finding.line));
    }
    let proof = prove(&Intent::default(), &config);
    for line in &config.lines {
        if matches!(line.statement, Statement::NotUnderstood(_)) {
            assert!(proof.unclear.iter().any(|unclear| unclear.line == line.number));
            assert_eq!(proof.verdict(), Verdict::NotUnderstood);
        }
    }
}
