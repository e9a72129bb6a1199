//! Losses of slabs against the values computed independently from the same table of ITU-R P.2040.

use wifi::material::{Material, slab_loss};
use wifi::radio::Band;

/// Material, metres, dB at 2.45, 5.5 and 6.2 GHz.
const GOLDEN: &[(Material, f64, [f64; 3])] = &[
    (Material::Plasterboard, 0.0125, [1.2, 1.3, 1.1]),
    (Material::Plasterboard, 0.025, [1.4, 1.9, 2.0]),
    (Material::Wood, 0.035, [0.9, 1.7, 1.8]),
    (Material::Glass, 0.006, [1.9, 3.1, 2.9]),
    (Material::Brick, 0.1, [3.5, 3.7, 3.8]),
    (Material::Concrete, 0.1, [8.2, 14.1, 15.3]),
    (Material::Concrete, 0.15, [11.6, 20.2, 22.0]),
    (Material::Concrete, 0.2, [14.9, 26.2, 28.5]),
    (Material::Plywood, 0.012, [4.9, 4.7, 4.6]),
];

#[test]
fn slabs_cost_what_the_table_says() {
    for &(material, metres, expected) in GOLDEN {
        let (electric, _) = material.slab().expect("a slab");
        for (ghz, db) in [2.45, 5.5, 6.2].into_iter().zip(expected) {
            let loss = slab_loss(electric, metres, ghz).0;
            assert!((loss - db).abs() <= 0.25, "{material:?} {metres} m at {ghz} GHz costs {loss:.2} dB, not {db}");
        }
    }
}

#[test]
fn every_material_costs_something_and_metal_more_than_a_partition() {
    for band in Band::ALL {
        assert!(Material::ALL.iter().all(|&m| m == Material::Clutter || m.prior_loss(band).0 > 0.5));
        assert!(Material::Metal.prior_loss(band).0 > 2.0 * Material::Plasterboard.prior_loss(band).0);
    }
}
