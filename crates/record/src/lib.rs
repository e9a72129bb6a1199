//! The one create, read, update and search; finalise, amend, merge, bundles, import.
