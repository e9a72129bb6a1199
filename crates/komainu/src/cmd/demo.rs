//! `komainu demo`: the sample clinic, to look at and to measure.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::Duty;
use record::Ctx;
use record::import::{Item, Settings};
use serde_json::{Value, json};
use server::App;
use server::signin::enrol::{self, NewAccount};
use store::Store;
use zeroize::Zeroizing;

use crate::cli::Demo;
use crate::data::{self, NewSeal};
use crate::failure::{Done, Failure, Kind};
use crate::{progress, serving, terminal};

const CLINIC: &str = "ことり内科クリニック";
/// Set when the sample clinic is complete, so that a start that was cut short goes on where it was.
const DONE: &str = "demo.done";
/// What scripts do with the demonstration.
const TOKEN_SCOPE: &str = "system/*.cruds";
const TOKEN_DAYS: i64 = 30;

/// Makes the sample clinic where there is none, and serves it with new passwords.
pub(crate) async fn demo(args: Demo) -> Done {
    let listener = serving::bind(&args.listen).await?;
    let place = Place::of(args.data.clone())?;
    let _held = data::hold(&place.path)?;
    let keys = if data::exists(&place.path) {
        data::open_keys_of(&place.path)?
    } else {
        NewSeal::KeyFile(place.path.join("demo.key")).create(&place.path)?
    };
    let open = if args.bulk { data::open_store_to_load } else { data::open_store };
    let store = open(&place.path, keys)?;
    let app = serving::open(store.clone(), &args.listen, &place.path, CLINIC.to_owned()).await?;
    fill(&app, &args).await?;
    declare(&place.path)?;
    let users = users(&app).await?;
    let (_, token) =
        enrol::create_token(&store, TOKEN_SCOPE, "demo", TOKEN_DAYS * 86_400_000, "demo", serving::now_ms()).await?;
    drop(store);
    serving::serve(app.clone(), listener, &args.listen, |url| {
        terminal::print(&sign_in_sheet(url, &users));
        let mut ready = serving::ready_json(&app, url);
        ready["token"] = json!(*token);
        ready["users"] = json!(users);
        match &args.listen.ready_file {
            Some(path) => serving::write_ready(path, &ready),
            None => Ok(()),
        }
    })
    .await
}

/// Where the demonstration lives; a temporary place is removed at the end.
struct Place {
    path: PathBuf,
    temporary: bool,
}

impl Place {
    fn of(given: Option<PathBuf>) -> Done<Self> {
        let temporary = given.is_none();
        let path = given.unwrap_or_else(|| std::env::temp_dir().join(format!("komainu-demo-{}", std::process::id())));
        if path.join("komainu.db").exists() && !path.join("demo.key").exists() {
            let shown = path.display();
            return Err(Failure::new(
                Kind::Input,
                format!("{shown} は見本ではなく本物のデータです。"),
                format!("{shown} is no demonstration but real data."),
            )
            .todo("別の場所を --data で指定してください。", "Give another place with --data."));
        }
        Ok(Self { path, temporary })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.temporary {
            data::remove(&self.path);
        }
    }
}

/// Imports the sample clinic, in the way any import goes.
async fn fill(app: &App, args: &Demo) -> Done {
    let wanted = format!("{} {}{}", args.seed, args.patients, if args.bulk { " bulk" } else { "" });
    match app.store().read(|s| s.setting(DONE)).await? {
        Some(done) if done == wanted => return Ok(()),
        Some(done) => {
            return Err(Failure::new(
                Kind::Input,
                format!("ここには別の見本 (種と患者数 {done}) があります。"),
                format!("Another demonstration is here (seed and patients {done})."),
            )
            .todo(
                "同じ --seed と --patients か、別の --data を指定してください。",
                "Give the same --seed and --patients, or another --data.",
            ));
        }
        None => {}
    }
    let clinic = if args.bulk {
        sample::bulk(args.seed, args.patients)
    } else {
        sample::Clinic::at(args.seed, args.patients, today(), working_minute())
    };
    let bar = progress::bar(u64::from(args.patients) + 1, "患者 patients");
    let drawn = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&drawn);
    let resources = clinic
        .into_groups()
        .inspect(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        })
        .flatten();
    let items = (1..).zip(resources.map(|resource| Item::Resource(resource.to_vec())));
    let settings = Settings { resume: Some(format!("demo {wanted}")), preview: false };
    let ctx = Ctx::system("demo", serving::now_ms());
    let imported =
        app.record().import(&ctx, items, settings, |_| bar.set_position(drawn.load(Ordering::Relaxed))).await;
    bar.finish_and_clear();
    let report = imported?;
    if let Some(bad) = report.bad.first() {
        // The sample is ours: an item that does not pass is our mistake.
        return Err(
            Failure::new(Kind::Internal, "見本を取り込めません。", "The sample was not imported.").because(&bad.reason)
        );
    }
    set(app.store(), DONE, wanted).await
}

