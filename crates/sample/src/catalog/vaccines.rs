//! Vaccines of a clinic for adults, and when they are given.

/// A vaccine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vaccine {
    pub(crate) name: &'static str,
    /// CVX code: the international list has one, and Japan's order codes are not open.
    pub(crate) cvx: &'static str,
    pub(crate) dose_ml: &'static str,
    pub(crate) maker_lot: &'static str,
}

pub(crate) const INFLUENZA: Vaccine =
    Vaccine { name: "インフルエンザHAワクチン", cvx: "88", dose_ml: "0.5", maker_lot: "HA" };
pub(crate) const COVID: Vaccine =
    Vaccine {
        name: "コロナウイルス修飾ウリジンRNAワクチン", cvx: "213", dose_ml: "0.3", maker_lot: "CV"
    };
pub(crate) const PNEUMOCOCCUS: Vaccine =
    Vaccine {
        name: "23価肺炎球菌莢膜ポリサッカライドワクチン", cvx: "33", dose_ml: "0.5", maker_lot: "PN"
    };
pub(crate) const ZOSTER: Vaccine =
    Vaccine { name: "乾燥組換え帯状疱疹ワクチン", cvx: "187", dose_ml: "0.5", maker_lot: "SZ" };
