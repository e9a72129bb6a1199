//! Where the walk is, kept on the stack and written out only when there is something to say.

use std::fmt;

/// One step of a FHIRPath-like expression and the steps before it.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    name: &'p str,
    index: Option<usize>,
}

impl<'p> Path<'p> {
    /// The resource itself.
    pub(super) fn root(resource_type: &'p str) -> Self {
        Self { parent: None, name: resource_type, index: None }
    }

    /// An element in here.
    pub(super) fn element(&'p self, name: &'p str) -> Self {
        Self { parent: Some(self), name, index: None }
    }

    /// The index, when this is an item of an array.
    pub(super) fn index(&self) -> Option<usize> {
        self.index
    }

    /// Whether this is an item of `contained`.
    pub(super) fn is_contained(&self) -> bool {
        self.name == "contained"
    }

    /// The item of that index, when this element is an array.
    pub(super) fn item(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(out, "{parent}.")?;
        }
        out.write_str(self.name)?;
        match self.index {
            Some(index) => write!(out, "[{index}]"),
            None => Ok(()),
        }
    }
}
