//! Sign-in.
pub mod device;
pub mod origin;
pub mod password;
pub mod secret;
pub mod throttle;
