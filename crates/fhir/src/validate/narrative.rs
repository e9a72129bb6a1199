//! Narrative.div (txt-1, txt-2): well-formed XHTML of listed elements and attributes, nothing that runs.
//!
//! Strict on purpose. What this reader takes, every browser must read the same way, so whatever is not on a list
//! is refused: no CDATA, no processing instructions, no DOCTYPE, no attribute without quotes.

/// narrative.html#rules: HTML 4 chapters 7 to 11 (9.4 left out) and 15, `<a>` and images; nothing deprecated.
const ELEMENTS: [&str; 53] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "area",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "map",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "ul",
    "var",
];

/// Attributes that say how it looks, what it is called or where it points.
const ATTRIBUTES: [&str; 50] = [
    "abbr",
    "accesskey",
    "align",
    "alt",
    "axis",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "char",
    "charoff",
    "charset",
    "cite",
    "class",
    "colspan",
    "coords",
    "dir",
    "frame",
    "headers",
    "height",
    "href",
    "hreflang",
    "id",
    "ismap",
    "lang",
    "longdesc",
    "name",
    "nohref",
    "nowrap",
    "rel",
    "rev",
    "rowspan",
    "rules",
    "scope",
    "shape",
    "span",
    "src",
    "start",
    "style",
    "summary",
    "tabindex",
    "title",
    "type",
    "usemap",
    "valign",
    "value",
    "width",
    "xml:lang",
    "xml:space",
    "xmlns",
];

/// Attributes that hold an address.
const ADDRESSES: [&str; 6] = ["cite", "href", "longdesc", "src", "usemap", "background"];

/// Elements inside one another.
const DEPTH_MAX: usize = 100;

/// Checks the text of a `div`.
///
/// # Errors
/// What is wrong, in words that quote nothing but names of elements and attributes.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut reader = Reader { rest: text.trim(), open: Vec::new(), says_something: false };
    if !reader.rest.starts_with("<div") {
        return Err("must be one XHTML div".to_owned());
    }
    reader.read()?;
    if reader.says_something { Ok(()) } else { Err("must say something (txt-2)".to_owned()) }
}

struct Reader<'t> {
    rest: &'t str,
    open: Vec<&'t str>,
    says_something: bool,
}

impl<'t> Reader<'t> {
    fn read(&mut self) -> Result<(), String> {
        loop {
            if let Some(after) = self.rest.strip_prefix("<!--") {
                self.rest = comment(after)?;
            } else if let Some(after) = self.rest.strip_prefix("</") {
                self.rest = self.end_tag(after)?;
            } else if let Some(after) = self.rest.strip_prefix('<') {
                self.rest = self.start_tag(after)?;
            } else {
                self.rest = self.text()?;
            }
            if self.open.is_empty() {
                return if self.rest.is_empty() { Ok(()) } else { Err("must end with its div".to_owned()) };
            }
            if self.rest.is_empty() {
                return Err(format!("does not close <{}>", self.open.last().unwrap_or(&"div")));
            }
        }
    }

