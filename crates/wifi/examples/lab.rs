//! Experiments.
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use std::collections::BTreeMap;
use wifi::calibrate::kernel::{Link, NC, NP, PRIORS};
use wifi::calibrate::process::{Mask, active, learn, predict, start};
use wifi::crossing::crosses;
use wifi::geometry::{Point, Segment};

const DIR: &str = "/work/shared/data/wifi-office/syl_";

fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(format!("{DIR}{name}.csv")).unwrap();
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines.map(|l| head.iter().zip(l.split(',')).map(|(h, v)| (h.to_string(), v.to_string())).collect()).collect()
}

fn links(name: &str, band: &str, lines: &[(String, Segment)], visit0: usize) -> Vec<Link> {
    let aps: BTreeMap<String, Point> = table("aps")
        .iter()
        .map(|r| (r["ap_id"].clone(), Point::new(r["x"].parse().unwrap(), r["y"].parse().unwrap())))
        .collect();
    let mut visits: Vec<(String, String)> = Vec::new();
    let mut out = Vec::new();
    for r in table(name) {
        let key = (r["x"].clone(), r["y"].clone());
        let v = visits.iter().position(|k| *k == key).unwrap_or_else(|| {
            visits.push(key);
            visits.len() - 1
        });
        let share = r["n_det"].parse::<f64>().unwrap() / r["n_samp"].parse::<f64>().unwrap();
        if r["band"] != band || share < 0.5 {
            continue;
        }
        let from = aps[&r["ap_id"]];
        let to = Point::new(r["x"].parse().unwrap(), r["y"].parse().unwrap());
        let ray = Segment::new(from, to);
        let n = |f: &dyn Fn(&str) -> bool| lines.iter().filter(|(c, s)| f(c) && crosses(ray, *s)).count() as f64;
        let walls = n(&|c| c == "wall");
        let sat = |n: f64, s: f64| 1.0 - (-n / s).exp();
        let extra = [
            sat(n(&|c| c == "window"), 2.0),
            sat(n(&|c| c == "elevator" || c == "stair"), 4.0),
            sat(n(&|c| c == "toilet"), 4.0),
            sat(n(&|c| c == "furniture" || c == "cabinet"), 20.0),
        ];
        out.push(Link {
            ap: r["ap_id"].parse::<usize>().unwrap() - 1,
            from,
            visit: v + visit0,
            to,
            device: r["user"].parse::<usize>().unwrap(),
            band: usize::from(band == "5"),
            walls,
            extra,
            y: r["rssi_dbm"].parse().unwrap(),
            share,
            mhz: r["freq_mhz"].parse().unwrap(),
        });
    }
    out
}

fn hash(i: usize, seed: u64) -> u64 {
    let mut z = (i as u64).wrapping_add(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn rmse(pairs: &[(f64, f64, f64)]) -> String {
    let n = pairs.len() as f64;
    let e: f64 = pairs.iter().map(|(y, m, _)| (y - m).powi(2)).sum::<f64>() / n;
    let b: f64 = pairs.iter().map(|(y, m, _)| m - y).sum::<f64>() / n;
    let c = pairs.iter().filter(|(y, m, s)| (y - m).abs() <= 1.645 * s).count() as f64 / n;
    let pf = pairs.iter().filter(|(y, m, _)| (*y >= -65.0) == (*m >= -65.0)).count() as f64 / n;
    format!("n {:4} rmse {:.2} bias {:+.2} cover {:.3} pf {:.3}", pairs.len(), e.sqrt(), b, c, pf)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let band = args[1].as_str();
    let mut mask: Mask = [true; NC];
    for off in args.get(2).map(String::as_str).unwrap_or("").split(',').filter(|s| !s.is_empty()) {
        mask[PRIORS.iter().position(|p| p.0 == off).expect(off)] = false;
    }
    let what = args.get(3).map(String::as_str).unwrap_or("all,ten,loao").to_string();
    let lines: Vec<(String, Segment)> = table("lines")
        .iter()
        .map(|r| {
            let f = |k: &str| r[k].parse::<f64>().unwrap();
            (r["class"].clone(), Segment::new(Point::new(f("x1"), f("y1")), Point::new(f("x2"), f("y2"))))
        })
        .collect();
    let train = links("train", band, &lines, 0);
    let pick = |keep: &dyn Fn(&Link) -> bool| -> Vec<Link> { train.iter().filter(|l| keep(l)).cloned().collect() };
    let t0 = std::time::Instant::now();
    // Hyperparameters on a subset of visits.
    let sub = pick(&|l| hash(l.visit, 77) % 100 < 45);
    let p = learn(&sub, &mask, start(), 40);
    println!("learn {} links {:.1}s", sub.len(), t0.elapsed().as_secs_f64());
    for j in active(&mask) {
        print!("{} {:.2}; ", PRIORS[j].0, p[j].exp());
    }
    println!();
    let _ = NP;
    if what.contains("all") {
        let mut r = Vec::new();
        for fold in 0..5 {
            let a = pick(&|l| hash(l.visit, 1) % 5 != fold);
            let b = pick(&|l| hash(l.visit, 1) % 5 == fold);
            r.extend(predict(&a, &b, &p, &mask).iter().zip(&b).map(|((m, s), l)| (l.y, *m, *s)));
        }
        println!("cv5   {}", rmse(&r));
    }
    if what.contains("ten") {
        let mut sum = 0.0;
        let mut rr = Vec::new();
        for d in 0..6 {
            let a = pick(&|l| hash(l.visit, 100 + d) % 10 == 0);
            let b = pick(&|l| hash(l.visit, 100 + d) % 10 > 6);
            let q = learn(&a, &mask, start(), 30);
            let r: Vec<_> = predict(&a, &b, &q, &mask).iter().zip(&b).map(|((m, s), l)| (l.y, *m, *s)).collect();
            sum += (r.iter().map(|(y, m, _)| (y - m).powi(2)).sum::<f64>() / r.len() as f64).sqrt();
            rr.extend(r);
        }
        println!("ten   mean {:.2} pooled {}", sum / 6.0, rmse(&rr));
    }
    if what.contains("loao") {
        let mut r = Vec::new();
        for ap in 0..23 {
            let a = pick(&|l| l.ap != ap && hash(l.visit, 5) % 2 == 0);
            let b = pick(&|l| l.ap == ap && hash(l.visit, 5) % 2 == 1);
            if b.is_empty() {
                continue;
            }
            r.extend(predict(&a, &b, &p, &mask).iter().zip(&b).map(|((m, s), l)| (l.y, *m, *s)));
        }
        println!("loao  {}", rmse(&r));
    }
    println!("{:.1}s", t0.elapsed().as_secs_f64());
}
