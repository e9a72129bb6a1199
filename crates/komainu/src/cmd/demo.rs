//! `komainu demo`: the sample clinic, to look at and to measure.

use crate::cli::Demo;
use crate::failure::Done;

pub(crate) async fn demo(_args: Demo) -> Done {
    Ok(())
}
