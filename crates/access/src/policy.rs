//! The one table: which duty may do what with which class of resource.
//!
//! What it says in one breath: a doctor reads and writes the chart and finalises it; a nurse measures, treats
//! and may enter for the doctor (代行入力), who then finalises; a clerk registers, books and bills, sees what a
//! claim is made of, and no notes; technician and pharmacist write and finalise what is theirs; the administrator
//! keeps staff, devices and masters and sees no chart; the vendor sees devices; the auditor sees the audit trail
//! and nothing else. Nobody writes the audit trail. Bulk export and import are the director's.

use crate::class::CLASSES;
use crate::scope::Context;
use crate::{Actor, ActorKind, Class, Denied, Duty, Permit, Right, permit};

/// What is asked for; also the word in the audit line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the interactions are FHIR's own names")]
pub enum Action {
    Read,
    Vread,
    Search,
    History,
    Create,
    Update,
    Patch,
    Delete,
    Finalise,
    Amend,
    Merge,
    Export,
    Import,
    Validate,
}

/// A column of the table: actions that are always given together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Read,
    Search,
    Create,
    Update,
    Delete,
    Finalise,
    Amend,
    Merge,
    Export,
    Import,
}

impl Verb {
    /// The letter in the table's cells, and the heading of the column.
    pub(crate) const COLUMNS: [(char, &'static str); 9] = [
        ('r', "閲覧"),
        ('c', "作成"),
        ('u', "修正"),
        ('d', "削除"),
        ('f', "確定"),
        ('a', "追記"),
        ('m', "統合"),
        ('x', "一括出力"),
        ('i', "一括取込"),
    ];

    fn cell(self) -> char {
        match self {
            Self::Read | Self::Search => 'r',
            Self::Create => 'c',
            Self::Update => 'u',
            Self::Delete => 'd',
            Self::Finalise => 'f',
            Self::Amend => 'a',
            Self::Merge => 'm',
            Self::Export => 'x',
            Self::Import => 'i',
        }
    }

    /// The SMART letters a token needs, all of them. `!` is in no scope: finalising is a person's act (真正性).
    pub(crate) fn letters(self) -> &'static str {
        match self {
            Self::Read => "r",
            Self::Search => "s",
            Self::Create => "c",
            Self::Update | Self::Merge => "u",
            Self::Delete => "d",
            Self::Finalise | Self::Amend => "!",
            Self::Export => "rs",
            Self::Import => "cu",
        }
    }
}

impl Action {
    /// The word in audit lines and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Vread => "vread",
            Self::Search => "search",
            Self::History => "history",
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Finalise => "finalise",
            Self::Amend => "amend",
            Self::Merge => "merge",
            Self::Export => "export",
            Self::Import => "import",
            Self::Validate => "validate",
        }
    }

    fn verb(self) -> Verb {
        match self {
            Self::Read | Self::Vread | Self::Validate => Verb::Read,
            Self::Search | Self::History => Verb::Search,
            Self::Create => Verb::Create,
            Self::Update | Self::Patch => Verb::Update,
            Self::Delete => Verb::Delete,
            Self::Finalise => Verb::Finalise,
            Self::Amend => Verb::Amend,
            Self::Merge => Verb::Merge,
            Self::Export => Verb::Export,
            Self::Import => Verb::Import,
        }
    }

    fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::Vread | Self::Search | Self::History | Self::Export | Self::Validate)
    }
}

/// One row per class, one cell per duty in the order of [`Duty::ALL`]; letters as in [`Verb::COLUMNS`].
#[rustfmt::skip]
const TABLE: [(Class, [&str; 9]); 19] = [
    //                     院長         医師       看護師    医療事務   検査      薬剤師    管理者   保守  監査
    (Class::Registration, ["rcudmxi",  "rcu",     "rcu",   "rcudm", "r",      "r",      "",     "",  ""]),
    (Class::Insurance,    ["rcudxi",   "r",       "r",     "rcud",  "",       "r",      "",     "",  ""]),
    (Class::Billing,      ["rcudxi",   "r",       "",      "rcud",  "",       "",       "",     "",  ""]),
    (Class::Appointments, ["rcudxi",   "rcud",    "rcud",  "rcud",  "r",      "r",      "",     "",  ""]),
    (Class::Visits,       ["rcudfaxi", "rcufa",   "rcu",   "rcu",   "r",      "r",      "",     "",  ""]),
    (Class::Interviews,   ["rcudfaxi", "rcufa",   "rcu",   "rc",    "r",      "r",      "",     "",  ""]),
    (Class::Problems,     ["rcudfaxi", "rcudfa",  "rcu",   "r",     "r",      "r",      "",     "",  ""]),
    (Class::Notes,        ["rcudfaxi", "rcudfa",  "rcu",   "",      "r",      "r",      "",     "",  ""]),
    (Class::Care,         ["rcudfaxi", "rcudfa",  "rcufa", "",      "r",      "r",      "",     "",  ""]),
    (Class::Observations, ["rcudfaxi", "rcudfa",  "rcufa", "",      "rcufa",  "r",      "",     "",  ""]),
    (Class::Orders,       ["rcudfaxi", "rcudfa",  "rcu",   "r",     "r",      "r",      "",     "",  ""]),
    (Class::Treatments,   ["rcudfaxi", "rcudfa",  "rcufa", "r",     "rc",     "rc",     "",     "",  ""]),
    (Class::Dispensing,   ["rcudfaxi", "rcudfa",  "rcu",   "r",     "",       "rcufa",  "",     "",  ""]),
    (Class::Results,      ["rcudfaxi", "rcudfa",  "rc",    "",      "rcufa",  "r",      "",     "",  ""]),
    (Class::Tasks,        ["rcudxi",   "rcu",     "rcu",   "rcu",   "rcu",    "rcu",    "",     "",  ""]),
    (Class::Directory,    ["rcudxi",   "r",       "r",     "rcu",   "r",      "r",      "rcud", "",  ""]),
    (Class::Devices,      ["rcudxi",   "r",       "r",     "r",     "rcu",    "r",      "rcud", "r", ""]),
    (Class::Masters,      ["rcudxi",   "r",       "r",     "r",     "r",      "rcu",    "rcud", "",  ""]),
    (Class::Audit,        ["r",        "",        "",      "",      "",       "",       "",     "",  "r"]),
];

