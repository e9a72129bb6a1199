//! `komainu wifi evaluate` without the rest of the program: `evaluate PREFIX BAND FRACTION DRAWS SEED new|-`, where
//! PREFIX stands before `lines.csv`, `aps.csv`, `train.csv`, `test.csv`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for whoever works on the model")]

use wifi::evaluate::report::{Question, Tables, report};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |name: &str| std::fs::read(format!("{}{name}.csv", args[1])).unwrap();
    let (lines, aps, train, test) = (read("lines"), read("aps"), read("train"), read("test"));
    let question = Question {
        band: args[2].parse().unwrap(),
        fraction: args[3].parse().unwrap(),
        draws: args[4].parse().unwrap(),
        seed: args[5].parse().unwrap(),
        never_surveyed: args[6] == "new",
    };
    let tables = Tables { lines: &lines, aps: &aps, train: &train, test: &test };
    println!("{:#.4?}", report(tables, question).unwrap());
}
