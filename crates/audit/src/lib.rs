//! The audit log as an RFC 6962 tree with Ed25519 checkpoints; verify.
