//! Search: what a resource is found by ([`value`]) and what is asked ([`query`]).

pub mod query;
pub mod value;
