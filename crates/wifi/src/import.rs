//! Drawings (CSV, DXF, SVG), access points and readings (CSV). Text in, checked values out; nothing is guessed and nothing dropped
//! without an error that names line and column.

pub mod aps;
pub mod drawing;
pub mod dxf;
pub mod lines;
pub mod readings;
pub mod svg;
mod table;

pub use table::ImportError;
