//! Tests of predicting, surveying and calibrating Wi-Fi.

mod material;
