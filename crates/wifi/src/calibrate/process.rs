//! Fit and predict.
use super::bfgs;
use super::kernel::{Link, NC, NP, PRIORS, Tables};
use faer::linalg::solvers::{DenseSolveCore, Solve};
use faer::{Mat, Side};

/// On = true.
pub type Mask = [bool; NC];

/// Start.
pub fn start() -> Vec<f64> {
    PRIORS.iter().map(|p| p.1.ln()).collect()
}

/// Whether p is active
pub fn active(mask: &Mask) -> Vec<usize> {
    let shape_owner = [1, 2, 9, 10, 10, 11, 12, 12, 13, 13, 99];
    (0..NP)
        .filter(|&j| if j < NC { mask[j] } else { shape_owner[j - NC] < NC && mask[shape_owner[j - NC]] })
        .collect()
}

fn cov(t: &Tables, p: &[f64], mask: &Mask, n: usize) -> Mat<f64> {
    let amp: Vec<f64> = (0..NC).map(|j| if mask[j] { (2.0 * p[j]).exp() } else { 0.0 }).collect();
    let mut k = Mat::<f64>::zeros(n, n);
    for c in 0..n {
        for r in c..n {
            let v: f64 = t.components(r, c, p).iter().zip(&amp).map(|(a, b)| a * b).sum();
            k[(r, c)] = v;
            k[(c, r)] = v;
        }
    }
    k
}

/// negative log posterior + gradient
pub fn objective(links: &[Link], p: &[f64], mask: &Mask) -> (f64, Vec<f64>) {
    let n = links.len();
    let t = Tables::new(links, p);
    let k = cov(&t, p, mask, n);
    let Ok(llt) = k.llt(Side::Lower) else { return (f64::INFINITY, vec![0.0; NP]) };
    let y = Mat::from_fn(n, 1, |i, _| links[i].y - t.mean(i, links[i].mhz / 1000.0));
    let alpha = llt.solve(&y);
    let logdet: f64 = (0..n).map(|i| llt.L()[(i, i)].ln()).sum();
    let fit: f64 = (0..n).map(|i| alpha[(i, 0)] * y[(i, 0)]).sum();
    let mut value = 0.5 * fit + logdet;
    let inv = llt.inverse();
    let mut g = vec![0.0; NP];
    let weight = |r: usize, c: usize| {
        let m = inv[(r, c)] - alpha[(r, 0)] * alpha[(c, 0)];
        if r == c { 0.5 * m } else { m }
    };
    for c in 0..n {
        for r in c..n {
            let w = weight(r, c);
            let comp = t.components(r, c, p);
            for j in 0..NC {
                g[j] += w * comp[j];
            }
        }
    }
    for j in 0..NC {
        g[j] *= if mask[j] { 2.0 * (2.0 * p[j]).exp() } else { 0.0 };
    }
    let amp: Vec<f64> = (0..NC).map(|j| if mask[j] { (2.0 * p[j]).exp() } else { 0.0 }).collect();
    for j in active(mask).into_iter().filter(|&j| j >= NC) {
        let mut q = p.to_vec();
        q[j] += 1e-4;
        let u = Tables::new(links, &q);
        let mut s = 0.0;
        for c in 0..n {
            for r in c..n {
                let a = t.components(r, c, p);
                let b = u.components(r, c, &q);
                let d: f64 = (0..NC).map(|i| (b[i] - a[i]) * amp[i]).sum();
                s += weight(r, c) * d;
            }
        }
        // The mean moves as well.
        for i in 0..n {
            s -= alpha[(i, 0)] * (u.mean(i, links[i].mhz / 1000.0) - t.mean(i, links[i].mhz / 1000.0));
        }
        g[j] = s / 1e-4;
    }
    for (j, (_, m, sd)) in PRIORS.iter().enumerate() {
        let z = (p[j] - m.ln()) / sd;
        value += 0.5 * z * z;
        g[j] += z / sd;
    }
    (value, g)
}

/// Fit hyperparameters.
pub fn learn(links: &[Link], mask: &Mask, from: Vec<f64>, steps: usize) -> Vec<f64> {
    let act = active(mask);
    let full = std::cell::RefCell::new(from.clone());
    let x = bfgs::minimise(
        |x| {
            let mut p = full.borrow().clone();
            for (k, &j) in act.iter().enumerate() {
                p[j] = x[k];
            }
            let (v, g) = objective(links, &p, mask);
            (v, act.iter().map(|&j| g[j]).collect())
        },
        act.iter().map(|&j| from[j]).collect(),
        steps,
    );
    let mut p = from;
    for (k, &j) in act.iter().enumerate() {
        p[j] = x[k];
    }
    p
}

/// Predict mean and sd (with noise) at `at` given `links`.
pub fn predict(links: &[Link], at: &[Link], p: &[f64], mask: &Mask) -> Vec<(f64, f64)> {
    let n = links.len();
    let all: Vec<Link> = links.iter().chain(at).cloned().collect();
    let t = Tables::new(&all, p);
    let k = cov(&t, p, mask, n);
    let llt = k.llt(Side::Lower).expect("positive");
    let y = Mat::from_fn(n, 1, |i, _| links[i].y - t.mean(i, links[i].mhz / 1000.0));
    let alpha = llt.solve(&y);
    let amp: Vec<f64> = (0..NC).map(|j| if mask[j] { (2.0 * p[j]).exp() } else { 0.0 }).collect();
    let ks = Mat::from_fn(n, at.len(), |i, j| {
        t.components(i, n + j, p).iter().zip(&amp).map(|(a, b)| a * b).sum::<f64>()
    });
    let v = llt.solve(&ks);
    (0..at.len())
        .map(|j| {
            let i = n + j;
            let mean: f64 = t.mean(i, at[j].mhz / 1000.0) + (0..n).map(|r| ks[(r, j)] * alpha[(r, 0)]).sum::<f64>();
            let own: f64 = t.components(i, i, p).iter().zip(&amp).map(|(a, b)| a * b).sum();
            let var = own - (0..n).map(|r| ks[(r, j)] * v[(r, j)]).sum::<f64>();
            (mean, var.max(1e-6).sqrt())
        })
        .collect()
}
