//! What a comparison came to, in words.

use alloc::format;
use alloc::string::{String, ToString};

use super::{FEWEST, Found, Ground, Limits, STEADY};
use crate::stat::class::{Class, Short};

/// The class with its grounds, as a sentence or two without a full stop.
pub(super) fn words(class: Class, points: [usize; 2], found: Option<&Found>, limits: &Limits) -> String {
    let [baseline, window] = points;
    let Some(found) = found else {
        return format!("there is nothing to compare: {baseline} points of baseline, {window} of the window");
    };
    match (class, found.ground) {
        (_, Ground::FarOut) => format!(
            "{}, ten times beyond everything that the baseline has shown; {baseline} and {window} points",
            change(class, found)
        ),
        (_, Ground::Nothing) => format!(
            "too early to tell: {baseline} and {window} points, {FEWEST} on either side show how they depend on each \
             other"
        ),
        (Class::TooEarly, Ground::Ranks) => {
            format!("too early to tell: {}; {}", unsteady(found), basis(points, found, limits))
        }
        (Class::NoData | Class::NoDifference | Class::Increased | Class::Decreased, Ground::Ranks) => format!(
            "{}{}; {}; {}",
            change(class, found),
            tolerance(class, limits),
            basis(points, found, limits),
            found.dependence
        ),
    }
}

/// Why points that are enough by number are too few.
fn unsteady(found: &Found) -> String {
    if found.interval.is_none() {
        format!("no arrangement of so few points would be clear enough ({})", found.dependence)
    } else if found.effective < STEADY {
        format!("one side moves as a whole, its points count as {:.1} independent ones", found.effective)
    } else {
        format!("{}", found.dependence)
    }
}

/// What changed and by how much. Where most pairs are tied the shift is zero, and the share of pairs says more.
fn change(class: Class, found: &Found) -> String {
    let verb = match class {
        Class::NoData => "nothing to compare",
        Class::TooEarly => "too early to tell",
        Class::NoDifference => "no difference shown: off",
        Class::Increased => "increased",
        Class::Decreased => "decreased",
    };
    if found.shift.abs() > 0.0 {
        return format!("{verb} by {}", size(found));
    }
    let share = percent(found.effect.superiority);
    let lead = if class.is_difference() { format!("{verb} in that") } else { "no difference shown:".to_string() };
    format!("{lead} {share} of pairs have the larger value in the window, ties counting half")
}

/// Such as `9.80 (9.8 %, between 5.10 and 14.40)`.
fn size(found: &Found) -> String {
    let share = found.relative.map(|share| format!("{:.1} %", 100.0 * share));
    let bounds = found.interval.map(|it| format!("between {} and {}", Short(it.low), Short(it.high)));
    let aside = match (share, bounds) {
        (Some(share), Some(bounds)) => format!(" ({share}, {bounds})"),
        (Some(aside), None) | (None, Some(aside)) => format!(" ({aside})"),
        (None, None) => String::new(),
    };
    format!("{}{aside}", Short(found.shift))
}

fn tolerance(class: Class, limits: &Limits) -> String {
    if class.is_difference() && limits.tolerance > 0.0 {
        format!(", beyond the tolerance of {}", Short(limits.tolerance))
    } else {
        String::new()
    }
}

/// Such as `60 and 60 points; chance would do this in 0.02 % of such windows, 1 % is allowed`.
fn basis(points: [usize; 2], found: &Found, limits: &Limits) -> String {
    let [baseline, window] = points;
    let chance = found.p.map_or_else(|| "unknown".to_string(), percent);
    format!(
        "{baseline} and {window} points; chance would show as much in {chance} of such windows, {} is allowed",
        percent(limits.alpha.as_f64())
    )
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 1e-5 { "less than 0.001 %".to_string() } else { format!("{} %", Percent(100.0 * share)) }
}

/// A percentage with as many digits as matter.
struct Percent(f64);

impl core::fmt::Display for Percent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if self.0 >= 10.0 {
            write!(f, "{:.0}", self.0)
        } else if self.0 >= 0.1 {
            write!(f, "{:.1}", self.0)
        } else {
            write!(f, "{:.3}", self.0)
        }
    }
}