/// Whether one duty allows a verb on a class.
fn duty_allows(duty: Duty, verb: Verb, class: Class) -> bool {
    TABLE.iter().any(|(row, cells)| *row == class && cells[duty as usize].contains(verb.cell()))
}

fn allows(actor: &Actor, verb: Verb, class: Class, resource_type: &str) -> bool {
    let by_duty = || actor.duties.iter().any(|&duty| duty_allows(duty, verb, class));
    let audit_is_only_read = class != Class::Audit || matches!(verb, Verb::Read | Verb::Search);
    audit_is_only_read
        && match actor.kind {
            ActorKind::Person => by_duty(),
            ActorKind::Token => {
                actor.scope.allows(Context::System, verb, class, resource_type)
                    || (actor.scope.allows(Context::User, verb, class, resource_type) && by_duty())
            }
            // Komainu's own jobs write what people handed over; they do not sign in anybody's place.
            ActorKind::System => !matches!(verb, Verb::Finalise | Verb::Amend),
        }
}

/// Decides for one resource type, or for several at once (a search with a chain or `_include` touches several:
/// all must be allowed). `*` asks for every type the actor may do this with, and at least one.
///
/// # Errors
/// [`Denied`] when no duty held now allows it, a token's scope leaves it out, the type is unknown or none is
/// given, or `action` writes and the permit asked for is to read (or the reverse).
pub fn decide<R: Right>(actor: &Actor, action: Action, resource_types: &[&str]) -> Result<Permit<R>, Denied> {
    let denied = |resource_type: &str| Denied {
        actor: actor.id.clone(),
        action: action.as_str(),
        resource_type: resource_type.to_owned(),
    };
    if permit::writes::<R>() != action.writes() {
        return Err(denied("anything with this permit"));
    }
    let verb = action.verb();
    let types = if resource_types == ["*"] {
        Class::all_types().filter(|&(class, t)| allows(actor, verb, class, t)).map(|(_, t)| t).collect()
    } else {
        let check = |&resource_type: &&str| match Class::of(resource_type) {
            Some((class, name)) if allows(actor, verb, class, name) => Ok(name),
            _ => Err(denied(resource_type)),
        };
        resource_types.iter().map(check).collect::<Result<Vec<_>, _>>()?
    };
    if types.is_empty() {
        return Err(denied(resource_types.first().unwrap_or(&"nothing")));
    }
    Ok(Permit::new(actor.clone(), action, types))
}

/// Wide enough for the longest duty.
const LABEL_WIDTH: usize = 28;

/// The whole policy as a text that a doctor can read: one table per class, a row per duty, a column per right.
/// Kept as a golden file, so that a change of rights is seen in review.
#[must_use]
pub fn table_text() -> String {
    let mut text =
        String::from("診療情報の権限表（○ できる ・ できない）。複数の職種を持つ人は、どれかで○ならできる。\n");
    for (class, name, types) in CLASSES {
        text += &format!("\n■ {name}（{class:?}）\n  {}\n  {}", types.join(" "), " ".repeat(LABEL_WIDTH));
        text += &Verb::COLUMNS.map(|(_, heading)| heading).join(" ");
        text.push('\n');
        for (duty, english, japanese) in Duty::ALL {
            let marks = Verb::COLUMNS.map(|(letter, heading)| {
                let cell = TABLE.iter().find(|(row, _)| row == class).map_or("", |(_, cells)| cells[duty as usize]);
                let mark = if cell.contains(letter) { "○" } else { "・" };
                format!("{mark}{}", "　".repeat(heading.chars().count() - 1))
            });
            let label = format!("{english} {japanese}");
            text += &format!("  {label}{}", " ".repeat(LABEL_WIDTH.saturating_sub(width(&label))));
            text += marks.join(" ").trim_end();
            text.push('\n');
        }
    }
    text + &crate::power::table_text() + &crate::chart::table_text()
}

/// Columns on a terminal: Japanese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
