//! Scores of the model on parts of a survey that it has not seen: `cv LINES APS TRAIN BAND WHAT`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for the bench")]

use wifi::calibrate::dataset::Site;
use wifi::calibrate::model::Effort;
use wifi::evaluate::{Evaluation, Score};
use wifi::geometry::{Bounds, Floor, Storey};
use wifi::import::{aps, lines, readings};
use wifi::reading::Survey;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |i: usize| std::fs::read(&args[i]).unwrap();
    let walls = lines::read(&read(1)).unwrap();
    let bounds = Bounds::around(walls.iter().flat_map(|w| [w.segment.a, w.segment.b])).unwrap();
    let floor = Floor::new(walls, bounds, Storey::default()).unwrap();
    let aps = aps::read(&read(2)).unwrap();
    let survey = readings::read(&read(3)).unwrap();
    let band = args[4].parse().unwrap();
    let site = Site { floor: &floor, aps: &aps };
    let part = |keep: &dyn Fn(usize) -> bool| Survey {
        visits: survey.visits.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, v)| v.clone()).collect(),
    };
    let mix = |i: usize, seed: usize| (i + 1).wrapping_mul(2_654_435_761).wrapping_add(seed * 40_503) / 1_024 % 1_000;
    if args[5].contains("all") {
        let mut pairs = Vec::new();
        for fold in 0..5 {
            let (train, test) = (part(&|i| mix(i, 1) % 5 != fold), part(&|i| mix(i, 1) % 5 == fold));
            let (model, some) =
                Evaluation::new(site, band, &train, &test).unwrap().surveyed(&train, Effort::default()).unwrap();
            if fold == 0 {
                println!(
                    "{:?} stray {} widen {} {:?}",
                    model.detection,
                    model.stray,
                    model.widen(wifi::calibrate::model::Unseen::Visit),
                    model.parameters.named().collect::<Vec<_>>()
                );
            }
            pairs.extend(some);
        }
        println!("all  {:.3?}", Score::of(&pairs).unwrap());
    }
    if args[5].contains("ten") {
        let mut sum = 0.0;
        let mut pairs = Vec::new();
        for draw in 0..6 {
            let (train, test) = (part(&|i| mix(i, 9 + draw) < 100), part(&|i| mix(i, 9 + draw) >= 700));
            let (_, some) =
                Evaluation::new(site, band, &train, &test).unwrap().surveyed(&train, Effort::default()).unwrap();
            sum += Score::of(&some).unwrap().rmse_db / 6.0;
            pairs.extend(some);
        }
        println!("ten  mean {sum:.2} {:.3?}", Score::of(&pairs).unwrap());
    }
    if args[5].contains("new") {
        let (train, test) = (part(&|i| mix(i, 5) < 600), part(&|i| mix(i, 5) >= 600));
        let effort = Effort { learn_from: 500, ..Effort::default() };
        let pairs = Evaluation::new(site, band, &train, &test).unwrap().never_surveyed(&train, effort).unwrap();
        println!("new  {:.3?}", Score::of(&pairs).unwrap());
    }
}
