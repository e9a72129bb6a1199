//! The clinic's network: what is declared, and who may see and change it.

use crate::{Actor, ActorKind, Duty};

impl Actor {
    /// Whether they may see what is declared of the network, and prove rules against it: who answers for it, who
    /// keeps it, who maintains it; each in person. A map of a clinic is what an intruder looks for first.
    #[must_use]
    pub fn reads_network(&self) -> bool {
        self.kind == ActorKind::Person
            && [Duty::Director, Duty::Administrator, Duty::Vendor].into_iter().any(|duty| self.holds(duty))
    }

    /// Whether they may change it: an administrator, in person.
    #[must_use]
    pub fn keeps_network(&self) -> bool {
        self.kind == ActorKind::Person && self.holds(Duty::Administrator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_changes_it_sees_it_and_no_program_does_either() {
        let mut may = Vec::new();
        for (duty, name, _) in Duty::ALL {
            let person = Actor::person("sato", "佐藤 健", &[duty]);
            may.push((name, person.reads_network(), person.keeps_network()));
            let token = Actor { kind: ActorKind::Token, ..person };
            assert!(!token.reads_network() && !token.keeps_network(), "{name}: a token");
        }
        may.retain(|(_, reads, keeps)| *reads || *keeps);
        assert_eq!(may, [("director", true, false), ("administrator", true, true), ("vendor", true, false)]);
        assert!(!Actor::system("job").reads_network() && !Actor::system("job").keeps_network());
    }
}
