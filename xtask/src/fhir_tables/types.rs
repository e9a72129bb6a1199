//! `types.txt`: one resource type a line; its number is the line's, from 0 after the head.

use super::HEAD;
use super::structures::Definition;

/// Keeps the order of `old`, because stores keep the numbers, and appends what is new.
pub(super) fn table(definitions: &[Definition], old: &str) -> String {
    let mut types: Vec<&str> = old.lines().filter(|line| !line.starts_with('#')).collect();
    for definition in definitions.iter().filter(|definition| definition.is_resource && !definition.is_abstract) {
        if !types.contains(&definition.name.as_str()) {
            types.push(&definition.name);
        }
    }
    format!("{HEAD}# Append only: stores keep the numbers of the lines.\n{}\n", types.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_and_new_types_come_last() {
        let definition = |name: &str| Definition::of(name, true);
        let of_old = table(&[definition("Account"), definition("Patient")], "");
        assert!(of_old.ends_with("\nAccount\nPatient\n"));
        let grown = table(
            &[definition("Account"), definition("Basic"), definition("Patient"), Definition::of("HumanName", false)],
            &of_old,
        );
        assert!(grown.ends_with("\nAccount\nPatient\nBasic\n"), "{grown}");
    }
}
