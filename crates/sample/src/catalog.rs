//! What the sample draws from. Codes of open lists stand here as data; where a code was not to hand a text stands
//! instead, as a clinic would write it.

pub(crate) mod diseases;
pub(crate) mod drugs;
pub(crate) mod episodes;
pub(crate) mod labs;
pub(crate) mod names;
pub(crate) mod places;
pub(crate) mod vaccines;
