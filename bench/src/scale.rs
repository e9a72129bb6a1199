//! `bench scale`: what each screen asks, with few patients and with very many.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Connection, encode};
use crate::load::{self, Figure, Load};
use crate::report::short;
use crate::server::{self, Program, Server};
use crate::{Done, process};

/// How many patients are asked about, spread evenly over all.
const SUBJECTS: usize = 200;
/// What is counted for the head of the table.
const COUNTED: [&str; 14] = [
    "Patient",
    "Encounter",
    "Observation",
    "DiagnosticReport",
    "Condition",
    "MedicationRequest",
    "ServiceRequest",
    "Appointment",
    "AllergyIntolerance",
    "Coverage",
    "Composition",
    "Immunization",
    "Claim",
    "DocumentReference",
];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Our program
    #[arg(long, default_value = "target/release/komainu")]
    komainu: PathBuf,
    /// Numbers of sample patients to compare
    #[arg(long, value_delimiter = ',', default_value = "1000,100000")]
    patients: Vec<usize>,
    /// Where the databases are kept; a database that is there already is used as it is
    #[arg(long, default_value = "target/bench/scale")]
    folder: PathBuf,
    /// Seconds each figure is measured, after half of that to warm it
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Clients at once
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// Where the results go as JSON
    #[arg(long, default_value = "target/bench/scale.json")]
    out: PathBuf,
}

/// One patient of the sample, as a person at the desk would ask for them.
struct Person {
    id: String,
    number: String,
    kanji: String,
    kana: String,
    birth_date: String,
    phone: String,
    observation: String,
    /// `system|code` of that observation.
    code: String,
}

/// What is asked about one person.
type Query = fn(&Person) -> String;

/// The searches of the page (`web/src/data/chart.ts`, `web/src/find`), and plain reads.
const SCREENS: [(&str, Query); 28] = [
    ("read Patient", |person| format!("Patient/{}", person.id)),
    ("read Observation", |person| format!("Observation/{}", person.observation)),
    ("find: family name in kanji", |person| format!("Patient?name={}&_count=30", encode(&person.kanji))),
    ("find: family name in kana", |person| format!("Patient?name={}&_count=30", encode(&person.kana))),
    ("find: first character", |person| format!("Patient?name={}&_count=30", encode(&first(&person.kana)))),
    ("find: family name in Latin letters", |_| "Patient?name=sato&_count=30".into()),
    ("find: Latin letters, as the page reads them", |_| format!("Patient?name={},sato&_count=30", encode("サト"))),
    ("find: family name and birth date", |person| {
        format!("Patient?name={}&birthdate={}&_count=30", encode(&person.kanji), person.birth_date)
    }),
    ("find: patient number", |person| format!("Patient?identifier={}&_count=30", person.number)),
    ("find: birth date", |person| format!("Patient?birthdate={}&_count=30", person.birth_date)),
    ("find: telephone", |person| format!("Patient?phone={}&_count=30", encode(&person.phone))),
    ("chart: allergies", |person| format!("AllergyIntolerance?patient={}&_count=50", person.id)),
    ("chart: flags", |person| format!("Flag?patient={}&_count=20", person.id)),
    ("chart: problems", |person| format!("Condition?patient={}&_sort=-onset-date&_count=100", person.id)),
    ("chart: medications", |person| format!("MedicationRequest?patient={}&_sort=-authoredon&_count=60", person.id)),
    ("chart: visits", |person| format!("Encounter?patient={}&_sort=-date&_count=12", person.id)),
    ("chart: results", |person| observations(person, "laboratory", 200)),
    ("chart: vital signs", |person| observations(person, "vital-signs", 60)),
    ("chart: appointments", |person| format!("Appointment?patient={}&_sort=-date&_count=10", person.id)),
    ("chart: coverage", |person| format!("Coverage?patient={}&_count=10", person.id)),
    ("chart: memos", |person| format!("Communication?patient={}&_sort=-sent&_count=30", person.id)),
    ("chart: notes", |person| format!("Composition?patient={}&_sort=-date&_count=20", person.id)),
    ("chart: documents", |person| format!("DocumentReference?patient={}&_sort=-date&_count=20", person.id)),
    ("chart: one result since last year", |person| {
        format!("Observation?patient={}&code={}&date=ge2025&_sort=-date&_count=50", person.id, encode(&person.code))
    }),
    ("chart: everything", |person| format!("Patient/{}/$everything?_count=200", person.id)),
    ("desk: visits of a day, with patients", |person| {
        format!("Encounter?date={}&_sort=date&_count=50&_include=Encounter:patient", visit_day(person))
    }),
    ("by chain: results of a patient number", |person| {
        format!("Observation?patient.identifier={}&_count=20", person.number)
    }),
    ("with what refers to it: visit and its notes", |person| {
        format!("Encounter?patient={}&_count=5&_revinclude=Composition:encounter", person.id)
    }),
];

