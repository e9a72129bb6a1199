//! Lines of a drawing: `class,x1,y1,x2,y2` in metres, other columns ignored.

use super::table::{ImportError, Table};
use crate::geometry::{MAX_SIDE, MAX_WALLS, Point, Segment, Wall};
use crate::material::Material;

/// What a class of lines stands for; `None` for lines that stand for nothing solid (hatching, dimensions).
///
/// A drawing draws a wall by its faces, so most walls are two lines: calibration learns what one line costs here.
#[must_use]
pub fn material(class: &str) -> Option<Material> {
    Some(match class {
        "wall" => Material::Unknown,
        "window" | "glass" => Material::Glass,
        "elevator" | "metal" => Material::Metal,
        "concrete" => Material::Concrete,
        "brick" => Material::Brick,
        "plasterboard" => Material::Plasterboard,
        "wood" => Material::Wood,
        "plywood" => Material::Plywood,
        // Steps, fixtures and shelves: many lines, none of them a wall.
        "stair" | "toilet" | "cabinet" | "furniture" => Material::Clutter,
        _ => return None,
    })
}

/// The walls of a drawing.
///
/// # Errors
/// A missing column, a coordinate that is no number or further than a building reaches, more than [`MAX_WALLS`].
pub fn read(text: &[u8]) -> Result<Vec<Wall>, ImportError> {
    let table = Table::read(text)?;
    let class = table.column("class")?;
    let ends = [table.column("x1")?, table.column("y1")?, table.column("x2")?, table.column("y2")?];
    let mut walls = Vec::new();
    for line in table.rows() {
        let mut at = [0.0; 4];
        for (value, column) in at.iter_mut().zip(ends) {
            *value = line.number(column, -10.0 * MAX_SIDE, 10.0 * MAX_SIDE, "m")?;
        }
        let Some(material) = material(&line.text(class)?) else { continue };
        if walls.len() == MAX_WALLS {
            return Err(ImportError::TooLarge { what: format!("more than {MAX_WALLS} walls") });
        }
        let [x1, y1, x2, y2] = at;
        walls.push(Wall { segment: Segment::new(Point::new(x1, y1), Point::new(x2, y2)), material });
    }
    Ok(walls)
}
