//! What level reaches where, before or without a survey: the law of [`crate::propagation`] on a grid.

mod approx;
pub mod field;
pub mod outlook;
mod shadow;
