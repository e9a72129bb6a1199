//! Learn a floor from a survey.

mod bfgs;
pub mod dataset;
pub mod detection;
mod kernel;
pub mod learn;
pub mod link;
pub mod model;
pub mod parameters;
pub mod process;

/// The normal distribution's 95th percentile: nine of ten lie within this many standard deviations.
pub const Z90: f64 = 1.644_853_6;
