//! What a clinic meant its network to let through, compiled to the routers clinics own, read back from their
//! configuration texts, and compared as exact sets of packets.
//!
//! Pure: text and policy come in, text and proofs come out.

pub mod router;
pub mod packet;
pub mod proof;
pub mod rtx;
