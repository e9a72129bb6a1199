//! A small quasi-Newton minimiser (BFGS) for the two dozen parameters of a covariance.

/// Minimise `f`, which returns value and gradient, from `x`, in at most `steps` evaluations. A value that is not finite
/// is treated as a wall: the step is shortened.
pub(super) fn minimise(mut f: impl FnMut(&[f64]) -> (f64, Vec<f64>), mut x: Vec<f64>, steps: usize) -> Vec<f64> {
    let n = x.len();
    let (mut value, mut gradient) = f(&x);
    let mut inverse = identity(n, 0.05 / norm(&gradient).max(0.05));
    let mut used = 1;
    while used < steps && norm(&gradient) > 1e-2 {
        let mut direction: Vec<f64> = (0..n).map(|i| -dot(&inverse[i * n..(i + 1) * n], &gradient)).collect();
        if dot(&direction, &gradient) >= 0.0 {
            inverse = identity(n, 0.05 / norm(&gradient));
            direction = gradient.iter().map(|g| -g * inverse[0]).collect();
        }
        // No parameter is a logarithm that should move by more than a factor of e at once.
        let longest = direction.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        let mut scale = (1.0 / longest).min(1.0);
        let slope = dot(&direction, &gradient);
        let (mut next, mut found) = (x.clone(), None);
        while used < steps && scale > 1e-4 {
            next = x.iter().zip(&direction).map(|(x, d)| x + scale * d).collect();
            used += 1;
            let (v, g) = f(&next);
            if v.is_finite() && v <= value + 1e-4 * scale * slope {
                found = Some((v, g));
                break;
            }
            scale *= 0.4;
        }
        let Some((next_value, next_gradient)) = found else { break };
        let step: Vec<f64> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let change: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        update(&mut inverse, &step, &change);
        let gain = value - next_value;
        (x, value, gradient) = (next, next_value, next_gradient);
        if gain < 1e-3 {
            break;
        }
    }
    x
}

/// The BFGS update of the inverse Hessian; left out where the curvature is not positive.
fn update(inverse: &mut [f64], step: &[f64], change: &[f64]) {
    let n = step.len();
    let curvature = dot(step, change);
    if curvature <= 1e-10 {
        return;
    }
    let hy: Vec<f64> = (0..n).map(|i| dot(&inverse[i * n..(i + 1) * n], change)).collect();
    let factor = (1.0 + dot(change, &hy) / curvature) / curvature;
    for i in 0..n {
        for k in 0..n {
            inverse[i * n + k] += factor * step[i] * step[k] - (hy[i] * step[k] + step[i] * hy[k]) / curvature;
        }
    }
}

fn identity(n: usize, scale: f64) -> Vec<f64> {
    (0..n * n).map(|i| if i / n == i % n { scale } else { 0.0 }).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}
