//! What is answered beside the view: drafts, plans, reach, proofs, versions.

use clinic::model::edit::{EditError, Edited, put_typed, remove};
use clinic::model::patterns::Pattern;
use clinic::model::plan::{Change, Row, Thing, names};
use clinic::model::{Clinic, DeviceId, NotAClinic, Plan, Problem as Wrong, plan, reach, read};
use jiff::civil::{Date, DateTime};
use network::policy::Live;
use network::proof::{Difference, Proof, Report};
use network::{Policy, nft, packets::Space, rtx};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{DraftQuestion, NetworkEdit};
use super::view::{NetworkView, NetworkWayIn, both, hours_ja, is_within, part};
use crate::network::{Current, Version};
use crate::problem::{Problem, ProblemKind, Text};

/// What is declared, if anything is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Network {
    pub(super) declared: Option<DeclaredNetwork>,
    /// Whether the one who asks may change it.
    pub(super) may_change: bool,
}

/// The clinic's file.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeclaredNetwork {
    /// The newest version; none while nothing was kept by this program yet.
    number: Option<u32>,
    /// The file was changed by other means since.
    foreign: bool,
    draft: NetworkDraft,
}

/// A text, and what it means.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkDraft {
    text: String,
    /// None where it is no clinic; then there are problems.
    view: Option<NetworkView>,
    /// Why it is no clinic.
    problems: Vec<NetworkProblem>,
    /// Why the edit that was asked for was not made.
    refused: Vec<NetworkProblem>,
    /// What it would change; none where nothing is declared yet, or what is cannot be read.
    plan: Option<NetworkPlan>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkProblem {
    /// From 1; 0 where it has no line.
    line: u32,
    /// The key of the file, which is that of the form.
    key: Option<String>,
    what: Text,
}

/// What changes, in sentences.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkPlan {
    opens: Vec<PlannedTalk>,
    closes: Vec<PlannedTalk>,
    things: Vec<PlannedThing>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedTalk {
    what: Text,
    flows: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PlannedThing {
    what: Text,
    kind: &'static str,
    id: String,
    /// `added`, `removed`, `changed`, or `moved`: another zone or room.
    change: &'static str,
}

/// Who can reach a device, and whom it can reach.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkReach {
    callers: Vec<ReachRow>,
    called: Vec<ReachRow>,
    /// Devices of its own zone, from which nothing holds it apart.
    neighbours: Vec<String>,
    ways_in: Vec<NetworkWayIn>,
}

/// Conversations with others.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReachRow {
    who: Text,
    services: Vec<Text>,
    hours: Vec<String>,
    hours_ja: Vec<String>,
    open_now: bool,
    flows: Vec<String>,
    why: Vec<String>,
}

/// What a proof found.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkProof {
    /// `equal`, `different` or `not-understood`.
    proof: &'static str,
    verdict: Text,
    /// What the rules were read as.
    read_as: Text,
    differences: Vec<ProofDifference>,
    /// There are more than are told.
    more: bool,
    unknown: Vec<ProofUnknown>,
    findings: Vec<Text>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProofDifference {
    /// It passes and should not; otherwise it should and does not.
    passes: bool,
    what: Text,
    /// The rule that decides.
    rule: Option<String>,
    /// One of the packets.
    example: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ProofUnknown {
    place: String,
    what: String,
}

/// A version that was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkVersion {
    number: u32,
    /// In ms since 1970 UTC.
    at: i64,
    /// Account id; empty if the file was changed by other means.
    by: String,
    name: String,
    why: String,
}

/// A version with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkVersionText {
    version: NetworkVersion,
    text: String,
    /// What it changed; none for the first, and where one of the two cannot be read.
    plan: Option<NetworkPlan>,
}

/// A clinic to start from.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkPattern {
    name: &'static str,
    what: Text,
    text: &'static str,
}

impl DeclaredNetwork {
    pub(super) fn of(current: Current, now: DateTime) -> Self {
        let (number, foreign) = (current.number, current.is_foreign);
        Self { number, foreign, draft: NetworkDraft::plain(current.text, None, now) }
    }
}

