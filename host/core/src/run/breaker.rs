//! The breaker: a plugin that does nothing but crash is left alone after a while.
//!
//! Crashes in a row are counted per plugin and round; any other end of a call starts the count anew.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use serde::Serialize;

use crate::name::PluginName;
use crate::outcome::{Fault, FaultKind, Outcome};

/// After so many crashes in a row a plugin is not called again in the round.
pub(crate) const MOST_CRASHES: u32 = 20;

/// How often each plugin has crashed since it last did anything else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Breaker {
    crashes: BTreeMap<PluginName, u32>,
}

impl Breaker {
    /// Takes the end of a call into account. Returns what counts for the plugin's remaining checks, once it is not to
    /// be called again. (D-1)
    pub(crate) fn saw(&mut self, plugin: &PluginName, ended: &Outcome) -> Option<Outcome> {
        if !is_crash(ended) {
            self.crashes.remove(plugin);
            return None;
        }
        let crashes = self.crashes.entry(plugin.clone()).or_default();
        *crashes = crashes.saturating_add(1);
        (*crashes >= MOST_CRASHES).then(|| uncalled(plugin, *crashes))
    }
}

fn is_crash(ended: &Outcome) -> bool {
    match ended {
        Outcome::Error { fault } => match fault.kind {
            FaultKind::Trap => true,
            FaultKind::Settings
            | FaultKind::Unavailable
            | FaultKind::Denied
            | FaultKind::Internal
            | FaultKind::Limit
            | FaultKind::Inadmissible
            | FaultKind::Host => false,
        },
        Outcome::Said { .. }
        | Outcome::Timeout { .. }
        | Outcome::Skipped { .. }
        | Outcome::Cancelled { .. }
        | Outcome::Waived { .. } => false,
    }
}

fn uncalled(plugin: &PluginName, crashes: u32) -> Outcome {
    Outcome::Error {
        fault: Fault {
            kind: FaultKind::Trap,
            message: format!("not called, since plugin {plugin} has crashed {crashes} times in a row"),
            frames: Vec::new(),
            last_log: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(kind: FaultKind) -> Outcome {
        let fault = Fault { kind, message: "it went wrong".into(), frames: Vec::new(), last_log: Vec::new() };
        Outcome::Error { fault }
    }

    fn plugin(name: &str) -> PluginName {
        PluginName::parse(name).unwrap()
    }

    #[test]
    fn a_plugin_that_only_crashes_is_left_alone_and_it_is_said_why() {
        let mut breaker = Breaker::default();
        let seen: Vec<_> = (0..MOST_CRASHES).map(|_| breaker.saw(&plugin("wild"), &ended(FaultKind::Trap))).collect();

        let (last, before) = seen.split_last().unwrap();
        assert!(before.iter().all(Option::is_none));
        let Some(Outcome::Error { fault }) = last else { panic!("{last:?}") };
        assert_eq!(fault.message, "not called, since plugin wild has crashed 20 times in a row");
    }

    #[test]
    fn another_end_starts_the_count_anew() {
        let mut breaker = Breaker::default();
        for round in 0..3 * MOST_CRASHES {
            let kind = if round % MOST_CRASHES == 0 { FaultKind::Limit } else { FaultKind::Trap };

            assert_eq!(breaker.saw(&plugin("weak"), &ended(kind)), None);
        }
    }

    #[test]
    fn one_plugin_answers_for_itself_alone() {
        let mut breaker = Breaker::default();
        for _ in 1..MOST_CRASHES {
            breaker.saw(&plugin("wild"), &ended(FaultKind::Trap));
        }

        assert_eq!(breaker.saw(&plugin("other"), &ended(FaultKind::Trap)), None);
        assert!(breaker.saw(&plugin("wild"), &ended(FaultKind::Trap)).is_some());
    }
}