/// A day of last year, another for each birthday.
fn visit_day(person: &Person) -> String {
    let day = person.birth_date.get(5..).filter(|day| *day != "02-29").unwrap_or("06-15");
    format!("2025-{day}")
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

fn observations(person: &Person, category: &str, count: usize) -> String {
    format!("Observation?patient={}&category={category}&_sort=-date&_count={count}", person.id)
}

/// Of one number of patients.
struct Measured {
    patients: usize,
    /// None where they are too many to be counted in the time that a search has.
    resources: Option<u64>,
    bytes: u64,
    start: Duration,
    memory_peak: u64,
    figures: Vec<Figure>,
}

pub(crate) fn scale(args: &Args) -> Done {
    std::fs::create_dir_all(&args.folder).map_err(|why| format!("{}: {why}", args.folder.display()))?;
    let program = Program::Komainu(args.komainu.clone());
    let measured = args.patients.iter().map(|patients| measure(args, &program, *patients)).collect::<Done<Vec<_>>>()?;
    println!("\n{}", table(&measured));
    let json: Vec<Value> = measured.iter().map(Measured::json).collect();
    std::fs::write(&args.out, format!("{:#}\n", json!(json))).map_err(|why| format!("{}: {why}", args.out.display()))
}

fn measure(args: &Args, program: &Program, patients: usize) -> Done<Measured> {
    let data = args.folder.join(patients.to_string());
    let token = if complete(&data) {
        server::token(&data)?
    } else {
        println!("{patients} patients: generating");
        let _ = std::fs::remove_dir_all(&data);
        let token = program.prepare(&data, patients)?;
        std::fs::write(data.with_extension("complete"), "").map_err(|why| why.to_string())?;
        token.ok_or("no token")?
    };
    let bytes = process::size(&data)?;
    let server = Server::start(program, &data, Some(&token), "Patient/none")?;
    let people = people(&server, patients)?;
    let resources = count(&server)?;
    let mut figures = Vec::new();
    for (title, path) in SCREENS {
        println!("{patients} patients: {title}");
        let requests: Vec<Vec<u8>> = people.iter().map(|person| server.get(&path(person))).collect();
        let time = Duration::from_secs_f64(args.seconds);
        let load = Load { requests: &requests, clients: args.clients, warm: time / 2, measured: time };
        figures.push(load::run(server.address, server.pid(), &load)?);
    }
    let (start, memory_peak) = (server.started, server.memory()?.peak);
    server.stop()?;
    Ok(Measured { patients, resources, bytes, start, memory_peak, figures })
}

/// Marked when generated to the end, beside the directory, so that nothing of ours stands in it.
fn complete(data: &Path) -> bool {
    data.with_extension("complete").is_file()
}

/// Patients by number, evenly spread; patient numbers of the sample are six digits from 000001 on.
fn people(server: &Server, patients: usize) -> Done<Vec<Person>> {
    let mut connection = Connection::new(server.address);
    let mut ask = |path: String| server.ask(&mut connection, &server.get(&path)).map(|(_, answer)| answer);
    let mut people = Vec::new();
    for index in 0..SUBJECTS.min(patients) {
        let number = format!("{:06}", 1 + index * patients / SUBJECTS.min(patients));
        let found = ask(format!("Patient?identifier={number}"))?;
        let patient = &found["entry"][0]["resource"];
        let id = patient["id"].as_str().ok_or(format!("no patient {number}: {found}"))?;
        let observation = ask(format!("Observation?patient={id}&_count=1"))?;
        // Somebody without a single result is passed over.
        if let Some(observation) = observation["entry"].get(0).map(|entry| &entry["resource"]) {
            people.push(person(patient, number, observation).ok_or(format!("an unusual patient: {patient}"))?);
        }
    }
    Ok(people)
}

fn person(patient: &Value, number: String, observation: &Value) -> Option<Person> {
    let coding = &observation["code"]["coding"][0];
    let family = |index: usize| patient["name"][index]["family"].as_str().map(String::from);
    Some(Person {
        id: patient["id"].as_str()?.into(),
        kanji: family(0)?,
        kana: family(1).or_else(|| family(0))?,
        birth_date: patient["birthDate"].as_str()?.into(),
        phone: patient["telecom"][0]["value"].as_str()?.into(),
        number,
        observation: observation["id"].as_str()?.into(),
        code: format!("{}|{}", coding["system"].as_str()?, coding["code"].as_str()?),
    })
}

fn count(server: &Server) -> Done<Option<u64>> {
    let mut connection = Connection::new(server.address);
    let mut total = 0;
    for resource_type in COUNTED {
        let (_, answer) = server.ask(&mut connection, &server.get(&format!("{resource_type}?_summary=count")))?;
        match (answer["total"].as_u64(), &answer["issue"][0]["code"]) {
            (Some(found), _) => total += found,
            (None, code) if code == "too-long" => return Ok(None),
            (None, _) => return Err(format!("{resource_type}: no total: {answer}")),
        }
    }
    Ok(Some(total))
}

impl Measured {
    fn bytes_each(&self) -> String {
        self.resources.map_or("–".into(), |count| short(self.bytes as f64 / count.max(1) as f64))
    }

    fn json(&self) -> Value {
        let figures =
            SCREENS.iter().zip(&self.figures).map(|((title, _), figure)| ((*title).to_owned(), figure.json()));
        json!({"patients": self.patients, "resources": self.resources, "bytes": self.bytes,
            "start_s": self.start.as_secs_f64(), "memory_peak": self.memory_peak,
            "figures": figures.collect::<serde_json::Map<_, _>>()})
    }
}

/// Markdown; the last column tells how many times slower the last number of patients is than the first.
fn table(measured: &[Measured]) -> String {
    let row = |title: &str, cell: &dyn Fn(&Measured) -> String, last: String| {
        let cells: Vec<String> = measured.iter().map(cell).collect();
        format!("| {title} | {} | {last} |", cells.join(" | "))
    };
    let mut rows = vec![
        row("", &|one| format!("{} patients: p50 / p99 ms (CPU ms)", one.patients), "slower (CPU)".into()),
        row("---", &|_| "--:".into(), "--:".into()),
        row("resources", &|one| one.resources.map_or("–".into(), |count| count.to_string()), String::new()),
        row("bytes per resource", &Measured::bytes_each, String::new()),
        row("start, s", &|one| short(one.start.as_secs_f64()), String::new()),
        row("resident at most, MB", &|one| short(one.memory_peak as f64 / 1_048_576.0), String::new()),
    ];
    for (index, (title, _)) in SCREENS.iter().enumerate() {
        let slower = match measured {
            [few, .., many] => format!("{}×", short(many.figures[index].cpu_ms / few.figures[index].cpu_ms)),
            _ => String::new(),
        };
        rows.push(row(title, &|one| cell(&one.figures[index]), slower));
    }
    rows.join("\n")
}

fn cell(figure: &Figure) -> String {
    let refused = if figure.refused > 0 { format!(", {} refused", figure.refused) } else { String::new() };
    format!("{} / {} ({}){refused}", short(figure.p50_ms), short(figure.p99_ms), short(figure.cpu_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(patients: usize, cpu_ms: f64, refused: usize) -> Measured {
        let figure = Figure { requests: 1, refused, per_second: 1.0, p50_ms: 1.0, p99_ms: 2.0, cpu_ms };
        let figures = vec![figure; SCREENS.len()];
        Measured {
            patients,
            resources: Some(100),
            bytes: 250_000,
            start: Duration::from_millis(300),
            memory_peak: 1 << 20,
            figures,
        }
    }

    #[test]
    fn the_table_tells_how_much_slower_many_patients_are() {
        let text = table(&[measured(1000, 0.1, 0), measured(100_000, 0.12, 0)]);
        assert!(text.contains("| read Patient | 1.00 / 2.00 (0.100) | 1.00 / 2.00 (0.120) | 1.20× |"), "{text}");
        assert!(text.contains("| bytes per resource | 2500 | 2500 |  |"), "{text}");
        assert!(text.lines().all(|line| line.matches('|').count() == 5), "{text}");
    }

    #[test]
    fn refusals_are_told() {
        assert!(table(&[measured(1000, 0.1, 3)]).contains("(0.100), 3 refused"));
    }

    #[test]
    fn a_person_is_asked_for_as_the_desk_would() {
        let patient = json!({"id": "p1", "birthDate": "1950-04-01", "telecom": [{"value": "03-5555-0101"}],
            "name": [{"family": "山田"}, {"family": "ヤマダ"}]});
        let observation = json!({"id": "o1", "code": {"coding": [{"system": "urn:s", "code": "c"}]}});
        let person = person(&patient, "000007".into(), &observation).unwrap();
        let paths: Vec<String> = SCREENS.iter().map(|(_, path)| path(&person)).collect();
        assert!(paths.contains(&"Patient?identifier=000007&_count=30".to_owned()));
        assert!(paths.contains(&format!("Patient?name={}&_count=30", encode("ヤ"))));
        assert!(
            paths.contains(&"Encounter?date=2025-04-01&_sort=date&_count=50&_include=Encounter:patient".to_owned())
        );
        assert!(paths.iter().all(|path| !path.contains(' ')));
    }
}
