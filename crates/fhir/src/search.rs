//! Search: what a resource is found by ([`value`]) and what is asked ([`query`]).

mod error;
mod extract;
mod leaf;
pub mod params;
pub mod parse;
mod path;
pub mod quantity;
pub mod query;
mod text;
pub(crate) mod time;
pub mod value;

pub use error::{Problem, SearchError};
pub use extract::{extract, patient_of};
pub use params::{Kind, ParamDef, def, find, params};
pub use parse::parse;
pub use query::{Filter, Match, Query};
pub use value::{Indexed, Param, Target, Value};
