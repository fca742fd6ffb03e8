//! What a signal asks for, and the words in which it does.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::plan::cause::RootCause;
use crate::plan::check::{Check, Severity, Urgency};
use crate::plan::phase::Arming;
use crate::plan::window::Rule;
use crate::response::{Asked, Cause, Response, Sight};
use crate::run::window::rule::{self, Fired, RuleRun};
use crate::time::Span;

use super::{End, SignalRun, Taken};

impl SignalRun {
    /// What it asks for: as soon as a rule has fired, and at the end in any case.
    pub fn asked(&self) -> Option<Asked> {
        if let Some(End::Waived { by, reason, .. }) = &self.end {
            let waived = (Sight::Good, "waived", format!("{by}: {reason}"));
            return Some(self.asks((None, Urgency::AtTheGate), self.signal.check.cause, waived, self.taken.last()));
        }
        match (self.bad(), self.unclear()) {
            // What fired does not hide that the rest could not be found out: the stronger response wins. (D-3)
            (Some(bad), Some(unclear)) if unclear.response > bad.response => Some(unclear),
            (Some(bad), _) => Some(bad),
            (None, Some(unclear)) => Some(unclear),
            (None, None) => self.good(),
        }
    }

    /// What the strongest armed rule that has fired asks for, or the plugin's own word. As soon as any of them stops
    /// the run at once it is answered at once: the gate closes, and there the strongest wins. (D-2, D-3)
    pub(in crate::run::window) fn bad(&self) -> Option<Asked> {
        let armed = |(run, fired): &(&RuleRun, &Fired)| {
            let Rule { response, urgency, cause, arming, .. } = run.rule;
            (arming == Arming::Armed).then(|| ((response, urgency), cause, self.told(run, fired), fired.at))
        };
        let Check { on_fail, urgency, cause, .. } = self.signal.check;
        let own = self.fails.as_ref().map(|fired| ((on_fail, urgency), cause, fired.found.clone(), fired.at));
        let fired: Vec<_> = rule::fired(&self.rules).iter().filter_map(armed).chain(own).collect();
        let hurry =
            fired.iter().filter(|((response, _), ..)| response.stops()).map(|((_, urgency), ..)| *urgency).max();
        let ((response, urgency), root, account, at) = fired.into_iter().max_by_key(|(asked, ..)| *asked)?;
        let sample = self.taken.iter().rfind(|taken| taken.due == at);
        Some(self.asks((Some(response), hurry.unwrap_or(urgency)), root, (Sight::Bad, "fail", account), sample))
    }

    /// What is asked for where there was too little data.
    fn unclear(&self) -> Option<Asked> {
        let check = &self.signal.check;
        let (word, why, response) = match self.end.as_ref()? {
            End::TooLittle { why } | End::Unjudged { why } => ("inconclusive", why, check.on_inconclusive),
            End::Stopped { why } => ("cancelled", why, Response::Escalate),
            End::Enough | End::Waived { .. } => return None,
        };
        let seen = (Sight::Unclear, word, why.clone());
        Some(self.asks((Some(response), Urgency::AtTheGate), check.cause, seen, self.taken.last()))
    }

    /// What lets through, where there was enough data.
    fn good(&self) -> Option<Asked> {
        match self.end.as_ref()? {
            End::Enough => {
                let seen = (Sight::Good, "pass", self.clean());
                Some(self.asks((None, Urgency::AtTheGate), self.signal.check.cause, seen, self.taken.last()))
            }
            End::TooLittle { .. } | End::Unjudged { .. } | End::Stopped { .. } | End::Waived { .. } => None,
        }
    }

    /// With the evidence of the sample that it stands on.
    fn asks(
        &self,
        (response, urgency): (Option<Response>, Urgency),
        root: RootCause,
        (sight, word, account): (Sight, &'static str, String),
        sample: Option<&Taken>,
    ) -> Asked {
        let cause = Cause {
            check: self.name().clone(),
            severity: self.severity(),
            root,
            suspected: self.suspects.filter(|_| sight == Sight::Bad),
            sight,
            word,
            account,
            attempts: self.taken.len(),
            call: sample.map(|taken| taken.call),
            evidence: sample.and_then(|taken| taken.evidence),
        };
        Asked { response, urgency, cause }
    }

    fn severity(&self) -> Severity {
        let fired = rule::fired(&self.rules).iter().map(|(run, _)| run.rule.severity).max();
        fired.unwrap_or(self.signal.check.severity)
    }

    fn told(&self, run: &RuleRun, fired: &Fired) -> String {
        let held = match fired.at.since(fired.since) {
            Span::ZERO => String::new(),
            held => format!(" for {held}"),
        };
        format!("{} {}{held}: {}", self.name(), run.rule.comparator.in_short(), fired.found)
    }

    fn clean(&self) -> String {
        let there = self.numbers().len();
        let observed = rule::fired(&self.rules).len();
        let beside = if observed == 0 { String::new() } else { format!(", {observed} rules fired that only observe") };
        match self.rules.len() {
            0 => format!("{there} of {} samples", self.expected),
            _ if self.is_done() => format!("{there} samples were all that its rules asked for{beside}"),
            rules => format!("{there} of {} samples, {rules} rules{beside}", self.expected),
        }
    }
}
