//! Windows that are too short for what their rules compare.

use holdpoint_core::name::CheckName;
use holdpoint_core::plan::window::Window;
use holdpoint_core::release::ChangeKind;
use holdpoint_core::stat::differs::FEWEST;
use holdpoint_core::time::Span;

use crate::draft::Draft;
use crate::number::NumberOrName;
use crate::problem::Code;
use crate::raw::check::Phase;
use crate::raw::signal::{Rule, Signal};
use crate::reader::Reader;

/// Notes rules that compare by rank where a side has too few samples for that: they find nothing out, and a person is
/// asked each time.
pub(super) fn check(draft: &Draft, reader: &mut Reader<'_>) {
    for (phase, signal) in signals(draft) {
        for rule in signal.rule.iter().flat_map(|rules| &rules.value.0) {
            check_rule(rule, Side { phase, signal }, draft, reader);
        }
    }
}

fn check_rule(rule: &Rule, own: Side<'_>, draft: &Draft, reader: &mut Reader<'_>) {
    let Some(differs) = &rule.differs else { return };
    let other = baseline(rule).and_then(|name| Side::named(name, draft));
    let short = own.is_short().then_some(own).or_else(|| other.filter(Side::is_short));
    if let Some(side) = short {
        let owner = own.signal.owner();
        let what = format!("differs of {owner} needs {FEWEST} samples on either side, and {}", side.takes());
        reader.warning(Code::Timing, differs.at, (what, side.cure()));
    }
}

fn baseline(rule: &Rule) -> Option<&CheckName> {
    match &rule.baseline.as_ref()?.value {
        NumberOrName::Name(name) => Some(name),
        NumberOrName::Number(_) => None,
    }
}

fn signals(draft: &Draft) -> impl Iterator<Item = (&Phase, &Signal)> {
    draft.phases().flat_map(|phase| {
        let signals = phase.signal.iter().flat_map(|signals| &signals.value.0);
        signals.map(move |signal| (phase, signal))
    })
}

/// A signal, and the phase that samples it.
#[derive(Clone, Copy)]
struct Side<'a> {
    phase: &'a Phase,
    signal: &'a Signal,
}

impl<'a> Side<'a> {
    fn named(name: &CheckName, draft: &'a Draft) -> Option<Self> {
        let is_it = |signal: &Signal| signal.name.as_ref().is_some_and(|own| own.value == *name);
        signals(draft).find(|(_, signal)| is_it(signal)).map(|(phase, signal)| Self { phase, signal })
    }

    /// How long its window is: without a length of its own it is at least as long as for a bugfix.
    fn length(&self) -> Span {
        self.phase.window.as_ref().map_or(Window::usual(ChangeKind::Bugfix), |window| window.value)
    }

    fn delay(&self) -> Span {
        self.phase.initial_delay.as_ref().map_or(Span::ZERO, |delay| delay.value)
    }

    /// In what time it is sampled.
    fn time(&self) -> Span {
        Span::from_millis(self.length().as_millis().saturating_sub(self.delay().as_millis()))
    }

    fn samples(&self) -> u64 {
        self.time().as_millis() / self.signal.interval().as_millis().max(1) + 1
    }

    fn is_short(&self) -> bool {
        self.samples() < FEWEST as u64
    }

    fn takes(&self) -> String {
        let (signal, interval, phase) = (self.signal.owner(), self.signal.interval(), self.phase.owner());
        let (samples, length) = (self.samples(), self.length());
        let shortest = if self.phase.window.is_some() { "" } else { " (of a bugfix)" };
        format!("{signal} is sampled {samples} times: every {interval} in the {length}{shortest} of {phase}")
    }

    /// A window that is long enough, or an interval that is short enough where that is a second or more.
    fn cure(&self) -> String {
        let gaps = FEWEST as u64 - 1;
        let needed = self.signal.interval().times(gaps).as_millis().saturating_add(self.delay().as_millis());
        let longer = Span::from_secs(needed.div_ceil(1_000));
        let seconds = self.time().as_millis() / gaps / 1_000;
        let interval = if seconds == 0 {
            String::new()
        } else {
            format!(", or sample it every {} or more often", Span::from_secs(seconds))
        };
        format!(
            "watch for {longer} or longer{interval}: with fewer samples the rule finds nothing out, and a person is \
             asked"
        )
    }
}
