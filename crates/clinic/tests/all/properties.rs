//! What holds for every text; also run by the fuzz target `clinic_model`.

use clinic::model::{findings, plan, read};

/// A text is a clinic about which something can be said, or it is refused with lines that it has.
pub(crate) fn model(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let today = "2026-12-01".parse().expect("a day");
    match read(text) {
        Ok(clinic) => {
            let said = findings(&clinic, today);
            assert!(said.iter().all(|finding| !finding.ja().is_empty() && finding.en() != finding.ja()));
            let same = plan(&clinic, &clinic, today);
            assert!(same.is_empty());
        }
        Err(problems) => {
            let lines = text.matches('\n').count() + 1;
            assert!(!problems.0.is_empty());
            for problem in &problems.0 {
                let line = problem.line.0 as usize;
                assert!((1..=lines).contains(&line), "{line} of {lines}: {}", problem.en());
                assert!(!problem.ja().is_empty() && !problem.en().is_empty());
            }
        }
    }
}
