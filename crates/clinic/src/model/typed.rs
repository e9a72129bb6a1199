//! The file as it was typed: TOML whose every value knows its line. Nothing here knows what a clinic is.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use toml_edit::{Document, Item, TableLike, Value};

use super::line::Line;
use super::problem::{NotAClinic, Problem, Wanted, What, near};

/// Longest text of a clinic, in bytes: some 3,000 devices with their flows.
pub const TEXT_LEN_MAX: usize = 1 << 20;
/// Longest single value, in bytes.
const VALUE_LEN_MAX: usize = 1000;

/// The parsed text, and what was found wrong with it so far.
pub(super) struct Typed {
    document: Document<String>,
    lines: Lines,
    problems: RefCell<Vec<Problem>>,
}

impl Typed {
    pub(super) fn parse(text: &str) -> Result<Self, NotAClinic> {
        let problem = |line, what| NotAClinic(vec![Problem { line, what }]);
        if text.len() > TEXT_LEN_MAX {
            return Err(problem(Line(1), What::TooLong { len: text.len() }));
        }
        let lines = Lines::of(text);
        let document = Document::parse(text.to_owned()).map_err(|error| {
            let line = lines.at(error.span().map_or(0, |span| span.start));
            problem(line, What::Toml { message: error.message().replace('\n', "; ") })
        })?;
        Ok(Self { document, lines, problems: RefCell::default() })
    }

    pub(super) fn top(&self) -> Fields<'_> {
        Fields {
            typed: self,
            table: self.document.as_table(),
            line: Line(1),
            place: "ファイル (file)",
            asked: Vec::new(),
            quiet: false,
        }
    }

    pub(super) fn complain(&self, line: Line, what: What) {
        self.problems.borrow_mut().push(Problem { line, what });
    }

    /// All complaints, in order of lines.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line.0);
        problems
    }
}

/// Byte offsets to lines.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect())
    }

    fn at(&self, offset: usize) -> Line {
        Line(u32::try_from(self.0.partition_point(|newline| *newline < offset) + 1).unwrap_or(u32::MAX))
    }
}

/// A text with its line.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: Line,
}

/// A table being read key by key. What is not asked for is unknown.
pub(super) struct Fields<'a> {
    pub(super) typed: &'a Typed,
    table: &'a dyn TableLike,
    /// Where the table begins.
    pub(super) line: Line,
    place: &'static str,
    asked: Vec<&'static str>,
    quiet: bool,
}

pub(super) const TEXT: Wanted =
    ("引用符で囲んだ文字列(改行なし、1〜1000 バイト)", "a quoted text without line breaks, 1 to 1000 bytes");

impl<'a> Fields<'a> {
    fn item(&mut self, key: &'static str) -> Option<(&'a Item, Line)> {
        self.asked.push(key);
        let item = self.table.get(key).filter(|item| !item.is_none())?;
        let span = self.table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
        Some((item, span.map_or(self.line, |span| self.typed.lines.at(span.start))))
    }

    /// The same table for a first look, whose complaints the second will make.
    pub(super) fn quietly(self) -> Self {
        Self { quiet: true, ..self }
    }

    pub(super) fn complain(&self, line: Line, what: What) {
        if !self.quiet {
            self.typed.complain(line, what);
        }
    }

    fn unfit(&self, line: Line, key: &str, item: &dyn std::fmt::Display, wanted: Wanted) {
        let mut value = item.to_string().trim().replace('\n', " ");
        if let Some((cut, _)) = value.char_indices().nth(60) {
            value.truncate(cut);
            value.push('…');
        }
        self.complain(line, What::Unfit { key: key.to_owned(), value, wanted, near: None });
    }

    /// Says that a key is not there.
    pub(super) fn required<T>(&self, key: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() && self.table.get(key).is_none() {
            self.complain(self.line, What::Missing { key, place: self.place });
        }
        value
    }

    fn read<T>(&mut self, key: &'static str, wanted: Wanted, read: impl Fn(&Value) -> Option<T>) -> Option<At<T>> {
        let (item, line) = self.item(key)?;
        let value = item.as_value().and_then(read);
        if value.is_none() {
            self.unfit(line, key, item, wanted);
        }
        Some(At { value: value?, line })
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<At<String>> {
        self.read(key, TEXT, text_of)
    }

    /// A text that must be there and be of a form.
    pub(super) fn needed<T>(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.parsed(key, wanted, parse);
        self.required(key, value).map(|at| at.value)
    }

    /// A text of a form, if it is there.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<At<T>> {
        self.read(key, wanted, |value| parse(&text_of(value)?))
    }

