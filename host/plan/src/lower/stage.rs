//! Stages: from phases that stages name to phases in the order in which they run.
//!
//! What stands before the first phase of a stage runs first, at no share of the traffic; then each stage with its
//! phases; then what stands behind them. A phase that several stages name runs in each, under a name of its own.

use std::collections::BTreeMap;

use holdpoint_core::name::{CheckName, PhaseName};
use holdpoint_core::plan::phase::Phase;
use holdpoint_core::plan::stage::Stage;
use holdpoint_core::rollout::Share;

use crate::draft::Draft;
use crate::problem::Code;
use crate::raw::rollout::Stage as Raw;
use crate::reader::{Placed, Reader};
use crate::source::At;
use crate::suggest::did_you_mean;

/// Puts the phases into the order in which they run, and lowers the stages. Without stages the phases stay as they are.
pub(super) fn lower(draft: &Draft, phases: Vec<Phase>, reader: &mut Reader<'_>) -> (Vec<Phase>, Vec<Stage>) {
    let raws: Vec<&Raw> = draft.stages().collect();
    let Some(first) = raws.first() else { return (phases, Vec::new()) };
    if draft.document.rollout.is_none() && !draft.document.unreadable.holds("rollout") {
        let what = "the plan has stages and no [rollout]: nothing would shift the traffic".to_owned();
        reader.curable(Code::Stage, first.at, (what, "add [rollout] with the plugin that shifts it".to_owned()));
    }
    check_growth(&raws, reader);
    check_order(draft, &raws, reader);
    check_between(draft, &raws, reader);
    let (ordered, stages) = expand(draft, &phases, &raws, reader);
    check_baselines(&ordered, &stages, reader);
    (ordered, stages.into_iter().map(|(stage, _)| stage).collect())
}

fn named<'a>(raws: &[&'a Raw]) -> impl Iterator<Item = &'a Placed<PhaseName>> {
    raws.iter().copied().flat_map(|raw| &raw.phases).flat_map(|phases| &phases.value.0)
}

/// Notes shares that don't grow.
fn check_growth(raws: &[&Raw], reader: &mut Reader<'_>) {
    let shares: Vec<_> = raws.iter().filter_map(|raw| raw.traffic.as_ref()).collect();
    for (before, share) in shares.iter().zip(shares.iter().skip(1)) {
        if share.value.0 <= before.value.0 {
            let what = format!("a stage of {} % follows one of {} %", share.value.0, before.value.0);
            let cure =
                "each stage gives more traffic than the one before; what takes it back is the rollback".to_owned();
            reader.curable(Code::Stage, share.at, (what, cure));
        }
    }
}

/// Notes phases that the plan doesn't have, and those of a stage that stand in another order than in the plan.
fn check_order(draft: &Draft, raws: &[&Raw], reader: &mut Reader<'_>) {
    let known: Vec<&PhaseName> =
        draft.phases().filter_map(|phase| phase.name.as_ref().map(|name| &name.value)).collect();
    let place = |name: &PhaseName| known.iter().position(|known| *known == name);
    for name in named(raws).filter(|name| place(&name.value).is_none()) {
        let shown = name.value.as_str();
        let meant = did_you_mean(shown, known.iter().map(|name| name.as_str()));
        let what = format!("a stage names phase {shown:?}, which the plan does not have{meant}");
        reader.curable(Code::UnknownName, name.at, (what, "add the phase, or name another".to_owned()));
    }
    for raw in raws {
        let names: Vec<_> = raw.phases.iter().flat_map(|phases| &phases.value.0).collect();
        for (before, name) in names.iter().zip(names.iter().skip(1)) {
            if place(&name.value) < place(&before.value) && place(&name.value).is_some() {
                let (one, other) = (name.value.as_str(), before.value.as_str());
                let what = format!("a stage names phase {one:?} after {other:?}, and the plan has it before");
                reader.curable(Code::Stage, name.at, (what, "name the phases in the plan's order".to_owned()));
            }
        }
    }
}