/// Declares the sample clinic's network, where nothing is declared yet.
fn declare(directory: &Path) -> Done {
    let version = server::network::Version {
        number: 0,
        at: serving::now_ms(),
        by: "demo".to_owned(),
        name: "見本".to_owned(),
        why: "見本の診療所のネットワーク".to_owned(),
        sha256: String::new(),
    };
    server::network::begin(directory, sample::NETWORK, version)
        .map_err(|error| Failure::file("書く", "write", directory, &error))
}

async fn set(store: &Store, name: &'static str, value: String) -> Done {
    let at = serving::now_ms();
    let set: Result<(), store::StoreError> = store
        .write(move |tx| {
            tx.audit(audit::Event::new(at, "demo", "set", audit::Outcome::Done));
            tx.set_setting(name, &value)
        })
        .await;
    Ok(set?)
}

/// The staff with passwords drawn anew at each start: a demonstration has no known ones either.
async fn users(app: &App) -> Done<Vec<Value>> {
    let known: Vec<String> = app.store().read(|s| s.accounts()).await?.into_iter().map(|a| a.id).collect();
    let mut users = Vec::new();
    for person in sample::staff() {
        let password = draw_password()?;
        let duties: Vec<Duty> = person.duties.iter().filter_map(|duty| duty.parse().ok()).collect();
        let now_ms = app.now_ms();
        if known.iter().any(|id| id == person.user) {
            enrol::set_password(app.store(), person.user, &password, app.clinic(), "demo", now_ms).await?;
        } else {
            let new = NewAccount { login: person.user, name: person.name, duties: &duties, password: &password };
            enrol::create_account(app.store(), new, app.clinic(), "demo", now_ms).await?;
        }
        users.push(json!({ "user": person.user, "password": *password, "name": person.name, "duties": person.duties }));
    }
    Ok(users)
}

/// Four groups of four, readable and typable, e.g. `k3f9-q2wz-7hmd-x4tc`.
fn draw_password() -> Done<Zeroizing<String>> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    loop {
        let mut bytes = Zeroizing::new([0u8; 16]);
        getrandom::fill(&mut *bytes).map_err(|error| {
            Failure::new(Kind::Internal, "乱数を得られません。", "There is no randomness.").because(error)
        })?;
        let groups: Vec<String> = bytes
            .chunks(4)
            .map(|group| group.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect())
            .collect();
        let password = Zeroizing::new(groups.join("-"));
        // Rarely it holds no digit, or something that reads like a word.
        if server::signin::password::check(&password, &[CLINIC], server::signin::password::CHARS_MIN).is_ok() {
            return Ok(password);
        }
    }
}

fn sign_in_sheet(url: &str, users: &[Value]) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("{CLINIC}  {url}"), String::new()];
    for user in users {
        let duties: Vec<String> = user["duties"].as_array().into_iter().flatten().map(text).collect();
        lines.push(format!(
            "  {:10} {:20} {} ({})",
            text(&user["user"]),
            text(&user["password"]),
            text(&user["name"]),
            duties.join(", ")
        ));
    }
    lines.push(format!("\n証明書 / certificate: {url}/ca.crt    終了 / stop: Ctrl-C"));
    lines.join("\n")
}

/// In Japan.
fn today() -> jiff::civil::Date {
    now().date()
}

/// The minute of the day that the sample's day has come to: the present one, so that who waits has waited for as long as
/// the board says. Early in the morning already some are there; at night it is the middle of the morning.
fn working_minute() -> u16 {
    let time = now().time();
    let minute = u16::try_from(time.hour()).unwrap_or(0) * 60 + u16::try_from(time.minute()).unwrap_or(0);
    match minute {
        480..590 => 590,
        590..1110 => minute,
        _ => 640,
    }
}

fn now() -> jiff::Zoned {
    let now = jiff::Timestamp::from_millisecond(serving::now_ms()).unwrap_or_default();
    now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)))
}

impl From<record::Error> for Failure {
    fn from(error: record::Error) -> Self {
        use record::ErrorKind as E;
        let kind = match error.kind {
            E::Forbidden => Kind::Refused,
            E::NotFound | E::Gone => Kind::NotFound,
            E::Full => Kind::Full,
            E::Unavailable => Kind::Stopped,
            E::Internal => Kind::Internal,
            _ => Kind::Input,
        };
        Self::new(kind, "記録できませんでした。", "It was not recorded.").because(error.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_drawn_fit_for_use() {
        let (a, b) = (draw_password().unwrap(), draw_password().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 19);
    }

    #[test]
    fn real_data_is_not_taken_for_a_demonstration() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("komainu.db"), "").unwrap();
        assert!(Place::of(Some(directory.path().to_owned())).is_err());
        assert!(!Place::of(None).unwrap().path.exists());
    }
}