    fn text(&mut self) -> Result<&'t str, String> {
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        unescape(text, is_letter)?;
        self.says_something |= !text.trim().is_empty();
        Ok(rest)
    }

    fn start_tag(&mut self, after: &'t str) -> Result<&'t str, String> {
        let (name, mut rest) = split_name(after);
        if !ELEMENTS.contains(&name) {
            return Err(format!("has an element <{}> that narratives must not have (txt-1)", printable(name)));
        }
        let mut seen = Vec::new();
        loop {
            let trimmed = rest.trim_start();
            if let Some(rest) = trimmed.strip_prefix("/>") {
                self.says_something |= name == "img";
                self.check_root(name, &seen)?;
                return Ok(rest);
            }
            if let Some(rest) = trimmed.strip_prefix('>') {
                self.says_something |= name == "img";
                self.check_root(name, &seen)?;
                self.open.push(name);
                return if self.open.len() > DEPTH_MAX { Err("is nested too deep".to_owned()) } else { Ok(rest) };
            }
            if trimmed.len() == rest.len() {
                return Err(format!("has a malformed tag <{name}>"));
            }
            let attribute;
            (attribute, rest) = self.attribute(name, trimmed)?;
            if seen.contains(&attribute) {
                return Err(format!("has the attribute {attribute} twice in one <{name}>"));
            }
            seen.push(attribute);
        }
    }

    /// The outermost element is the one that says which language this is.
    fn check_root(&self, name: &str, attributes: &[&str]) -> Result<(), String> {
        let is_root = self.open.is_empty();
        if is_root && (name != "div" || !attributes.contains(&"xmlns")) {
            return Err("must be a div with xmlns=\"http://www.w3.org/1999/xhtml\"".to_owned());
        }
        Ok(())
    }

    fn attribute(&self, element: &str, text: &'t str) -> Result<(&'t str, &'t str), String> {
        let (name, rest) = split_name(text);
        if !ATTRIBUTES.contains(&name) {
            return Err(format!(
                "has an attribute {} in <{element}> that narratives must not have (txt-1)",
                printable(name)
            ));
        }
        let malformed = || format!("has a malformed attribute {name} in <{element}>");
        let rest = rest.trim_start().strip_prefix('=').ok_or_else(malformed)?.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'')).ok_or_else(malformed)?;
        let (value, rest) = rest[1..].split_once(quote).ok_or_else(malformed)?;
        if value.contains('<') {
            return Err(malformed());
        }
        // HTML 5 knows `&colon;` and `&Tab;`: in a value only entities whose meaning is certain here.
        let value = unescape(value, |_| false)?;
        if name == "xmlns" && value != "http://www.w3.org/1999/xhtml" {
            return Err("has an xmlns other than http://www.w3.org/1999/xhtml".to_owned());
        }
        if name == "style" {
            check_style(&value)?;
        }
        if ADDRESSES.contains(&name) && !is_safe_address(element, &value) {
            return Err(format!(
                "has an address in {name} of <{element}> that is not http, https, ftp, mailto, tel or local (txt-1)"
            ));
        }
        Ok((name, rest))
    }

    fn end_tag(&mut self, after: &'t str) -> Result<&'t str, String> {
        let (name, rest) = split_name(after);
        let rest = rest.trim_start().strip_prefix('>').ok_or("has a malformed end tag")?;
        match self.open.pop() {
            Some(open) if open == name => Ok(rest),
            Some(open) => Err(format!("closes <{open}> with </{}>", printable(name))),
            None => Err("must be one XHTML div".to_owned()),
        }
    }
}

/// After `<!--`. A `--` inside is where readers differ.
fn comment(after: &str) -> Result<&str, String> {
    let (inside, rest) = after.split_once("-->").ok_or("has a comment without an end")?;
    if inside.contains("--") || inside.starts_with('>') || inside.starts_with("->") || inside.ends_with('-') {
        return Err("has a malformed comment".to_owned());
    }
    Ok(rest)
}

fn split_name(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_'))).unwrap_or(text.len());
    text.split_at(end)
}

/// A name for a message: what stands there may be anything.
fn printable(name: &str) -> &str {
    let end = name.len().min(20);
    if name.is_empty() { "?" } else { &name[..end] }
}

/// The text with its entities resolved: those of XML, numbers, and what `also` takes.
fn unescape(text: &str, also: fn(&str) -> bool) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (name, next) = after.split_once(';').filter(|(name, _)| name.len() <= 10).ok_or("has a bare &")?;
        let code = match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix('x') {
                Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16).ok(),
                None if !digits.starts_with('+') => digits.parse().ok(),
                _ => None,
            },
            None => entity(name).or_else(|| also(name).then_some('\u{fffd}')).map(u32::from),
        };
        let c = code.and_then(char::from_u32).filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
        out.push(c.ok_or("has an entity that is not known")?);
        rest = next;
    }
    out.push_str(rest);
    if out.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r') && u32::from(c) < 0x80) {
        return Err("holds control characters".to_owned());
    }
    Ok(out)
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