/// Notes phases that stand between those of stages and that no stage names: it can't be said when they would run.
fn check_between(draft: &Draft, raws: &[&Raw], reader: &mut Reader<'_>) {
    let names: Vec<&PhaseName> = named(raws).map(|name| &name.value).collect();
    let is_named = |phase: &crate::raw::check::Phase| phase.name.as_ref().is_some_and(|it| names.contains(&&it.value));
    let phases: Vec<_> = draft.phases().collect();
    let (Some(first), Some(last)) =
        (phases.iter().position(|it| is_named(it)), phases.iter().rposition(|it| is_named(it)))
    else {
        return;
    };
    for phase in phases.iter().take(last).skip(first).filter(|phase| !is_named(phase)) {
        let what = format!("{} stands between phases of stages, and no stage names it", phase.owner());
        let cure = "name it in a stage, or move it before the first of these phases or behind the last".to_owned();
        reader.curable(Code::Stage, phase.at, (what, cure));
    }
}

fn expand(draft: &Draft, phases: &[Phase], raws: &[&Raw], reader: &mut Reader<'_>) -> (Vec<Phase>, Vec<(Stage, At)>) {
    let mut uses: BTreeMap<&PhaseName, usize> = BTreeMap::new();
    named(raws).for_each(|name| *uses.entry(&name.value).or_default() += 1);
    let is_named = |phase: &&Phase| uses.contains_key(&phase.name);
    let first = phases.iter().position(|phase| is_named(&phase)).unwrap_or(phases.len());
    let (before, rest) = phases.split_at(first);
    let mut ordered = before.to_vec();
    let mut stages = Vec::new();
    for raw in raws {
        let share = raw.traffic.as_ref().and_then(|share| u8::try_from(share.value.0).ok());
        let Some(share) = share.and_then(|share| Share::try_new(share).ok()) else { continue };
        let mut names = Vec::new();
        for name in raw.phases.iter().flat_map(|phases| &phases.value.0) {
            let Some(phase) = phases.iter().find(|phase| phase.name == name.value) else { continue };
            let uses = uses.get(&name.value).copied().unwrap_or_default();
            let Some(own) = own_name(name, share, uses, reader) else { continue };
            ordered.push(Phase { name: own.clone(), ..phase.clone() });
            names.push(own);
        }
        stages.push((Stage { share, phases: names }, raw.at));
    }
    ordered.extend(rest.iter().filter(|phase| !is_named(phase)).cloned());
    check_twins(draft, &ordered, reader);
    (ordered, stages)
}

/// The name under which a phase runs in a stage: its own where only one stage names it, else with the share.
fn own_name(name: &Placed<PhaseName>, share: Share, uses: usize, reader: &mut Reader<'_>) -> Option<PhaseName> {
    if uses < 2 {
        return Some(name.value.clone());
    }
    let own = format!("{}-at-{}", name.value, share.percent());
    match PhaseName::parse(&own) {
        Ok(own) => Some(own),
        Err(why) => {
            let what = format!(
                "phase {:?} runs in several stages, and would be {own:?} in this one: {why}",
                name.value.as_str()
            );
            reader.curable(Code::Stage, name.at, (what, "give the phase a shorter name".to_owned()));
            None
        }
    }
}

/// Notes phases whose own name is that of another one in a stage.
fn check_twins(draft: &Draft, ordered: &[Phase], reader: &mut Reader<'_>) {
    for raw in draft.phases() {
        let Some(name) = &raw.name else { continue };
        let twins = ordered.iter().filter(|phase| phase.name == name.value).count();
        if twins > 1
            && draft.phases().filter(|other| other.name.as_ref().is_some_and(|it| it.value == name.value)).count() == 1
        {
            let what = format!("{} has the name that another phase gets in a stage", raw.owner());
            reader.curable(Code::Duplicate, name.at, (what, "give it another name".to_owned()));
        }
    }
}

/// Notes rules in stages that compare with a signal which no stage so far has sampled.
fn check_baselines(ordered: &[Phase], stages: &[(Stage, At)], reader: &mut Reader<'_>) {
    let mut sampled: Vec<&CheckName> = Vec::new();
    for phase in ordered {
        let signals = phase.window.iter().flat_map(|window| &window.signals);
        sampled.extend(signals.clone().map(|signal| &signal.check.name));
        let Some((_, at)) = stages.iter().find(|(stage, _)| stage.phases.contains(&phase.name)) else { continue };
        for signal in signals {
            let needed = signal.rules.iter().filter_map(|rule| rule.comparator.needs());
            for name in needed.filter(|name| !sampled.contains(name)) {
                let (own, other) = (signal.check.name.as_str(), name.as_str());
                let what =
                    format!("signal {own:?} is compared with {other:?}, which nothing has sampled by this stage");
                let cure = "name the phase of that signal in this stage or in an earlier one".to_owned();
                reader.curable(Code::Stage, *at, (what, cure));
            }
        }
    }
}
