//! Predict, survey and calibrate Wi-Fi levels on a floor; everything with its uncertainty.
//!
//! A [`geometry::Floor`] has walls of a [`material::Material`], a [`radio::AccessPoint`] hangs on it, a
//! [`reading::Survey`] was measured on it. Nothing here does IO or reads the clock.

pub mod building;
pub mod calibrate;
pub mod causes;
pub mod crossing;
pub mod evaluate;
pub mod geometry;
pub mod import;
pub mod japan;
pub mod map;
pub mod material;
pub mod place;
pub mod predict;
pub mod propagation;
pub mod radio;
pub mod reading;
pub mod room;
