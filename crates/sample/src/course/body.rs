//! The body without and with illness: what a measurement of a day reads.

use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::labs::{self, Item};
use crate::course::Finding;
use crate::dice::Dice;
use crate::people::Person;

/// The usual values of one person, around which days vary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    height: f64,
    /// Today.
    weight: f64,
    /// Kilograms a year.
    drift: f64,
    pulse: f64,
    /// Systolic and diastolic pressure at rest, not treated.
    pub(crate) systolic: f64,
    pub(crate) gap: f64,
    pub(crate) hba1c: f64,
    pub(crate) ldl: f64,
    hdl: f64,
    triglycerides: f64,
    pub(crate) urate: f64,
    /// Today; a point is lost every year or so.
    pub(crate) egfr: f64,
    pub(crate) hemoglobin: f64,
    pub(crate) tsh: f64,
    liver: f64,
    male: bool,
    grown: bool,
}

impl Body {
    pub(crate) fn draw(dice: &mut Dice, person: &Person) -> Self {
        let male = person.male();
        let years = f64::from(person.age);
        let grown = person.age >= 18;
        // People born earlier are shorter, and shrink.
        let adult = if male { 171.5 } else { 158.3 } - (years - 25.0).max(0.0) * 0.13;
        let height =
            if grown { dice.normal(adult, 5.6) } else { dice.normal(75.0 + years * 5.8, 4.0).min(adult + 6.0) };
        let bmi = if grown { dice.normal(if male { 23.9 } else { 22.4 }, 3.0).max(16.5) } else { 14.5 + years * 0.35 };
        Self {
            height,
            weight: bmi * height * height / 10_000.0,
            drift: if grown { dice.normal(if years > 72.0 { -0.4 } else { 0.25 }, 0.5) } else { 0.0 },
            pulse: dice.normal(73.0, 8.0),
            systolic: dice.normal(108.0 + years * 0.28, 8.0),
            gap: dice.normal(44.0 + (years - 40.0).max(0.0) * 0.25, 5.0),
            hba1c: dice.normal(5.3 + years * 0.004, 0.2),
            ldl: dice.normal(112.0, 18.0),
            hdl: dice.normal(if male { 55.0 } else { 66.0 }, 11.0),
            triglycerides: dice.normal(if male { 120.0 } else { 92.0 }, 38.0).max(35.0),
            urate: dice.normal(if male { 5.7 } else { 4.4 }, 0.7),
            egfr: dice.normal(112.0 - years * 0.6, 9.0).max(35.0),
            hemoglobin: dice.normal(if male { 14.9 } else { 13.1 }, 0.8),
            tsh: dice.normal(1.9, 0.5).max(0.6),
            liver: dice.normal(23.0, 7.0).max(11.0),
            male,
            grown,
        }
    }

    /// In tenths of a centimetre.
    pub(crate) fn height(&self) -> i32 {
        tenths(self.height)
    }

    /// In tenths of a kilogram: the drift to that day, a kilogram more after New Year, the scales' noise.
    pub(crate) fn weight(&self, dice: &mut Dice, calendar: &Calendar, day: Day, lost: f64) -> i32 {
        let years = f64::from(day - PAST) / 365.0;
        let feast = if self.grown && matches!(calendar.month(day), 1 | 2) { 0.6 } else { 0.0 };
        tenths((self.weight + self.drift * years + feast - lost + dice.normal(0.0, 0.35)).max(8.0))
    }

    /// Systolic and diastolic for a systolic level: higher in winter, and never twice the same.
    pub(crate) fn pressure(&self, dice: &mut Dice, calendar: &Calendar, day: Day, level: f64) -> (i32, i32) {
        let winter = match calendar.month(day) {
            12 | 1 | 2 => 5.0,
            3 | 11 => 2.0,
            7..=9 => -4.0,
            _ => 0.0,
        };
        let systolic = dice.normal(level + winter, 5.5).clamp(86.0, 218.0);
        let diastolic = dice.normal(systolic - self.gap - (systolic - 125.0) * 0.35, 3.5).clamp(44.0, systolic - 18.0);
        (whole(systolic), whole(diastolic))
    }

    pub(crate) fn pulse(&self, dice: &mut Dice, fever: f64) -> i32 {
        whole(dice.normal(self.pulse + fever * 9.0, 4.0).clamp(46.0, 138.0))
    }

    /// Liver, kidneys, salts: what every full examination has.
    pub(crate) fn chemistry(&self, dice: &mut Dice, day: Day, loss_a_year: f64, findings: &mut Vec<Finding>) {
        let liver = self.liver + if self.weight > self.height * self.height / 10_000.0 * 27.0 { 14.0 } else { 0.0 };
        let egfr = (self.egfr - f64::from(day - PAST) / 365.0 * loss_a_year).max(12.0) + dice.normal(0.0, 2.0);
        measured(findings, &labs::AST, dice.normal(liver, 3.0));
        measured(findings, &labs::ALT, dice.normal(liver * 0.95, 4.0));
        measured(findings, &labs::GGT, dice.normal(liver * if self.male { 1.7 } else { 1.0 }, 5.0));
        measured(findings, &labs::UREA, dice.normal(8.0 + 420.0 / egfr, 1.8));
        // The formula for the Japanese has powers; over the ages seen here a division comes within a few percent.
        measured(findings, &labs::CREATININE, if self.male { 60.0 } else { 46.0 } / egfr);
        measured(findings, &labs::EGFR, egfr);
        measured(findings, &labs::SODIUM, dice.normal(141.0, 1.5));
        measured(findings, &labs::POTASSIUM, dice.normal(4.3, 0.3));
    }

    /// Fats, LDL at that level.
    pub(crate) fn fats(&self, dice: &mut Dice, ldl: f64, findings: &mut Vec<Finding>) {
        measured(findings, &labs::LDL, dice.normal(ldl, 6.0));
        measured(findings, &labs::HDL, dice.normal(self.hdl, 3.0).max(24.0));
        measured(findings, &labs::TRIGLYCERIDES, dice.normal(self.triglycerides, 22.0).max(30.0));
    }

    /// Blood count around that haemoglobin; `white` in thousands.
    pub(crate) fn count(&self, dice: &mut Dice, hemoglobin: f64, white: f64, findings: &mut Vec<Finding>) {
        measured(findings, &labs::WBC, dice.normal(white, 0.9).max(2.1));
        measured(findings, &labs::HEMOGLOBIN, dice.normal(hemoglobin, 0.25));
        measured(findings, &labs::PLATELETS, dice.normal(238.0, 40.0).max(90.0));
    }
}

/// Adds a result, rounded to what the laboratory prints.
pub(crate) fn measured(findings: &mut Vec<Finding>, item: &'static Item, value: f64) {
    let scale = (0..item.decimals).fold(1.0, |scale, _| scale * 10.0);
    findings.push(Finding::Measured(item, whole(value.max(0.0) * scale)));
}

/// To the nearest whole number.
pub(crate) fn whole(value: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "values of a body fit; a cast to i32 saturates")]
    let whole = (value + if value < 0.0 { -0.5 } else { 0.5 }) as i32;
    whole
}

/// To the nearest tenth.
pub(crate) fn tenths(value: f64) -> i32 {
    whole(value * 10.0)
}
