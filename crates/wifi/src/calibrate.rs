//! Learn a floor from a survey.

pub mod bfgs;
pub mod kernel;
pub mod process;
