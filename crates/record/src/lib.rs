//! The one create, read, update and search; finalise, amend, merge, bundles, import.
//!
//! Every path — REST, bundle, import, the page — ends in these functions of [`Record`], and these alone touch
//! records: `create`, `read`, `vread`, `update`, `update_where`, `patch`, `patch_where`, `delete`, `delete_where`,
//! `search`, `history`, `everything`, `lastn`, `validate`, `bundle`, `finalise`, `amend`, `merge`, `unmerge`,
//! `export_*`, `import`. Beside them [`charts`]: closed charts. All that write do it through one private function, `write::apply`, inside one write job.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod bundle;
mod changes;
pub mod charts;
mod check;
mod consent;
mod ctx;
mod error;
mod everything;
mod export;
mod finalise;
mod id;
mod idempotency;
pub mod import;
mod instance;
mod merge;
mod record;
mod search;
pub mod url;
mod view;
mod write;

pub use changes::Changed;
pub use consent::DUTY_SYSTEM;
pub use ctx::Ctx;
pub use error::{Error, ErrorKind};
pub use export::Reader;
pub use finalise::{STAMP_URL, is_finalisable, stamp_of};
pub use idempotency::Key;
pub use record::{Limits, Options, Record};
pub use search::{Found, Scope, Versions, etag};
pub use write::{Done, Patch, Precondition, Status};
