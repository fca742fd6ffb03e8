//! Baselines: what rules compare with, looked up.

use holdpoint_core::name::CheckName;
use holdpoint_core::plan::window::Baseline;

use crate::lower::rule::Scene;
use crate::number::{Number, NumberOrName};
use crate::problem::Code;
use crate::raw::signal::Rule as Raw;
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;

/// What a rule compares with. A signal must be one that has been sampled by then.
pub(super) fn lower(raw: &Raw, kind: &str, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Baseline> {
    if let Some(history) = &raw.history {
        if raw.baseline.is_some() || raw.unreadable.holds("baseline") {
            let what = format!("a rule of {} has both a baseline and a history", scene.owner());
            reader.curable(Code::BadValue, history.at, (what, "drop one of them".to_owned()));
            return None;
        }
        return Some(Baseline::History { runs: history.value.0 });
    }
    let Some(Placed { value, at }) = &raw.baseline else {
        if !raw.unreadable.holds("baseline") && !raw.unreadable.holds("history") {
            let what = format!("a rule of {} has {kind} and no baseline", scene.owner());
            let cure =
                "add baseline = a number, or the name of a signal of this phase or an earlier one, or history = \
                        a number of runs"
                    .to_owned();
            reader.curable(Code::MissingKey, raw.at, (what, cure));
        }
        return None;
    };
    match value {
        NumberOrName::Number(number) => Some(Baseline::Constant { value: Number(*number).bound()? }),
        NumberOrName::Name(name) => known(name, *at, scene, reader).then(|| Baseline::Signal { name: name.clone() }),
    }
}

fn known(name: &CheckName, at: At, scene: Scene<'_>, reader: &mut Reader<'_>) -> bool {
    let Scene { phase, draft, .. } = scene;
    let owner = scene.owner();
    let until = draft.phases().take_while(|earlier| earlier.at != phase.at).chain([phase]);
    let names: Vec<&CheckName> = until
        .flat_map(|phase| &phase.signal)
        .flat_map(|signals| &signals.value.0)
        .filter_map(|signal| signal.name.as_ref().map(|name| &name.value))
        .collect();
    let shown = name.as_str();
    if !names.contains(&name) {
        let meant = did_you_mean(shown, names.iter().map(|name| name.as_str()));
        let what = format!("a rule of {owner} compares with {shown:?}, which no phase has sampled by then{meant}");
        let cure = "name a signal of this phase or an earlier one".to_owned();
        reader.curable(Code::UnknownName, at, (what, cure));
        return false;
    }
    if scene.signal.name.as_ref().is_some_and(|own| own.value == *name) {
        let what = format!("a rule of {owner} compares it with itself");
        reader.curable(Code::BadValue, at, (what, "name another signal".to_owned()));
        return false;
    }
    true
}
