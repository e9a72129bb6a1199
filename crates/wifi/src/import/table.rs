//! A CSV table with named columns, limits, and errors that say where.

use csv::{ByteRecord, ReaderBuilder};

/// A file larger than this is no survey of one building.
pub(super) const MAX_BYTES: usize = 64 << 20;
/// More rows than any drawing or survey of one floor.
const MAX_ROWS: usize = 500_000;
/// A longer field is no number and no name.
const MAX_FIELD: usize = 200;

/// Why a table is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// No rows.
    #[error("the file has no rows after its header; check that it is the right one")]
    Empty,
    /// Too large to be meant.
    #[error("the file is too large ({what}); split it by floor")]
    TooLarge {
        /// What is too much.
        what: String,
    },
    /// Not CSV.
    #[error("line {line}: the row cannot be read as CSV: {why}; save the table again as CSV in UTF-8")]
    Broken {
        /// Line in the file, from 1.
        line: u64,
        /// The reader's words.
        why: String,
    },
    /// Something in a drawing that cannot be.
    #[error("line {line}: {why}")]
    Drawing {
        /// Line in the file, from 1.
        line: u64,
        /// What is wrong and what would be right.
        why: String,
    },
    /// No layer stands for walls.
    #[error("no layer of the drawing stands for walls; say which does. It has: {layers}")]
    NoLayer {
        /// Those that are there, some of them.
        layers: String,
    },
    /// A column that is needed.
    #[error("the header has no column \"{column}\"; it has: {present}")]
    NoColumn {
        /// The name.
        column: &'static str,
        /// Those that are there.
        present: String,
    },
    /// A value that cannot be.
    #[error("line {line}, column \"{column}\": {why}")]
    Value {
        /// Line in the file, from 1.
        line: u64,
        /// The column's name.
        column: &'static str,
        /// What is wrong and what would be right.
        why: String,
    },
}

/// Where columns are.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<(u64, ByteRecord)>,
}

impl Table {
    pub(super) fn read(text: &[u8]) -> Result<Self, ImportError> {
        if text.len() > MAX_BYTES {
            return Err(ImportError::TooLarge { what: format!("{} bytes, at most {MAX_BYTES}", text.len()) });
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut reader = ReaderBuilder::new().from_reader(text);
        let broken = |error: &csv::Error| ImportError::Broken {
            line: error.position().map_or(1, csv::Position::line),
            why: error.to_string().chars().take(MAX_FIELD).collect(),
        };
        let header = reader.byte_headers().map_err(|e| broken(&e))?.iter().map(show).collect();
        let mut rows = Vec::new();
        for row in reader.byte_records() {
            let row = row.map_err(|e| broken(&e))?;
            if rows.len() == MAX_ROWS {
                return Err(ImportError::TooLarge { what: format!("more than {MAX_ROWS} rows") });
            }
            rows.push((row.position().map_or(0, csv::Position::line), row));
        }
        if rows.is_empty() { Err(ImportError::Empty) } else { Ok(Self { header, rows }) }
    }

    /// Which column bears this name, if one does.
    pub(super) fn optional(&self, name: &'static str) -> Option<Column> {
        self.header.iter().position(|h| h == name).map(|index| Column { index, name })
    }

    /// Which column bears this name.
    pub(super) fn column(&self, name: &'static str) -> Result<Column, ImportError> {
        self.optional(name).ok_or_else(|| ImportError::NoColumn { column: name, present: self.header.join(", ") })
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|(number, row)| Line { number: *number, row })
    }
}

#[derive(Clone, Copy)]
pub(super) struct Column {
    index: usize,
    pub(super) name: &'static str,
}

#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    number: u64,
    row: &'a ByteRecord,
}

impl Line<'_> {
    pub(super) fn wrong(self, column: Column, why: impl Into<String>) -> ImportError {
        ImportError::Value { line: self.number, column: column.name, why: why.into() }
    }

    /// A text that is not empty.
    pub(super) fn text(self, column: Column) -> Result<String, ImportError> {
        let bytes = self.row.get(column.index).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| self.wrong(column, "the text is not UTF-8"))?.trim();
        match text.len() {
            0 => Err(self.wrong(column, "the field is empty")),
            1..=MAX_FIELD => Ok(text.to_owned()),
            long => Err(self.wrong(column, format!("{long} bytes are too long for this field"))),
        }
    }

    /// A text that can stand in a message and on a screen.
    pub(super) fn name(self, column: Column) -> Result<String, ImportError> {
        let text = self.text(column)?;
        if text.chars().any(char::is_control) {
            return Err(self.wrong(column, "a name cannot hold control characters"));
        }
        Ok(text)
    }

    /// A number within `low..=high`; `unit` is told in the error.
    pub(super) fn number(self, column: Column, low: f64, high: f64, unit: &str) -> Result<f64, ImportError> {
        let text = self.text(column)?;
        let number: f64 =
            text.parse().map_err(|_| self.wrong(column, format!("\"{}\" is no number", show(text.as_bytes()))))?;
        if (low..=high).contains(&number) {
            Ok(number)
        } else {
            Err(self.wrong(column, format!("{number} is outside {low} to {high} {unit}")))
        }
    }
}

/// Foreign bytes as they may stand in a message: short and printable.
pub(super) fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(40).map(|c| if c.is_control() { '·' } else { c }).collect()
}
