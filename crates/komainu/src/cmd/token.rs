//! `komainu token create`.

use serde_json::json;
use server::signin::enrol::create_token;

use crate::cli::TokenCreate;
use crate::failure::Done;
use crate::{data, serving, terminal};

/// Makes a token while the server is not running, and prints it: the only time it can be seen.
pub(crate) async fn create(args: TokenCreate) -> Done {
    let keys = data::open_keys(&args.data)?;
    let _held = data::hold(&args.data.data)?;
    let store = data::open_store(&args.data.data, keys)?;
    let lasts_ms = i64::from(args.days) * 86_400_000;
    let (token, secret) =
        create_token(&store, &args.scope, &args.label, lasts_ms, "console", serving::now_ms()).await?;
    let expires = token.expires.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()).map(|t| t.to_string());
    if args.json {
        let made = json!({ "id": token.id, "token": *secret, "scope": token.scope, "expires": expires });
        terminal::print(&made.to_string());
    } else {
        terminal::tell(&format!("{} {} → {}", token.id, token.scope, expires.unwrap_or_default()));
        terminal::print(&secret);
    }
    Ok(())
}
