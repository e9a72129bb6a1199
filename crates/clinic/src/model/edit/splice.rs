//! The text, and where its tables and values stand.

use std::ops::Range;

use toml_edit::{ArrayOfTables, Document, Item, Table};

use super::super::line::Line;
use super::super::problem::{NotAClinic, Problem, What};
use super::fields::Written;
use super::{EditError, Fields};

/// A text and the splices to be made in it.
pub(super) struct Source<'a> {
    text: &'a str,
    document: Document<String>,
    newline: &'static str,
    /// Byte ranges with what takes their place; they do not overlap.
    splices: Vec<(Range<usize>, String)>,
}

impl<'a> Source<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, EditError> {
        let document = Document::parse(text.to_owned()).map_err(|error| {
            let what = What::Toml { message: error.message().to_owned() };
            EditError::Before(NotAClinic(vec![Problem { line: Line(1), what }]))
        })?;
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Ok(Self { text, document, newline, splices: Vec::new() })
    }

    /// The text with all splices made.
    pub(super) fn finish(mut self) -> String {
        // At one place, what is new stands before what is taken out, in the order it was asked for.
        self.splices.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len());
        let mut from = 0;
        for (range, new) in &self.splices {
            text.push_str(&self.text[from..range.start]);
            text.push_str(new);
            from = range.end;
        }
        text.push_str(&self.text[from..]);
        text
    }

    /// A new table, after the last of its kind or at the end.
    pub(super) fn add(&mut self, kind: &'static str, fields: &Fields) -> Result<(), EditError> {
        let last = self
            .tables(kind)?
            .and_then(|tables| tables.iter().filter_map(|table| self.block(table)).map(|block| block.end).max());
        let at = last.unwrap_or(self.text.len());
        let mut block = String::new();
        if !self.text[..at].is_empty() && !self.text[..at].ends_with('\n') {
            block.push_str(self.newline);
        }
        block.push_str(&format!("{0}[[{kind}]]{0}", self.newline));
        for (key, written) in fields {
            if let Written::Value(value) = written {
                block.push_str(&self.statement(key, value));
            }
        }
        self.splices.push((at..at, block));
        Ok(())
    }

    /// The keys of a table that differ between two ways of writing it.
    pub(super) fn change(&mut self, kind: &'static str, id: &str, old: &Fields, new: &Fields) -> Result<(), EditError> {
        let table = self.find(kind, id)?;
        let header = table.span().map_or(0, |span| self.line_end(span.start));
        let mut splices = Vec::new();
        // Where a key that is new is put: behind the one that comes before it.
        let mut behind = header;
        for ((key, before), (_, after)) in old.iter().zip(new) {
            let here = table.key(key).and_then(toml_edit::Key::span).zip(table.get(key).and_then(Item::span));
            let Some((key_span, value)) = here else {
                if let Written::Value(value) = after {
                    splices.push((behind..behind, self.statement(key, value)));
                }
                continue;
            };
            let lines = self.line_start(key_span.start)..self.line_end(value.end);
            behind = lines.end;
            match after {
                _ if before == after => {}
                Written::Nothing => splices.push((lines, String::new())),
                // `medical` is meant as it stands only beside its kind.
                Written::Value(text) | Written::Default(text) => splices.push((value, text.clone())),
            }
        }
        // The last line of the file may lack its end.
        for (range, new) in &mut splices {
            if range.start == self.text.len() && range.end == range.start && !self.text.ends_with('\n') {
                *new = format!("{}{}", self.newline, new.trim_end());
            }
        }
        self.splices.extend(splices);
        Ok(())
    }

    /// A table, the comments that lean on it, and one empty line.
    pub(super) fn remove(&mut self, kind: &'static str, id: &str) -> Result<(), EditError> {
        let table = self.find(kind, id)?;
        let Some(mut block) = self.block(table) else { return Ok(()) };
        while let Some(above) = block.start.checked_sub(1).map(|end| self.line_start(end)) {
            if !self.text[above..block.start].trim_start().starts_with('#') {
                break;
            }
            block.start = above;
        }
        let next = self.line_end(block.end);
        if self.text[block.end..next].trim().is_empty() {
            block.end = next;
        }
        self.splices.push((block, String::new()));
        Ok(())
    }

    fn statement(&self, key: &str, value: &str) -> String {
        format!("{key} = {value}{}", self.newline)
    }

    fn tables(&self, kind: &'static str) -> Result<Option<&ArrayOfTables>, EditError> {
        match self.document.as_table().get(kind) {
            None => Ok(None),
            Some(Item::ArrayOfTables(tables)) => Ok(Some(tables)),
            Some(item) => {
                let before = &self.text[..item.span().map_or(0, |span| span.start)];
                let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
                Err(EditError::Inline { kind, line: Line(line) })
            }
        }
    }

    fn find(&self, kind: &'static str, id: &str) -> Result<&Table, EditError> {
        let is_it = |table: &&Table| table.get("id").and_then(Item::as_str).is_some_and(|typed| typed.trim() == id);
        let found = self.tables(kind)?.and_then(|tables| tables.iter().find(is_it));
        found.ok_or(EditError::Inline { kind, line: Line(1) })
    }

    /// The lines of a table, from its header to its last value.
    fn block(&self, table: &Table) -> Option<Range<usize>> {
        let header = table.span()?;
        let values = table.iter().filter_map(|(_, item)| item.span()).map(|span| span.end);
        let header_end = self.line_end(header.start);
        let end = values.map(|end| self.line_end(end)).max().unwrap_or(header_end).max(header_end);
        Some(self.line_start(header.start)..end)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Behind the line's end.
    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline + 1)
    }
}
