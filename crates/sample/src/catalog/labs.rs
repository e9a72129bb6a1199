//! Laboratory items: JLAC10 (17 digits: analyte 5, kind 4, specimen 3, method 3, result 2), unit, reference range. The
//! codes have the form of the list; not each was looked up in it (nothing here is billed).

/// One item of the laboratory's list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    pub(crate) code: &'static str,
    /// As printed.
    pub(crate) unit: &'static str,
    /// UCUM.
    pub(crate) ucum: &'static str,
    pub(crate) decimals: usize,
    /// Low and high for men, then women, in units of the last decimal; `None` has no limit.
    pub(crate) male: (Option<i32>, Option<i32>),
    pub(crate) female: (Option<i32>, Option<i32>),
}

type Range = (Option<i32>, Option<i32>);

const fn item(
    name: &'static str,
    code: &'static str,
    unit: (&'static str, &'static str),
    decimals: usize,
    both: Range,
) -> Item {
    Item { name, code, unit: unit.0, ucum: unit.1, decimals, male: both, female: both }
}

const fn by_sex(mut item: Item, female: Range) -> Item {
    item.female = female;
    item
}

const fn within(low: i32, high: i32) -> Range {
    (Some(low), Some(high))
}

const MG_DL: (&str, &str) = ("mg/dL", "mg/dL");
const U_L: (&str, &str) = ("U/L", "U/L");
const G_DL: (&str, &str) = ("g/dL", "g/dL");
const MMOL_L: (&str, &str) = ("mmol/L", "mmol/L");
const PERCENT: (&str, &str) = ("%", "%");

pub(crate) const HBA1C: Item = item("HbA1c(NGSP)", "3D046000001906202", PERCENT, 1, within(49, 60));
pub(crate) const GLUCOSE: Item = item("血糖", "3D010000002227101", MG_DL, 0, within(73, 109));
pub(crate) const LDL: Item = item("LDLコレステロール", "3F077000002327101", MG_DL, 0, within(65, 139));
pub(crate) const HDL: Item =
    by_sex(item("HDLコレステロール", "3F070000002327101", MG_DL, 0, within(38, 90)), within(48, 103));
pub(crate) const TRIGLYCERIDES: Item = item("中性脂肪", "3F015000002327101", MG_DL, 0, within(40, 149));
pub(crate) const AST: Item = item("AST(GOT)", "3B035000002327201", U_L, 0, within(13, 30));
pub(crate) const ALT: Item = by_sex(item("ALT(GPT)", "3B045000002327201", U_L, 0, within(10, 42)), within(7, 23));
pub(crate) const GGT: Item = by_sex(item("γ-GT", "3B090000002327101", U_L, 0, within(13, 64)), within(9, 32));
pub(crate) const CREATININE: Item =
    by_sex(item("クレアチニン", "3C015000002327101", MG_DL, 2, within(65, 107)), within(46, 79));
pub(crate) const EGFR: Item =
    item("eGFR", "8A065000002391901", ("mL/min/1.73m2", "mL/min/{1.73_m2}"), 1, (Some(600), None));
pub(crate) const UREA: Item = item("尿素窒素", "3C025000002327201", MG_DL, 1, within(80, 200));
pub(crate) const URATE: Item = by_sex(item("尿酸", "3C020000002327101", MG_DL, 1, within(37, 70)), within(26, 55));
pub(crate) const SODIUM: Item = item("ナトリウム", "3H010000002326101", MMOL_L, 0, within(138, 145));
pub(crate) const POTASSIUM: Item = item("カリウム", "3H015000002326101", MMOL_L, 1, within(36, 48));
pub(crate) const CRP: Item = item("CRP", "5C070000002306101", MG_DL, 2, (None, Some(14)));
pub(crate) const WBC: Item = item("白血球数", "2A010000001930101", ("10^3/μL", "10*3/uL"), 1, within(33, 86));
pub(crate) const HEMOGLOBIN: Item =
    by_sex(item("ヘモグロビン", "2A030000001930101", G_DL, 1, within(137, 168)), within(116, 148));
pub(crate) const PLATELETS: Item = item("血小板数", "2A050000001930101", ("10^3/μL", "10*3/uL"), 0, within(158, 348));
pub(crate) const FERRITIN: Item =
    by_sex(item("フェリチン", "5C095000002302301", ("ng/mL", "ng/mL"), 0, within(13, 277)), within(5, 152));
pub(crate) const TSH: Item = item("TSH", "4A055000002305201", ("μIU/mL", "u[IU]/mL"), 2, within(50, 500));
pub(crate) const FREE_T4: Item = item("遊離T4", "4B035000002305201", ("ng/dL", "ng/dL"), 2, within(90, 170));
pub(crate) const URINE_ALBUMIN: Item =
    item("尿中アルブミン/クレアチニン比", "3A015000000106128", ("mg/gCr", "mg/g{creat}"), 1, (None, Some(300)));

/// Answers in words: urine by dipstick.
pub(crate) const URINE_PROTEIN: (&str, &str) = ("尿蛋白", "1A010000000191111");
pub(crate) const URINE_SUGAR: (&str, &str) = ("尿糖", "1A020000000191111");

impl Item {
    /// The reference range of that sex.
    pub(crate) fn range(&self, male: bool) -> Range {
        if male { self.male } else { self.female }
    }

    /// `H` or `L` when outside.
    pub(crate) fn flag(&self, value: i32, male: bool) -> Option<&'static str> {
        match self.range(male) {
            (_, Some(high)) if value > high => Some("H"),
            (Some(low), _) if value < low => Some("L"),
            _ => None,
        }
    }

    /// The number as the laboratory prints it: `6.8`.
    pub(crate) fn print(&self, value: i32) -> String {
        let scale = 10i32.pow(u32::try_from(self.decimals).unwrap_or(0));
        match self.decimals {
            0 => value.to_string(),
            decimals => format!("{}.{:0decimals$}", value / scale, value % scale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_and_flagged_as_on_the_sheet() {
        assert_eq!((HBA1C.print(72), HBA1C.flag(72, true)), ("7.2".to_owned(), Some("H")));
        assert_eq!((CREATININE.print(5), CREATININE.flag(5, true)), ("0.05".to_owned(), Some("L")));
        assert_eq!((CREATININE.flag(80, true), CREATININE.flag(80, false)), (None, Some("H")), "by sex");
        assert_eq!((EGFR.print(1203), EGFR.flag(1203, true)), ("120.3".to_owned(), None), "no upper limit");
        assert_eq!(GLUCOSE.print(95), "95");
    }

    #[test]
    fn codes_have_seventeen_digits() {
        for item in [
            &HBA1C,
            &GLUCOSE,
            &LDL,
            &HDL,
            &TRIGLYCERIDES,
            &AST,
            &ALT,
            &GGT,
            &CREATININE,
            &EGFR,
            &UREA,
            &URATE,
            &SODIUM,
            &POTASSIUM,
        ]
        .into_iter()
        .chain([&CRP, &WBC, &HEMOGLOBIN, &PLATELETS, &FERRITIN, &TSH, &FREE_T4, &URINE_ALBUMIN])
        {
            assert_eq!(item.code.len(), 17, "{}", item.name);
        }
    }
}
