//! The compilers and the proof, held against each other, against a kernel, and against hand-written configurations.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::print_stdout, reason = "how much was tried, and what was skipped, is told")]

mod deriving;
mod folded;
mod kernel;
mod nft_compiled;
mod nft_drift;
mod nft_hostile;
mod nft_reading;
mod openwrt_fw4;
mod openwrt_hostile;
mod openwrt_mutation;
mod openwrt_reading;
mod openwrt_round_trip;
mod openwrt_walk;
mod policies;
mod properties;
mod reach;
mod rtx_hostile;
mod rtx_layouts;
mod rtx_meaning;
mod rtx_mutation;
mod rtx_policies;
mod rtx_round_trip;
mod rtx_traps;
mod rtx_vendor;
mod rtx_walk;
mod sessions;
mod window;

/// Holds a text against the one kept in `tests/golden`; `KOMAINU_BLESS=1` keeps the new one.
fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{} differs: KOMAINU_BLESS=1 keeps the new text", path.display());
}

/// The five patterns a clinic starts from, on a weekday, with every vendor let in.
fn patterns() -> Vec<(&'static str, network::Policy)> {
    use network::policy::{Granted, Live};
    let now = jiff::civil::date(2026, 11, 25).at(10, 0, 0, 0);
    let of = |pattern: &clinic::model::patterns::Pattern| {
        let clinic = clinic::model::read(pattern.text).unwrap();
        let granted = clinic.vendors.iter().map(|vendor| Granted {
            vendor: vendor.id.clone(),
            until: now.with().hour(11).build().unwrap(),
            why: "点検".to_owned(),
        });
        let live = Live { quarantine: vec![], granted: granted.collect() };
        (pattern.name, network::Policy::of(&clinic, now, &live))
    };
    clinic::model::patterns::PATTERNS.iter().map(of).collect()
}