/// The entities of HTML 4 are letters, signs and arrows: in a text, which one it is changes nothing.
fn is_letter(name: &str) -> bool {
    (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Styles must not run anything, nor load anything but a picture they hold themselves.
fn check_style(text: &str) -> Result<(), String> {
    let lower: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    // A backslash hides a word from this check; a comment splits one.
    let banned = ["expression(", "@import", "javascript:", "behavior:", "-moz-binding", "image-set(", "\\", "/*"];
    let loads = lower.split("url(").skip(1).any(|url| !is_picture(url.trim_start_matches(['"', '\''])));
    if loads || banned.iter().any(|word| lower.contains(word)) {
        return Err("has a style that loads or runs something (txt-1)".to_owned());
    }
    Ok(())
}

/// A picture in the address itself. SVG is left out: it can hold scripts.
fn is_picture(address: &str) -> bool {
    address.strip_prefix("data:image/").is_some_and(|kind| !kind.starts_with("svg"))
}

/// Browsers skip control characters and spaces when they look for a scheme: so does this.
fn is_safe_address(element: &str, address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let plain = plain.to_ascii_lowercase();
    match plain.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => match scheme {
            "http" | "https" | "ftp" | "mailto" | "tel" => true,
            "data" => element == "img" && is_picture(&plain),
            _ => false,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inside(text: &str) -> Result<(), String> {
        check(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>"))
    }

    #[test]
    fn plain_narratives_pass() {
        for good in [
            "狛犬",
            "<p>a &amp; b &lt; c &#xA0; &nbsp; &eacute;</p>",
            "<table class='grid' border=\"1\"><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>",
            "<a href=\"Patient/1\">x</a><a href=\"#t\">x</a><a href=\"https://example.org/?a=1&amp;b=javascript:\">x</a>",
            "<img src=\"data:image/png;base64,AAAA\" alt=\"a\"/>",
            "x<br/><hr /><!-- a note -->",
            "<span style=\"color: red; white-space: nowrap\">x</span>",
            "<td style=\"background: url( data:image/png;base64,AA )\">x</td>",
            "<b title='1 > 0'>x</b>",
        ] {
            assert_eq!(inside(good), Ok(()), "{good}");
        }
        assert_eq!(check(" <div xmlns='http://www.w3.org/1999/xhtml' lang=\"ja\">x</div>\n"), Ok(()));
    }

    #[test]
    fn what_runs_or_loads_is_refused() {
        for bad in [
            "<script>alert(1)</script>x",
            "<SCRIPT>x</SCRIPT>",
            "<p onclick=\"x()\">x</p>",
            "<img src=\"x\" onerror=\"x()\"/>",
            "<a href=\"javascript:x()\">x</a>",
            "<a href=\" java&#x09;script:x()\">x</a>",
            "<a href=\"java\nscript:x()\">x</a>",
            "<a href=\"&#106;avascript:x()\">x</a>",
            "<a href=\"JavaScript:x()\">x</a>",
            "<a href=\"javascript&colon;x()\">x</a>",
            "<a href=\"vbscript:x\">x</a>",
            "<a href=\"data:text/html,x\">x</a>",
            "<img src=\"data:image/svg+xml,x\"/>",
            "<a xlink:href=\"x\">x</a>",
            "<iframe src=\"x\">x</iframe>",
            "<object data=\"x\">x</object>",
            "<form action=\"x\">x</form>",
            "<input/>x",
            "<svg><p>x</p></svg>",
            "<math>x</math>",
            "<base href=\"x\"/>x",
            "<link rel=\"stylesheet\" href=\"x\"/>x",
            "<meta/>x",
            "<span style=\"background: url(http://x)\">x</span>",
            "<span style=\"background: url(data:image/png;base64,AA) URL ('//x')\">x</span>",
            "<span style=\"background: url(data:image/svg+xml,x)\">x</span>",
            "<span style=\"background: image-set('//x' 1x)\">x</span>",
            "<span style=\"width: expres\\73ion(1)\">x</span>",
            "<span style=\"width: ex/**/pression(1)\">x</span>",
            "<style><!-- </style><img src=\"x\" onerror=\"x()\"/> --></style>x",
        ] {
            assert!(inside(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_readers_differ_in_is_refused() {
        for bad in [
            "<p>x",
            "x</p>",
            "<b><i>x</b></i>",
            "a & b",
            "&bogus name;",
            "&#0;",
            "&#xFFFFFFFF;",
            "<p class=x>x</p>",
            "<p class>x</p>",
            "<p class=\"a\"class=\"b\">x</p>",
            "<p class=\"a\" class=\"b\">x</p>",
            "<p class=\"<\">x</p>",
            "<![CDATA[x]]>",
            "<?php x ?>x",
            "<!DOCTYPE html>x",
            "<!-- a -- b -->x",
            "<!--> x -->",
            "<!-- x",
            "< p>x</p>",
            "<p",
            "</div>x<div>",
            "\u{0}",
            "<p xmlns=\"http://www.w3.org/2000/svg\">x</p>",
        ] {
            assert!(inside(bad).is_err(), "{bad}");
        }
        for bad in ["", "x", "<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>", "<div>x</div>", "<divx>x</divx>"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn it_must_say_something() {
        assert!(inside("").is_err());
        assert!(inside(" <p> \n</p>").is_err());
        assert_eq!(inside("<img src=\"a.png\" alt=\"x\"/>"), Ok(()));
    }

    /// Well-formed narratives of what is allowed.
    fn narrative() -> impl Strategy<Value = String> {
        let text = prop_oneof![
            "[a-z狛犬 ]{1,6}",
            Just("&amp;".to_owned()),
            Just("&#x72db;".to_owned()),
            Just("<br/>".to_owned())
        ];
        let attribute = prop_oneof![
            Just(String::new()),
            "[a-z ]{0,5}".prop_map(|value| format!(" title=\"{value}\"")),
            "[a-z/#]{0,5}".prop_map(|value| format!(" href='{value}'")),
        ];
        text.prop_recursive(4, 16, 4, move |inner| {
            let element = prop::sample::select(&["p", "b", "table", "tr", "td", "span", "a", "ul", "li"][..]);
            (element, attribute.clone(), prop::collection::vec(inner, 0..4))
                .prop_map(|(element, attribute, inner)| format!("<{element}{attribute}>{}</{element}>", inner.concat()))
        })
    }

    const ATTACKS: [&str; 10] = [
        "<script>x</script>",
        "<img src=\"x\" onerror=\"x\"/>",
        "<a href=\"javascript:x\">x</a>",
        "<iframe src=\"x\"></iframe>",
        "<svg onload=\"x\"></svg>",
        "<style>x</style>",
        "<object></object>",
        "<base href=\"x\"/>",
        "<form></form>",
        "<p style=\"background:url(http://x)\">x</p>",
    ];

    proptest! {
        #[test]
        fn what_is_allowed_passes_and_with_an_attack_anywhere_does_not(text in narrative(), attack in prop::sample::select(&ATTACKS[..]), at in any::<prop::sample::Index>()) {
            prop_assert_eq!(inside(&format!("x{text}")), Ok(()));
            let places: Vec<usize> = text.char_indices().map(|(index, _)| index).chain([text.len()]).collect();
            let at = *at.get(&places);
            let attacked = format!("x{}{attack}{}", &text[..at], &text[at..]);
            prop_assert!(inside(&attacked).is_err(), "{}", attacked);
        }

        #[test]
        fn nothing_that_passes_holds_a_script_or_a_handler(text in "(<[a-z!/]{0,7}[ =\"'a-z:]{0,12}/?>|&[#x0-9a-z]{0,6};|[ a-z<>&\"'-]{0,6}){0,8}") {
            if inside(&text).is_ok() {
                let lower = text.to_ascii_lowercase();
                prop_assert!(!lower.contains("<script") && !lower.contains("<iframe") && !lower.contains("<svg"));
            }
        }
    }
}
