//! `_summary` and `_elements`: how much of a resource is sent.

use std::borrow::Cow;

use fhir::Resource;
use fhir::search::query::View;
use store::Stored;

use crate::Error;

/// The bytes to send: the stored ones as they are unless only a part was asked for.
pub(crate) fn show<'s>(view: &View, stored: &'s Stored) -> Result<Cow<'s, [u8]>, Error> {
    match view {
        View::Whole | View::Count => Ok(Cow::Borrowed(&stored.json)),
        part => Ok(Cow::Owned(fhir::view::view(Resource::parse(&stored.json)?, part).to_vec())),
    }
}
