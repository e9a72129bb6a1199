//! What is learnt from floors whose truth is known.

use crate::synthetic::{TRUTH, Truth, aps, floor, powers, random, survey};
use wifi::calibrate::dataset::{Numbers, Site};
use wifi::calibrate::model::{Effort, Model};
use wifi::calibrate::parameters::Parameter;
use wifi::calibrate::process::{Estimate, FitError};
use wifi::evaluate::{Compared, Evaluation, Score, Verdicts};
use wifi::radio::Band;
use wifi::reading::Survey;

/// Errors on 60 new spots after learning from `spots`, for one floor.
fn tried(seed: u64, truth: Truth, spots: usize) -> (Model, Vec<Compared>) {
    let mut random = random(seed);
    let (floor, aps) = (floor(), aps(5, &mut random));
    let site = Site { floor: &floor, aps: &aps };
    let powers = powers(aps.len(), truth, &mut random);
    let test = survey(site, truth, 60, &mut random, &powers);
    let train = survey(site, truth, spots, &mut random, &powers);
    Evaluation::new(site, Band::Five, &train, &test).unwrap().surveyed(&train, Effort::default()).unwrap()
}

fn pooled(truth: Truth, spots: usize) -> Score {
    Score::of(&(0..4).flat_map(|seed| tried(seed, truth, spots).1).collect::<Vec<_>>()).unwrap()
}

#[test]
fn noise_is_told_from_signal() {
    let (model, pairs) = tried(7, TRUTH, 60);
    let noise = model.parameters.get(Parameter::Noise);
    assert!((2.2..3.6).contains(&noise), "{noise}");
    // Nothing better than the noise of a reading is possible, and little worse should be needed.
    let score = Score::of(&pairs).unwrap();
    assert!((2.4..4.2).contains(&score.rmse_db), "{score:?}");
}

#[test]
fn nine_of_ten_lie_in_the_interval_and_more_spots_are_better() {
    let scores = [8, 25, 80].map(|spots| pooled(TRUTH, spots));
    for score in &scores {
        assert!((0.82..0.97).contains(&score.interval_90), "{score:?}");
        assert!(score.bias_db.abs() < 1.5, "{score:?}");
    }
    assert!(scores[1].rmse_db < scores[0].rmse_db + 0.1 && scores[2].rmse_db < scores[1].rmse_db + 0.1, "{scores:?}");
}

#[test]
fn a_device_that_hears_less_does_not_move_the_map() {
    let deaf = pooled(Truth { device: 15.0, threshold: -110.0, ..TRUTH }, 40);
    let same = pooled(Truth { device: 0.0, threshold: -110.0, ..TRUTH }, 40);
    assert!((deaf.rmse_db - same.rmse_db).abs() < 0.6, "{deaf:?} {same:?}");
}

#[test]
fn silence_lowers_what_is_expected_there() {
    let mut random = random(3);
    let (floor, aps) = (floor(), aps(3, &mut random));
    let site = Site { floor: &floor, aps: &aps };
    // A hard floor at -62 dBm: most far links are silent.
    let truth = Truth { threshold: -62.0, ..TRUTH };
    let survey = survey(site, truth, 50, &mut random, &[0.0; 3]);
    let data = site.dataset(&survey, Band::Five, &mut Numbers::default()).unwrap();
    assert!(data.silent.len() > 20);
    let mean = |silent| {
        let model = Model::learn(&data, None, Effort { silent, ..Effort::default() }).unwrap();
        let all = model.estimate(&data.silent);
        all.iter().map(|e| e.mean).sum::<f64>() / all.len() as f64
    };
    let (without, with) = (mean(0), mean(600));
    assert!(with < without - 0.5, "{with} {without}");
}

#[test]
fn stray_readings_are_doubted() {
    let mut random = random(11);
    let (floor, aps) = (floor(), aps(5, &mut random));
    let site = Site { floor: &floor, aps: &aps };
    let mut walk = survey(site, TRUTH, 60, &mut random, &[0.0; 5]);
    // Every twentieth scan repeats what was heard under an access point.
    for visit in walk.visits.iter_mut().step_by(20) {
        visit.heard[0].level = (-5.0).try_into().unwrap();
    }
    let test = survey(site, TRUTH, 60, &mut random, &[0.0; 5]);
    let evaluation = Evaluation::new(site, Band::Five, &walk, &test).unwrap();
    let (model, pairs) = evaluation.surveyed(&walk, Effort::default()).unwrap();
    assert!(model.stray > 0.0);
    assert!(Score::of(&pairs).unwrap().rmse_db < 4.5);
}

#[test]
fn without_readings_there_is_an_error_and_no_map() {
    let (floor, aps) = (floor(), aps(2, &mut random(1)));
    let site = Site { floor: &floor, aps: &aps };
    let data = site.dataset(&Survey::default(), Band::Five, &mut Numbers::default()).unwrap();
    assert_eq!(Model::learn(&data, None, Effort::default()).err(), Some(FitError::Empty));
}

#[test]
fn a_score_says_how_far_off_how_biased_and_how_sure_it_was() {
    let pair = |measured, mean| Compared { measured, expected: Estimate { mean, sd: 2.0, sd_level: 1.0 } };
    // Errors of 3, -1, 4 and 0 dB; two within 1.645 times 2 dB and the 3 too; the third is on the wrong side of -65.
    let score = Score::of(&[pair(-50.0, -47.0), pair(-60.0, -61.0), pair(-67.0, -63.0), pair(-80.0, -80.0)]).unwrap();
    assert_eq!((score.pairs, score.bias_db, score.mae_db), (4, 1.5, 2.0));
    assert!((score.rmse_db - 6.5_f64.sqrt()).abs() < 1e-12);
    assert_eq!((score.interval_90, score.pass_fail), (0.75, 0.75));
    assert_eq!(Score::of(&[]), None);
    assert_eq!(Verdicts { pairs: 4, right: 3 }.share(), 0.75);
    assert_eq!(Verdicts::default().share(), 0.0);
}
