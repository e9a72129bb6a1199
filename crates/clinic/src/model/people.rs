//! Vendors, their remote maintenance, places outside, and the persons in charge.

use ipnet::IpNet;
use jiff::civil::Date;

use super::flow::Endpoint;
use super::hours::Hours;
use super::ids::{OutsideId, PersonId, ServiceId, VendorId};
use super::line::Line;
use super::words::words;

/// A named part of the world behind the uplink: a cloud chart, the closed network of オンライン資格確認.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Its id.
    pub id: OutsideId,
    /// What people call it.
    pub name: String,
    /// Its prefixes, at least one, host bits zero.
    pub addresses: Vec<IpNet>,
    /// Where it is declared.
    pub line: Line,
}

/// A company that looks after something here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// Its id.
    pub id: VendorId,
    /// What people call it.
    pub name: String,
    /// Who to call.
    pub contact: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Where its people connect from, host bits zero; empty if it does not connect.
    pub addresses: Vec<IpNet>,
    /// When its security disclosure (MDS/SDS) was received.
    pub disclosure: Option<Date>,
    /// What it may open, for a while, when it is let in.
    pub maintenance: Vec<Maintenance>,
    /// Where it is declared.
    pub line: Line,
}

/// A way in for remote maintenance. It is shut; `komainu open VENDOR` opens it for a time, and it shuts by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// What is reached.
    pub to: Endpoint,
    /// By what; at least one.
    pub services: Vec<ServiceId>,
    /// For what reason.
    pub why: String,
    /// Longest time it may be opened for at once, in minutes; at most a day.
    pub minutes_max: u16,
    /// Only then may it be opened; empty means at any time.
    pub hours: Vec<Hours>,
    /// Where it is declared.
    pub line: Line,
}

words! {
    /// Duties the guideline asks a clinic to give to someone.
    Role {
        /// 医療情報システム安全管理責任者.
        SafetyManager "safety-manager" "医療情報システム安全管理責任者" "safety manager of medical information systems",
        /// 企画管理者.
        Planner "planner" "企画管理者" "planning manager",
        /// システム運用担当者.
        Operator "operator" "システム運用担当者" "system operator",
        /// 院長, or whoever decides.
        Director "director" "院長" "director",
        /// Called when something happens.
        Contact "contact" "連絡先" "contact",
    }
}

/// Someone in charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Duties, at least one.
    pub roles: Vec<Role>,
    /// Telephone.
    pub phone: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Where it is declared.
    pub line: Line,
}
