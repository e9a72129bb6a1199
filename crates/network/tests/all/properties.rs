//! What must hold for any bytes at all; run on mutated texts by `rtx_hostile.rs` and `nft_hostile.rs`, and by the
//! targets in `fuzz/`.

use network::packets::Space;
use network::policy::Uplink;
use network::rtx::{Model, Statement, lint, parse, prove};
use network::{Policy, Proof, nft};

/// Nothing declared at all.
pub(crate) fn nothing() -> Policy {
    Policy {
        zones: vec![],
        uplink: Uplink { interface: "lan2".to_owned(), masquerade: false },
        hosts: vec![],
        places: vec![],
        services: vec![],
        flows: vec![],
        closed: vec![],
        grants: vec![],
        quarantine: vec![],
    }
}

/// Reading keeps every line; whatever was not understood is named with its line and never called equal.
pub(crate) fn rtx(bytes: &[u8]) {
    let Ok(config) = parse(bytes) else { return };
    assert_eq!(config.lines.len(), bytes.split(|byte| *byte == b'\n').count());
    for finding in lint(&config, Model::Small.cap()) {
        assert!((1..=config.lines.len()).contains(&finding.line));
    }
    let report = prove(&nothing(), &config);
    for line in &config.lines {
        if matches!(line.statement, Statement::NotUnderstood(_)) {
            assert!(report.unknown.iter().any(|unknown| *unknown.place == *format!("line {}", line.number)));
            assert_eq!(report.proof, Proof::NotUnderstood);
        }
    }
}

/// Whatever the kernel's account says: it is read, or refused with a reason; and nothing that was not understood
/// is called equal.
pub(crate) fn nft(bytes: &[u8]) {
    let Ok(ruleset) = nft::read(&String::from_utf8_lossy(bytes)) else { return };
    let mut space = Space::default();
    let passage = nft::evaluate(&ruleset, &mut space);
    assert!(passage.unknown.len() >= ruleset.unknown.len());
    let report = network::prove(&nothing(), &passage, &mut space);
    assert_eq!(report.proof == Proof::NotUnderstood, !passage.unknown.is_empty());
}

/// Whatever two listings say: a listing does not differ from itself, and what is told of two is told in both languages.
pub(crate) fn drift(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (one, other) =
        text.split_at(text.len() / 2 + (0..4).find(|more| text.is_char_boundary(text.len() / 2 + more)).unwrap_or(0));
    assert!(nft::drift(&text, &text, &nothing()).is_empty());
    for each in nft::drift(one, other, &nothing()) {
        assert!(!each.ja().is_empty() && !each.en().is_empty());
    }
}
