use fhir::Resource;
use fhir::validate::{Mode, validate};
#[test]
fn syn() {
    let Ok(dir) = std::env::var("SYN") else { return };
    let mut n = 0;
    let mut bad = 0;
    for f in std::fs::read_dir(dir).unwrap().take(60) {
        let p = f.unwrap().path();
        let text = std::fs::read(&p).unwrap();
        let r = Resource::parse(&text).unwrap();
        n += 1;
        let issues: Vec<_> = validate(&r, Mode::Strict).into_iter().filter(|i| i.is_error()).collect();
        if !issues.is_empty() {
            bad += 1;
        }
        for i in issues {
            println!("{}\t{}", i.expression, i.diagnostics);
        }
    }
    println!("{n} {bad}");
}
