//! Who acts.

use std::fmt;

/// Who acts, as the session or token said after it was checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Actor {
    /// Account or token id, e.g. `sato` or `token:3`.
    pub id: String,
    /// Shown in charts as author, e.g. 佐藤 健. Masked in `Debug`.
    pub name: String,
    /// Person, program, or Komainu itself.
    pub kind: ActorKind,
    /// Duties held now; no duty, no rights.
    pub duties: Vec<Duty>,
    /// What a token was narrowed to; people act with the whole of their duties.
    pub scope: Scope,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").field("id", &self.id).field("kind", &self.kind).field("duties", &self.duties).finish_non_exhaustive()
    }
}

/// What kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person who signed in.
    Person,
    /// A bearer token.
    Token,
    /// Komainu's own jobs: import at the console, demo, migration.
    System,
}

/// 職種・役割. An actor may hold several; rights add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// 院長
    Director,
    /// 医師
    Doctor,
    /// 看護師
    Nurse,
    /// 医療事務
    Clerk,
    /// 検査・放射線
    Technician,
    /// 薬剤師
    Pharmacist,
    /// 管理者
    Administrator,
    /// 保守業者
    Vendor,
    /// 監査
    Auditor,
}

/// What a token was narrowed to, written as SMART v2 scopes (`system/Patient.rs`, `system/*.cruds`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No narrowing.
    Whole,
    /// One entry per scope: type (`*` for all), may read, may write. Empty: nothing.
    Only(Vec<ScopeEntry>),
}

/// One SMART v2 scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    /// `Patient`, or `*`.
    pub resource_type: String,
    /// `r` and `s`.
    pub read: bool,
    /// `c`, `u` and `d`.
    pub write: bool,
}
