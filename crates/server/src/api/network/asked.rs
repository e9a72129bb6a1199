//! What is sent.

use clinic::model::edit::{Form, PartKind, Typed};
use serde::Deserialize;
use utoipa::ToSchema;

const WHY_CHARS_MAX: usize = 500;

/// A new text, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkChange {
    pub(super) text: String,
    /// One sentence; kept with the version and in the audit trail.
    why: String,
}

impl NetworkChange {
    pub(super) fn why(&self) -> Option<String> {
        reason(&self.why)
    }
}

/// A reason that can be kept: one line of some length.
pub(super) fn reason(typed: &str) -> Option<String> {
    let why = typed.trim();
    let is_fit = !why.is_empty() && why.chars().count() <= WHY_CHARS_MAX && !why.chars().any(char::is_control);
    is_fit.then(|| why.to_owned())
}

/// A text, and an edit of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftQuestion {
    pub(super) text: String,
    #[serde(default)]
    pub(super) edit: Option<NetworkEdit>,
}

/// A device of a text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReachQuestion {
    pub(super) text: String,
    pub(super) device: String,
}

/// A text, and rules to be held against it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProofQuestion {
    pub(super) text: String,
    /// `show config` of a YAMAHA RTX, or what `nft -j list ruleset` prints.
    pub(super) rules: String,
}

/// One edit. `of` is the id of what is changed; without it something new is added.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum NetworkEdit {
    Zone {
        #[serde(default)]
        of: Option<String>,
        zone: ZoneForm,
    },
    Device {
        #[serde(default)]
        of: Option<String>,
        device: DeviceForm,
    },
    Flow {
        #[serde(default)]
        of: Option<String>,
        flow: FlowForm,
    },
    Remove {
        kind: NetworkPartKind,
        id: String,
    },
}

/// What can be edited by forms.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NetworkPartKind {
    Zone,
    Device,
    Flow,
}

/// A zone as typed; empty means not said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZoneForm {
    id: String,
    name: String,
    kind: String,
    ipv4: String,
    ipv6: String,
    router_ipv4: String,
    router_ipv6: String,
    vlan: String,
    interface: String,
}

/// A device as typed; empty means not said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceForm {
    id: String,
    name: String,
    kind: String,
    zone: String,
    room: String,
    mac: Vec<String>,
    ipv4: String,
    ipv6: String,
    maker: String,
    model: String,
    firmware: String,
    maintained_by: String,
    depends_on: Vec<String>,
    criticality: String,
    medical: bool,
}

/// A flow as typed; empty means not said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FlowForm {
    id: String,
    from: String,
    to: String,
    service: Vec<String>,
    why: String,
    hours: Vec<String>,
    until: String,
}

impl NetworkPartKind {
    pub(super) fn kind(&self) -> PartKind {
        match self {
            Self::Zone => PartKind::Zone,
            Self::Device => PartKind::Device,
            Self::Flow => PartKind::Flow,
        }
    }
}

impl ZoneForm {
    pub(super) fn form(self, of: Option<String>) -> Form {
        let fields = vec![
            ("id", Typed::Text(self.id)),
            ("name", Typed::Text(self.name)),
            ("kind", Typed::Text(self.kind)),
            ("ipv4", Typed::Text(self.ipv4)),
            ("ipv6", Typed::Text(self.ipv6)),
            ("router_ipv4", Typed::Text(self.router_ipv4)),
            ("router_ipv6", Typed::Text(self.router_ipv6)),
            ("vlan", Typed::Bare(self.vlan)),
            ("interface", Typed::Text(self.interface)),
        ];
        Form { kind: PartKind::Zone, of, fields }
    }
}

impl DeviceForm {
    pub(super) fn form(self, of: Option<String>) -> Form {
        let fields = vec![
            ("id", Typed::Text(self.id)),
            ("name", Typed::Text(self.name)),
            ("kind", Typed::Text(self.kind)),
            ("zone", Typed::Text(self.zone)),
            ("room", Typed::Text(self.room)),
            ("mac", Typed::List(self.mac)),
            ("ipv4", Typed::Text(self.ipv4)),
            ("ipv6", Typed::Text(self.ipv6)),
            ("maker", Typed::Text(self.maker)),
            ("model", Typed::Text(self.model)),
            ("firmware", Typed::Text(self.firmware)),
            ("maintained_by", Typed::Text(self.maintained_by)),
            ("depends_on", Typed::List(self.depends_on)),
            ("criticality", Typed::Text(self.criticality)),
            ("medical", Typed::Bool(self.medical)),
        ];
        Form { kind: PartKind::Device, of, fields }
    }
}

impl FlowForm {
    pub(super) fn form(self, of: Option<String>) -> Form {
        let fields = vec![
            ("id", Typed::Text(self.id)),
            ("from", Typed::Text(self.from)),
            ("to", Typed::Text(self.to)),
            ("service", Typed::List(self.service)),
            ("why", Typed::Text(self.why)),
            ("hours", Typed::List(self.hours)),
            ("until", Typed::Bare(self.until)),
        ];
        Form { kind: PartKind::Flow, of, fields }
    }
}
