//! `komainu serve`.

use std::path::Path;

use access::Duty;
use server::App;
use server::signin::{enrol, password};
use zeroize::Zeroizing;

use crate::cli::Serve;
use crate::data::{self, NewSeal};
use crate::failure::{Done, Failure, Kind};
use crate::{serving, terminal};

/// Opens the data directory, making it on first start, and serves it.
pub(crate) async fn serve(args: Serve) -> Done {
    serve_with(args, |_| Ok(())).await
}

/// The same; `prepare` gets the directory when its keys are open and its records are not.
pub(super) async fn serve_with(args: Serve, prepare: impl FnOnce(&Path) -> Done) -> Done {
    let listener = serving::bind(&args.listen).await?;
    let _held = data::hold(&args.data.data)?;
    // Everything a first start needs is asked before anything is made.
    let first = if data::exists(&args.data.data) { None } else { Some(First::gather(&args)?) };
    let keys = match &first {
        Some(first) => first.seal.create(&args.data.data)?,
        None => data::open_keys(&args.data)?,
    };
    prepare(&args.data.data)?;
    let store = data::open_store(&args.data.data, keys)?;
    let clinic = first.as_ref().map_or_else(|| args.clinic.clone().unwrap_or_default(), |first| first.clinic.clone());
    let app = serving::open(store, &args.listen, &args.data.data, clinic).await?;
    ensure_administrator(&app, &args, first.map(|first| first.password)).await?;
    serving::serve(app.clone(), listener, &args.listen, |url| {
        terminal::tell(&welcome(&app, url)?);
        match &args.listen.ready_file {
            Some(path) => serving::write_ready(path, &serving::ready_json(&app, url)),
            None => Ok(()),
        }
    })
    .await
}

/// What a first start has to know.
struct First {
    clinic: String,
    password: Zeroizing<String>,
    seal: NewSeal,
}

impl First {
    fn gather(args: &Serve) -> Done<Self> {
        let clinic = match &args.clinic {
            Some(clinic) => clinic.clone(),
            None if terminal::somebody_is_there() => terminal::ask("診療所の名前 / name of the clinic")?,
            None => return Err(needed("--clinic")),
        };
        let password = administrator_password(args, &clinic)?;
        Ok(Self { clinic, password, seal: NewSeal::of(&args.data)? })
    }
}

/// From the file or the console; there is no default, for a default is known to everyone.
fn administrator_password(args: &Serve, clinic: &str) -> Done<Zeroizing<String>> {
    let check = |password: &str| password::check(password, &[&args.admin, clinic], password::CHARS_MIN);
    if let Some(path) = &args.admin_password_file {
        let password = terminal::read_secret(path)?;
        return check(&password).map(|()| password).map_err(weak);
    }
    if !terminal::somebody_is_there() {
        return Err(needed("--admin-password-file"));
    }
    loop {
        let question = format!("管理者 {} のパスワード / password of the administrator {}", args.admin, args.admin);
        let password = terminal::ask_new_secret(&question)?;
        match check(&password) {
            Ok(()) => return Ok(password),
            Err(weakness) => terminal::tell(&weak(weakness).to_string()),
        }
    }
}

/// A directory without accounts gets its first administrator: on first start, or after one that was cut short.
async fn ensure_administrator(app: &App, args: &Serve, password: Option<Zeroizing<String>>) -> Done {
    if !app.store().read(|s| s.accounts()).await?.is_empty() {
        return Ok(());
    }
    let password = match password {
        Some(password) => password,
        None => administrator_password(args, app.clinic())?,
    };
    let new =
        enrol::NewAccount {
            login: &args.admin, name: "管理者", duties: &[Duty::Administrator], password: &password
        };
    enrol::create_account(app.store(), new, app.clinic(), "console", app.now_ms()).await?;
    Ok(())
}

fn welcome(app: &App, url: &str) -> Done<String> {
    let fingerprint = app.authority().fingerprint().map_err(server::OpenError::from)?;
    Ok(format!(
        "{clinic}: {url}\n証明書 / certificate: {url}/ca.crt\n指紋 / fingerprint (SHA-256): {fingerprint}",
        clinic = app.clinic()
    ))
}

fn needed(option: &str) -> Failure {
    Failure::new(Kind::Usage, format!("最初の起動には {option} が必要です。"), format!("A first start needs {option}."))
        .todo("端末から起動すると一つずつ尋ねます。", "Started from a terminal, it asks for each.")
}

fn weak(weakness: password::Weakness) -> Failure {
    let problem = server::problem::Problem::from(weakness);
    Failure::new(Kind::Input, problem.what.ja, problem.what.en)
}

impl From<enrol::EnrolError> for Failure {
    fn from(error: enrol::EnrolError) -> Self {
        use enrol::EnrolError as E;
        match error {
            E::Store(error) => error.into(),
            E::Password(weakness) => weak(weakness),
            E::System => Self::new(Kind::Internal, "乱数かメモリーが足りません。", "No randomness or memory."),
            E::Login => Self::new(Kind::Input, "利用者名は英小文字で始まる2〜32文字です。", "That is no user name.")
                .because(error),
            E::Scope(_) => Self::new(Kind::Input, "スコープの書き方が違います。", "That is no scope.")
                .because(error)
                .todo("例: system/*.rs, system/Patient.cruds", "For example: system/*.rs, system/Patient.cruds"),
            error => Self::new(Kind::Input, "登録できません。", "It cannot be registered.").because(error),
        }
    }
}
