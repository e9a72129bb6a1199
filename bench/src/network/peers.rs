use super::Line;
use crate::Done;
pub(super) fn measure(_devices: usize) -> Done<Vec<Line>> {
    Ok(vec![])
}
