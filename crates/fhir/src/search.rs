//! Search: what a resource is found by ([`value`]) and what is asked ([`query`]).

mod extract;
mod leaf;
pub mod params;
mod path;
pub mod quantity;
pub mod query;
mod text;
pub(crate) mod time;
pub mod value;

pub use extract::{extract, patient_of};
pub use params::{Kind, ParamDef, def, find, params};
pub use value::{Indexed, Param, Target, Value};
