//! `komainu wifi place`.

use ::wifi::place::{Proposal, Request, propose};
use ::wifi::propagation::Propagation;
use ::wifi::radio::{AccessPoint, Dbm};
use serde_json::{Value, json};

use super::floor::{Chosen, choose};
use super::unfit;
use crate::cli::WifiPlace;
use crate::failure::{Done, Failure, Kind};
use crate::terminal;

/// The second server of a room in which devices move: two dB below the first, as the trade plans voice.
const SECOND: f64 = -2.0;

/// Proposes access points for a floor.
pub(super) fn place(args: &WifiPlace) -> Done {
    let mut chosen = choose(&args.floor)?;
    roam(&mut chosen, args)?;
    let plan = chosen.plan();
    let level = plan.floor.storey().level;
    let kept =
        chosen.building.aps.iter().filter(|ap| args.keep && ap.level == level && ap.radio(args.floor.band).is_some());
    let fixed: Vec<AccessPoint> = kept.cloned().collect();
    let request = Request {
        confidence: args.floor.confidence,
        places_m: args.places,
        ..Request::new(Propagation::prior(args.floor.band))
    };
    let proposal = propose(&plan.floor, &plan.rooms, &fixed, &request).map_err(unfit)?;
    let text = if args.json { as_json(&proposal, &chosen, args).to_string() } else { words(&proposal, &chosen, args) };
    terminal::print(&text);
    Ok(())
}

fn roam(chosen: &mut Chosen, args: &WifiPlace) -> Done {
    let second = Some(Dbm(args.floor.level + SECOND));
    let rooms = chosen.rooms_mut();
    for name in &args.roaming {
        let mut found = rooms.iter_mut().filter(|room| name == "all" || room.name == *name).peekable();
        if found.peek().is_none() {
            return Err(Failure::new(
                Kind::NotFound,
                format!("部屋「{name}」はありません。"),
                format!("There is no room {name}."),
            ));
        }
        found.for_each(|room| room.target.second = second);
    }
    Ok(())
}

fn as_json(proposal: &Proposal, chosen: &Chosen, args: &WifiPlace) -> Value {
    let ap = |placed: &::wifi::place::Placed| {
        let (x, y) = chosen.as_typed(placed.ap.at);
        let one = &placed.channel.allowed;
        json!({
            "id": placed.ap.id, "x_m": rounded(x), "y_m": rounded(y), "height_m": placed.ap.height,
            "channel": one.number, "width_mhz": one.channel.width.mhz(), "centre_mhz": one.channel.centre_mhz,
            "part": one.part, "dfs": one.dfs, "indoors_only": one.indoors, "eirp_dbm": placed.ap.radios[0].eirp,
            "eirp_most_dbm": one.most, "shares_with": placed.channel.shares_with,
        })
    };
    json!({
        "band": args.floor.band, "floor": chosen.plan().id, "level_dbm": args.floor.level, "confidence": args.floor.confidence,
        "count": proposal.aps.len(), "least": proposal.least, "gap": proposal.aps.len() - proposal.least,
        "greedy": proposal.greedy, "aps": proposal.aps.iter().map(ap).collect::<Vec<_>>(), "rooms": proposal.rooms,
    })
}

/// To centimetres: nobody hangs an access point more exactly.
fn rounded(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

fn words(proposal: &Proposal, chosen: &Chosen, args: &WifiPlace) -> String {
    let (count, least) = (proposal.aps.len(), proposal.least);
    let mut text = format!(
        "{}({} GHz、{} dBm、確率 {:.0} %): アクセスポイント {count} 台。最少でも {least} 台(差 {})。\n\
         {count} access points; no choice needs fewer than {least} (gap {}).\n",
        chosen.plan().name,
        args.floor.band,
        args.floor.level,
        args.floor.confidence * 100.0,
        count - least,
        count - least,
    );
    for placed in &proposal.aps {
        let one = &placed.channel.allowed;
        let (x, y) = chosen.as_typed(placed.ap.at);
        text += &format!(
            "  {:<8} x {x:>6.2} m  y {y:>6.2} m  {} ch {:>3}  {} MHz  {} dBm{}{}\n",
            placed.ap.id,
            one.part,
            one.number,
            one.channel.width.mhz(),
            placed.ap.radios[0].eirp.0,
            if one.dfs { "  DFS" } else { "" },
            match placed.channel.shares_with {
                0 => String::new(),
                n => format!("  他 {n} 台と共用 shared with {n}"),
            },
        );
    }
    if proposal.aps.iter().any(|placed| placed.channel.allowed.dfs) {
        text += "  DFS: 起動後 60 秒以上は電波を出せず、レーダーを検知すると直ちに止まり 30 分戻れません。\n  \
                 DFS: silent for at least 60 s after start; on radar it leaves the channel at once and for 30 minutes.\n";
    }
    for room in &proposal.rooms {
        text += &format!(
            "  {}: 最も弱い地点 weakest {}, 満たす確率 meets {:.0} %",
            room.room,
            room.weakest,
            room.meets * 100.0
        );
        if room.out_of_reach > 0 {
            text +=
                &format!("、{} 地点中 {} 地点はどこに置いても届きません out of reach", room.spots, room.out_of_reach);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}
