//! Logarithm and exponential for a million cells: plain arithmetic on bits, which the compiler turns into vector
//! instructions where a call into the mathematical library would keep it from doing so.

/// Logarithm to base 2 of a positive, normal number; wrong by less than 5e-6.
#[inline]
pub(super) fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    // Split at 2/3, so that the fraction lies in 2/3..4/3 and the series is short.
    let shifted = bits.wrapping_sub(0x3f2a_aaab);
    let exponent = (shifted as i32) >> 23;
    let fraction = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f2a_aaab)) - 1.0;
    // 2·atanh(f / (2 + f)), the odd series.
    let s = fraction / (2.0 + fraction);
    let z = s * s;
    let series = 2.0 * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0))));
    exponent as f32 + series * std::f32::consts::LOG2_E
}

/// e to a power between -80 and 0; wrong by less than 6e-6 of the value.
#[inline]
pub(super) fn exp(x: f32) -> f32 {
    let t = (x * std::f32::consts::LOG2_E).max(-125.0);
    // Adding and taking away 1.5·2^23 rounds to a whole number without a call.
    let whole = (t + 12_582_912.0) - 12_582_912.0;
    let r = (t - whole) * std::f32::consts::LN_2;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0)))));
    f32::from_bits(((whole as i32 + 127) << 23) as u32) * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_library_over_the_whole_range() {
        for i in 1..200_000_u32 {
            let x = 1e-3 * i as f32 * i as f32 / 100.0 + 1e-3;
            assert!((f64::from(log2(x)) - f64::from(x).log2()).abs() < 5e-6, "log2 {x}");
            let y = -4e-4 * i as f32;
            let exact = f64::from(y).exp();
            assert!((f64::from(exp(y)) - exact).abs() < 6e-6 * exact, "exp {y}");
        }
    }
}
