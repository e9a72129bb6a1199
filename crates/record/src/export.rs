//! Bulk export.

/// Exports under way.
#[derive(Debug, Default)]
pub(crate) struct Jobs;