    /// One of a list of words, if it is there.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let typed = self.text(key)?;
        let found = all.iter().copied().find(|each| word(*each) == typed.value);
        if found.is_none() {
            let near = near(&typed.value, all.iter().map(|each| word(*each)));
            let value = format!("\"{}\"", typed.value);
            self.complain(typed.line, What::Unfit { key: key.to_owned(), value, wanted, near });
        }
        found
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.read(key, ("true か false", "true or false"), Value::as_bool).map(|at| at.value)
    }

    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<i64>,
        wanted: Wanted,
    ) -> Option<At<T>> {
        self.read(key, wanted, |value| {
            value.as_integer().filter(|n| range.contains(n)).and_then(|n| T::try_from(n).ok())
        })
    }

    pub(super) fn date(&mut self, key: &'static str) -> Option<Date> {
        let wanted = ("日付(例 2027-03-31、引用符なし)", "a date (such as 2027-03-31, without quotes)");
        self.read(key, wanted, |value| {
            let typed = value.as_datetime()?;
            let day = typed.date.filter(|_| typed.time.is_none() && typed.offset.is_none())?;
            Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
        })
        .map(|at| at.value)
    }

    /// Metres, to the millimetre.
    pub(super) fn millimetres(&mut self, key: &'static str, range: RangeInclusive<i32>, wanted: Wanted) -> Option<u32> {
        self.read(key, wanted, |value| millimetres(value).filter(|mm| range.contains(mm)))
            .and_then(|at| u32::try_from(at.value).ok())
    }

    /// `[x, y]` in metres.
    pub(super) fn pair(&mut self, key: &'static str, wanted: Wanted) -> Option<(i32, i32)> {
        self.read(key, wanted, pair).map(|at| at.value)
    }

    /// `[[x, y], …]` in metres.
    pub(super) fn pairs(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        count: RangeInclusive<usize>,
    ) -> Option<Vec<(i32, i32)>> {
        self.read(key, wanted, |value| {
            let array = value.as_array().filter(|array| count.contains(&array.len()))?;
            array.iter().map(pair).collect()
        })
        .map(|at| at.value)
    }

    /// A text or a list of texts, each of a form, none twice.
    pub(super) fn list<T: PartialEq>(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<At<T>> {
        let Some((item, line)) = self.item(key) else { return Vec::new() };
        let one;
        let values: Vec<&Value> = match item.as_value() {
            Some(Value::Array(array)) => array.iter().collect(),
            Some(value) => {
                one = value;
                vec![one]
            }
            None => {
                self.unfit(line, key, item, wanted);
                return Vec::new();
            }
        };
        let mut list: Vec<At<T>> = Vec::new();
        for value in values {
            let line = value.span().map_or(line, |span| self.typed.lines.at(span.start));
            match text_of(value).and_then(|text| parse(&text)) {
                Some(parsed) if list.iter().any(|each| each.value == parsed) => {
                    let value = text_of(value).unwrap_or_default();
                    self.complain(line, What::Repeated { key, value });
                }
                Some(parsed) => list.push(At { value: parsed, line }),
                None => self.unfit(line, key, value, wanted),
            }
        }
        list
    }

    /// Such a list that must have something in it.
    pub(super) fn needed_list<T: PartialEq>(
        &mut self,
        key: &'static str,
        wanted: Wanted,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<At<T>> {
        let list = self.list(key, wanted, parse);
        match self.item(key) {
            Some((item, line)) if item.as_array().is_some_and(toml_edit::Array::is_empty) => {
                self.unfit(line, key, item, wanted);
            }
            Some(_) => {}
            None => drop(self.required::<()>(key, None)),
        }
        list
    }

    /// The tables of `[[key]]`, or of a list of inline tables.
    pub(super) fn rows(&mut self, key: &'static str, place: &'static str) -> Vec<Fields<'a>> {
        let Some((item, line)) = self.item(key) else { return Vec::new() };
        let row = |table: &'a dyn TableLike, span: Option<std::ops::Range<usize>>| Fields {
            typed: self.typed,
            table,
            line: span.map_or(line, |span| self.typed.lines.at(span.start)),
            place,
            asked: Vec::new(),
            quiet: self.quiet,
        };
        let rows: Option<Vec<Fields<'a>>> = match item {
            Item::ArrayOfTables(tables) => Some(tables.iter().map(|t| row(t, t.span())).collect()),
            Item::Value(Value::Array(array)) => {
                array.iter().map(|value| value.as_inline_table().map(|t| row(t, value.span()))).collect()
            }
            _ => None,
        };
        rows.unwrap_or_else(|| {
            self.unfit(line, key, item, ("[[…]] の表", "[[…]] tables"));
            Vec::new()
        })
    }

    /// The table of `[key]`, which must be there.
    pub(super) fn table(&mut self, key: &'static str, place: &'static str) -> Option<Fields<'a>> {
        let Some((item, line)) = self.item(key) else {
            self.complain(self.line, What::Missing { key, place: self.place });
            return None;
        };
        let Some(table) = item.as_table_like() else {
            self.unfit(line, key, item, ("[…] の表", "a [...] table"));
            return None;
        };
        Some(Fields { typed: self.typed, table, line, place, asked: Vec::new(), quiet: self.quiet })
    }

    /// Complains of every key that was not asked for.
    pub(super) fn finish(&self) {
        for (key, item) in self.table.iter().filter(|(key, _)| !self.asked.contains(key)) {
            let span = self.table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span());
            let line = span.map_or(self.line, |span| self.typed.lines.at(span.start));
            let near = near(key, self.asked.iter().copied());
            self.complain(line, What::UnknownKey { key: key.to_owned(), place: self.place, near });
        }
    }
}

/// Texts end up in comments of router configurations, where a line break would begin a command.
fn text_of(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    let is_fit = !text.is_empty()
        && text.len() <= VALUE_LEN_MAX
        && !text.chars().any(|c| {
            c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
    is_fit.then(|| text.to_owned())
}

/// Within a kilometre, to the millimetre.
fn millimetres(value: &Value) -> Option<i32> {
    const METRES_MAX: f64 = 1000.0;
    #[expect(clippy::cast_precision_loss, reason = "only numbers up to 1000 are kept")]
    let metres = value.as_float().or_else(|| value.as_integer().map(|n| n as f64))?;
    #[expect(clippy::cast_possible_truncation, reason = "at most a million")]
    (metres.abs() <= METRES_MAX).then(|| (metres * 1000.0).round() as i32)
}

fn pair(value: &Value) -> Option<(i32, i32)> {
    let array = value.as_array()?;
    match (array.len(), array.get(0), array.get(1)) {
        (2, Some(x), Some(y)) => Some((millimetres(x)?, millimetres(y)?)),
        _ => None,
    }
}
