//! Which walls the straight line from an access point to a spot passes.

use crate::geometry::{Point, Segment};

/// Whether the open segments cross. Touching an end counts once per wall chain: the half-open rule takes the first
/// end of a wall and not the second, so a line through a corner of two walls passes one of them, not both or none.
#[must_use]
pub fn crosses(ray: Segment, wall: Segment) -> bool {
    let side = |s: Segment, p: Point| (s.b.x - s.a.x) * (p.y - s.a.y) - (s.b.y - s.a.y) * (p.x - s.a.x);
    let a = side(ray, wall.a) >= 0.0;
    let b = side(ray, wall.b) >= 0.0;
    a != b && side(wall, ray.a) * side(wall, ray.b) < 0.0
}
