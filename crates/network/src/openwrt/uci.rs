//! The text of UCI (`/etc/config/firewall`, `uci export`), cut into sections. What a section means is not known here.

/// The largest text read, in bytes.
pub const TEXT_MAX: usize = 4 << 20;
/// The most lines read.
pub const LINES_MAX: usize = 200_000;

/// A text that is no UCI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoUci {
    /// Too long.
    #[error("the text has {0} bytes, more than any router's configuration ({TEXT_MAX}); is it the right file?")]
    Text(usize),
    /// Too many lines.
    #[error("the text has more than {LINES_MAX} lines; is it the right file?")]
    Lines,
    /// Not even one section.
    #[error("there is no line 'config …' in it; give /etc/config/firewall, or what `uci export` prints")]
    NoSection,
}

/// One `config` with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The line of its head, from 1.
    pub line: usize,
    /// The package it stands in, where the text says (`package firewall`).
    pub package: Option<String>,
    /// What kind it is: `zone`, `rule`.
    pub kind: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its options, in order.
    pub options: Vec<Setting>,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its line, from 1.
    pub line: usize,
    /// Its key.
    pub key: String,
    /// Its values: one for `option`, any number for `list`.
    pub values: Vec<String>,
    /// Written as `list`.
    pub list: bool,
}

/// A line that could not be cut into words, or stands where it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Cuts a text into sections. Lines that are odd are given back with their numbers.
///
/// # Errors
/// [`NoUci`]: beyond the limits, or no section at all.
pub fn sections(text: &str) -> Result<(Vec<Section>, Vec<Odd>), NoUci> {
    if text.len() > TEXT_MAX {
        return Err(NoUci::Text(text.len()));
    }
    let (mut sections, mut odd): (Vec<Section>, Vec<Odd>) = (Vec::new(), Vec::new());
    let mut package = None;
    for (at, line) in text.lines().enumerate() {
        let number = at + 1;
        if number > LINES_MAX {
            return Err(NoUci::Lines);
        }
        let taken = words(line).and_then(|words| take(&words, number, &mut package, &mut sections));
        if let Err(what) = taken {
            odd.push(Odd { line: number, what });
        }
    }
    if sections.is_empty() { Err(NoUci::NoSection) } else { Ok((sections, odd)) }
}

fn take(
    words: &[String],
    line: usize,
    package: &mut Option<String>,
    sections: &mut Vec<Section>,
) -> Result<(), String> {
    let texts: Vec<&str> = words.iter().map(String::as_str).collect();
    match texts.as_slice() {
        [] => {}
        ["package", name] => *package = Some((*name).to_owned()),
        ["config", kind] | ["config", kind, _] => sections.push(Section {
            line,
            package: package.clone(),
            kind: (*kind).to_owned(),
            name: texts.get(2).filter(|name| !name.is_empty()).map(ToString::to_string),
            options: Vec::new(),
        }),
        [word @ ("option" | "list"), key, value] => {
            let section = sections.last_mut().ok_or_else(|| format!("'{word}' stands before any 'config'"))?;
            let list = *word == "list";
            match section.options.iter_mut().find(|known| known.key == *key) {
                // A later option replaces; a later list item is added, also to what an option said.
                Some(known) if list => known.values.push((*value).to_owned()),
                Some(known) => (known.line, known.values, known.list) = (line, vec![(*value).to_owned()], false),
                None => {
                    let values = vec![(*value).to_owned()];
                    section.options.push(Setting { line, key: (*key).to_owned(), values, list });
                }
            }
        }
        ["option" | "list", ..] => return Err("an option needs a key and one value; quote a value with spaces".into()),
        [first, ..] => return Err(format!("'{first}' is no word a line of UCI begins with")),
    }
    Ok(())
}

/// The words of a line: apart by blanks, with quotes as a shell has them.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word): (Vec<String>, Option<String>) = (Vec::new(), None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '#' if word.is_none() => break,
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed on its line".to_owned()),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        Some('"') => break,
                        Some('\\') => word.extend(chars.next()),
                        Some(c) => word.push(c),
                        None => return Err("a quote is not closed on its line".to_owned()),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_join_and_comments_end() {
        let words = words("list\tsrc_ip 'a b'\"c\\\"d\"e#f # rest").unwrap();
        assert_eq!(words, ["list", "src_ip", "a bc\"de#f"]);
        assert_eq!(super::words("option name 'open").unwrap_err(), "a quote is not closed on its line");
    }

    #[test]
    fn a_later_option_replaces_and_lists_grow() {
        let text = "package firewall\nconfig rule 'a'\n\toption src lan\n\toption src wan\n\tlist proto tcp\n\tlist proto udp\n";
        let (sections, odd) = sections(text).unwrap();
        assert!(odd.is_empty());
        let [section] = sections.as_slice() else { panic!("{sections:?}") };
        assert_eq!(
            (section.line, section.name.as_deref(), section.package.as_deref()),
            (2, Some("a"), Some("firewall"))
        );
        assert_eq!((section.options[0].line, section.options[0].values.as_slice()), (4, &["wan".to_owned()][..]));
        assert_eq!(section.options[1].values, ["tcp", "udp"]);
    }

    #[test]
    fn what_stands_in_the_wrong_place_is_told_with_its_line() {
        let (_, odd) = sections("option a b\nconfig rule\nnonsense here\noption a b c\n").unwrap();
        let told: Vec<(usize, &str)> = odd.iter().map(|odd| (odd.line, odd.what.as_str())).collect();
        assert_eq!(told[0], (1, "'option' stands before any 'config'"));
        assert_eq!((told[1].0, told[2].0), (3, 4));
        assert_eq!(sections("# nothing\n"), Err(NoUci::NoSection));
    }
}
