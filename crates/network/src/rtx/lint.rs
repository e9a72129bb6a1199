//! Traps of RTX configurations that are found without knowing what was meant.

use super::family::Family;
use super::filter::ESTABLISHED;
use super::parse::{Config, Direction, Statement};
use super::tables::Tables;

/// One trap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line.
    pub line: usize,
    /// The sentence in Japanese.
    pub ja: String,
    /// The sentence in English.
    pub en: String,
}

/// Looks for traps, in the order of lines. `cap` is the most numbers the model takes in one list.
#[must_use]
pub fn lint(config: &Config, cap: usize) -> Vec<Finding> {
    let tables = Tables::new(config);
    let mut found = Vec::new();
    let mut say = |line, ja: String, en: String| found.push(Finding { line, ja, en });
    for ((interface, family, direction), (line, numbers)) in &tables.applied {
        let count = numbers.fixed.len() + numbers.dynamic.len();
        if count > cap {
            say(
                *line,
                format!("{interface} のフィルターが {count} 個あり、上限の {cap} 個を超えている。"),
                format!("{interface} lists {count} filters, more than the {cap} this model takes."),
            );
        }
        for number in tables.undefined(*family, numbers) {
            say(
                *line,
                format!("定義のないフィルター {number} が {interface} に適用されている。"),
                format!("{interface} applies filter {number}, which is not defined."),
            );
        }
        let other = if *direction == Direction::In { Direction::Out } else { Direction::In };
        if !tables.applied.contains_key(&(*interface, *family, other)) {
            say(
                *line,
                format!("{interface} の反対方向にはフィルターがなく、すべて通る。"),
                format!("{interface} has no filter in the other direction: everything passes there."),
            );
        }
        let twin = if *family == Family::V4 { Family::V6 } else { Family::V4 };
        if *family == Family::V4 && !tables.applied.contains_key(&(*interface, twin, *direction)) {
            say(
                *line,
                format!("{interface} の IPv6 にはフィルターがない。IPv6 は別に書かなければすべて通る。"),
                format!("{interface} has no filter for IPv6: it needs its own, or everything passes."),
            );
        }
    }
    let mut vlans: Vec<(&str, usize)> = Vec::new();
    for line in &config.lines {
        match &line.statement {
            Statement::ApplySet(_, family, name) => {
                let defined = |direction| tables.sets.contains_key(&(*family, name.as_str(), direction));
                if !defined(Direction::In) && !defined(Direction::Out) {
                    say(
                        line.number,
                        format!("フィルターセット {name} は定義がない。フィルターなしと同じで、すべて通る。"),
                        format!("The filter set {name} is not defined: that is no filter, and everything passes."),
                    );
                }
            }
            Statement::Filter(_, number, filter) => {
                let ported = filter.source_ports.is_some() || filter.destination_ports.is_some();
                if ported && filter.protocols.as_ref().is_none_or(|list| list.len() > 1) {
                    say(
                        line.number,
                        format!(
                            "フィルター {number} のポートは TCP と UDP だけに効く。ほかのプロトコルはポートに関係なく一致する。"
                        ),
                        format!(
                            "The ports of filter {number} hold for TCP and UDP only: any other protocol it names matches whatever the ports."
                        ),
                    );
                }
                if filter.pass && filter.protocols.as_ref().is_some_and(|list| list.contains(&ESTABLISHED)) {
                    say(
                        line.number,
                        format!(
                            "フィルター {number} の established は ACK ビットを見るだけである。動的フィルターを使う。"
                        ),
                        format!("Filter {number}: established looks at the ACK bit only. Use a dynamic filter."),
                    );
                }
            }
            Statement::Vlan(interface, _) => {
                let lan = interface.split_once('/').map_or(interface.as_str(), |(lan, _)| lan);
                if !vlans.iter().any(|(known, _)| *known == lan) {
                    vlans.push((lan, line.number));
                }
            }
            Statement::Service(service, hosts) if hosts == "any" => say(
                line.number,
                format!("{service} はだれからの接続も受け付ける。"),
                format!("{service} answers anyone."),
            ),
            _ => {}
        }
    }
    for (lan, line) in vlans {
        let said = |statement: &Statement| matches!(statement, Statement::Interconnect(which, _) if which == lan);
        if !config.lines.iter().any(|line| said(&line.statement)) {
            say(
                line,
                format!("{lan} の VLAN 間は初期値ではすべてつながる。vlan interconnect group を書く。"),
                format!("By default all VLANs of {lan} reach each other. Write a vlan interconnect group."),
            );
        }
    }
    found.sort_by_key(|finding| finding.line);
    found
}