impl NetworkDraft {
    pub(super) fn of(question: DraftQuestion, saved: Option<&Clinic>, now: DateTime) -> Self {
        let DraftQuestion { text, edit } = question;
        let Some(edit) = edit else { return Self::plain(text, saved, now) };
        match make(&text, edit) {
            Ok(edited) => Self::clinic(edited.text, &edited.clinic, saved, now),
            Err(error) => Self { refused: refused(error), ..Self::plain(text, saved, now) },
        }
    }

    fn plain(text: String, saved: Option<&Clinic>, now: DateTime) -> Self {
        match read(&text) {
            Ok(clinic) => Self::clinic(text, &clinic, saved, now),
            Err(wrong) => Self { text, view: None, problems: problems(&wrong), refused: Vec::new(), plan: None },
        }
    }

    fn clinic(text: String, clinic: &Clinic, saved: Option<&Clinic>, now: DateTime) -> Self {
        let plan = saved.map(|saved| NetworkPlan::of(saved, clinic, now.date()));
        let view = Some(NetworkView::of(clinic, now));
        Self { text, view, problems: Vec::new(), refused: Vec::new(), plan }
    }
}

fn make(text: &str, edit: NetworkEdit) -> Result<Edited, EditError> {
    match edit {
        NetworkEdit::Zone { of, zone } => put_typed(text, &zone.form(of)),
        NetworkEdit::Device { of, device } => put_typed(text, &device.form(of)),
        NetworkEdit::Flow { of, flow } => put_typed(text, &flow.form(of)),
        NetworkEdit::Remove { kind, id } => match kind.kind().part(&id) {
            Some(part) => remove(text, &part),
            None => Err(EditError::NoSuchId { kind: "part", id }),
        },
    }
}

fn refused(error: EditError) -> Vec<NetworkProblem> {
    let gone = |id: &str| {
        let ja = format!("「{id}」はもうありません。ほかの人が消したか、id が違います。");
        vec![NetworkProblem { line: 0, key: None, what: both(ja, format!("There is no \"{id}\" any more.")) }]
    };
    match error {
        EditError::Before(wrong) | EditError::After(wrong) => problems(&wrong),
        EditError::NoSuch(id) => gone(&part(&id).1),
        EditError::NoSuchId { id, .. } => gone(&id),
        EditError::Inline { kind, line } => {
            let ja = format!("{line} 行目から一つの並びで書かれています。原文で [[{kind}]] に分けてください。");
            let en = format!("It is written as one list from line {line}. Take it apart into [[{kind}]] in the text.");
            vec![NetworkProblem { line: line.0, key: None, what: both(ja, en) }]
        }
    }
}

fn problems(wrong: &NotAClinic) -> Vec<NetworkProblem> {
    let problem = |each: &Wrong| NetworkProblem {
        line: each.line.0,
        key: each.key().map(str::to_owned),
        what: both(each.ja(), each.en()),
    };
    wrong.0.iter().map(problem).collect()
}

impl NetworkPlan {
    pub(super) fn of(old: &Clinic, new: &Clinic, today: Date) -> Self {
        let plan: Plan = plan(old, new, today);
        let mut sentences = plan.ja(old, new).into_iter().zip(plan.en(old, new)).map(|(ja, en)| both(ja, en));
        let mut talks = |rows: &[Row]| -> Vec<PlannedTalk> {
            let flows = |row: &Row| row.flows.iter().map(ToString::to_string).collect();
            // The sentences come in the order of the rows.
            rows.iter().zip(&mut sentences).map(|(row, what)| PlannedTalk { what, flows: flows(row) }).collect()
        };
        let (opens, closes) = (talks(&plan.opens), talks(&plan.closes));
        let things = plan.things.iter().zip(sentences).map(|(thing, what)| PlannedThing::of(thing, what)).collect();
        Self { opens, closes, things }
    }
}

impl PlannedThing {
    fn of(thing: &Thing, what: Text) -> Self {
        let change = match &thing.change {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed(fields) if fields.iter().any(|field| matches!(field.key, "zone" | "room")) => "moved",
            Change::Changed(_) => "changed",
        };
        Self { what, kind: thing.kind.word(), id: thing.id.clone(), change }
    }
}

impl NetworkReach {
    pub(super) fn of(clinic: &Clinic, id: &DeviceId, now: DateTime) -> Option<Self> {
        let reach = reach(clinic, id, now.date())?;
        let row = |row: &Row, is_caller: bool| {
            let (ja, en) = names(if is_caller { &row.from } else { &row.to }, clinic);
            ReachRow {
                who: both(ja, en),
                services: row.services.iter().map(|each| both(each.ja(), each.en())).collect(),
                hours: row.hours.iter().map(ToString::to_string).collect(),
                hours_ja: hours_ja(&row.hours),
                open_now: is_within(&row.hours, now),
                flows: row.flows.iter().map(ToString::to_string).collect(),
                why: row.why.clone(),
            }
        };
        Some(Self {
            callers: reach.callers.iter().map(|each| row(each, true)).collect(),
            called: reach.called.iter().map(|each| row(each, false)).collect(),
            neighbours: reach.neighbours.iter().map(ToString::to_string).collect(),
            ways_in: reach.ways_in.iter().map(|(vendor, way)| NetworkWayIn::of(vendor.as_str(), way, now)).collect(),
        })
    }
}

impl NetworkProof {
    pub(super) fn of(clinic: &Clinic, rules: &str, now: DateTime) -> Result<Self, Problem> {
        let policy = Policy::of(clinic, now, &Live::default());
        // What nft prints is JSON; a router's configuration is not.
        if rules.trim_start().starts_with('{') {
            let rules = nft::read(rules).map_err(unreadable)?;
            let mut space = Space::default();
            let passage = nft::evaluate(&rules, &mut space);
            let report = network::prove(&policy, &passage, &mut space);
            return Ok(Self::from((report, Text::new("nftables", "nftables"))));
        }
        let config = rtx::parse(rules.as_bytes()).map_err(unreadable)?;
        Ok(Self::from((rtx::prove(&policy, &config), Text::new("YAMAHA RTX の設定", "configuration of a YAMAHA RTX"))))
    }
}

impl From<(Report, Text)> for NetworkProof {
    fn from((report, read_as): (Report, Text)) -> Self {
        Self {
            proof: match report.proof {
                Proof::Equal => "equal",
                Proof::Different => "different",
                Proof::NotUnderstood => "not-understood",
            },
            verdict: Text::new(report.proof.ja(), report.proof.en()),
            read_as,
            differences: report.differences.iter().map(ProofDifference::from).collect(),
            more: report.more,
            unknown: report
                .unknown
                .iter()
                .map(|each| ProofUnknown { place: each.place.to_string(), what: each.what.clone() })
                .collect(),
            findings: report.findings.iter().map(|each| both(each.ja(), each.en())).collect(),
        }
    }
}

impl From<&Difference> for ProofDifference {
    fn from(each: &Difference) -> Self {
        let packet = &each.example;
        let protocol = match packet.protocol {
            6 => format!("tcp/{}", packet.destination_port),
            17 => format!("udp/{}", packet.destination_port),
            1 | 58 => format!("icmp {}", packet.icmp_type),
            other => format!("ip {other}"),
        };
        Self {
            passes: each.passes,
            what: both(each.ja(), each.en()),
            rule: each.rule.as_ref().map(ToString::to_string),
            example: format!("{} → {} {protocol}", packet.source, packet.destination),
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        both(format!("規則として読めません({error})。"), format!("It cannot be read as rules ({error}).")),
        Text::new(
            "ルーターの show config か、nft -j list ruleset の出力をそのまま貼ってください。",
            "Paste what show config prints on the router, or nft -j list ruleset.",
        ),
    )
}

impl From<Version> for NetworkVersion {
    fn from(version: Version) -> Self {
        let Version { number, at, by, name, why, .. } = version;
        Self { number, at, by, name, why }
    }
}

impl NetworkVersionText {
    pub(super) fn of(version: Version, text: String, before: Option<&Clinic>, today: Date) -> Self {
        let plan = before.zip(read(&text).ok()).map(|(before, after)| NetworkPlan::of(before, &after, today));
        Self { version: version.into(), text, plan }
    }
}

impl From<&Pattern> for NetworkPattern {
    fn from(pattern: &Pattern) -> Self {
        Self { name: pattern.name, what: Text::new(pattern.ja, pattern.en), text: pattern.text }
    }
}
