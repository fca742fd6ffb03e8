//! Reasons: the chain that explains a decision, as data and in words.
//!
//! A tree: gate → check → verdict → evidence. Each level stands because of the levels below it. (D-8)

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use serde::Serialize;

use crate::gate::{Gate, Leave, Terms};
use crate::id::{CallId, Digest};
use crate::name::{CheckName, PhaseName};
use crate::plan::cause::RootCause;
use crate::plan::check::Severity;
use crate::plan::people::{Pattern, Way, listed};
use crate::plan::phase::Arming;
use crate::response::{Asked, Response};
use crate::rollback::Step;
use crate::rollout::Share;
use crate::time::{Elapsed, Span};

/// Why something was decided. Its `Display` is the whole tree, one line a ground, indented by two blanks a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What is so.
    pub ground: Ground,
    /// Because of what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Self>,
}

/// What a decision stands on. Its `Display` is one sentence without a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "ground", rename_all = "kebab-case")]
pub enum Ground {
    /// Every gate let the release through.
    EveryGate,
    /// Every gate let the release through, and something is to be mended.
    Owing,
    /// A gate closed.
    Gate {
        /// The phase that it ended.
        phase: PhaseName,
        /// Whether it acts.
        arming: Arming,
        /// The strongest response.
        response: Option<Response>,
    },
    /// A check settled.
    Check {
        /// The check.
        check: CheckName,
        /// How bad it is when it fails.
        severity: Severity,
        /// What the plan puts its failure down to.
        cause: RootCause,
        /// The outcome's word.
        word: &'static str,
        /// How many calls were made.
        attempts: usize,
        /// What it asks for.
        response: Option<Response>,
    },
    /// What the service needs failed no later than the service did: a hint for people, by which nothing is decided.
    DependencyFirst {
        /// What failed first.
        dependency: CheckName,
        /// The first of the service's own that failed; absent when none has.
        own: Option<CheckName>,
        /// How much earlier; zero: at the same time, or none of the service's own has failed.
        ahead: Span,
    },
    /// Something was failing.
    Failing {
        /// The check or signal that saw it.
        check: CheckName,
        /// What the plan puts it down to.
        cause: RootCause,
        /// Since when.
        since: Elapsed,
        /// When it was over; absent as far as is known.
        until: Option<Elapsed>,
        /// What was found, in one sentence.
        account: String,
    },
    /// An escalation path of the plan was taken.
    Path {
        /// Its place in the plan, from 1.
        number: usize,
        /// What it is for.
        pattern: Pattern,
        /// Who is told, and asked when somebody is.
        person: String,
        /// How people are to be told; empty: as the host does it.
        ways: Vec<Way>,
    },
    /// A plugin suspects a cause. Shown, never counted: only the plan's word decides.
    Suspicion {
        /// Which.
        cause: RootCause,
    },
    /// What a check said, or what went wrong with it.
    Verdict {
        /// In one sentence.
        account: String,
    },
    /// What the host saw of the call.
    Evidence {
        /// The call.
        call: CallId,
        /// What was kept.
        digest: Option<Digest>,
    },
    /// A rule of a window has fired after the window's gate had closed.
    StillArmed {
        /// The phase whose rule it is.
        phase: PhaseName,
    },
    /// A person said so.
    Person {
        /// Who.
        by: String,
        /// What: `confirm`, `hotfix` or `roll-back`.
        answer: &'static str,
        /// Why.
        reason: String,
    },
    /// Nobody answered.
    Silence {
        /// How long it was waited.
        waited: Span,
    },
    /// There was nobody to ask.
    NobodyToAsk,
    /// The plan wants nobody to be waited for.
    NoPatience,
    /// No check of an armed gate was let through, so nothing speaks for the release.
    NothingVouches,
    /// The plan names no rollback.
    NoRollback,
    /// A rollback was only planned, since the run may not change anything.
    DryRun {
        /// What would have been done, in one sentence.
        summary: String,
        /// The steps that would have been taken.
        steps: Vec<Step>,
    },
    /// How the rollback went.
    Rollback {
        /// In one sentence.
        account: String,
    },
    /// How a shift of traffic went.
    Shift {
        /// The share that the released version was to have.
        share: Share,
        /// How, fit after "the shift".
        how: &'static str,
        /// In one sentence.
        account: String,
    },
    /// A shift was not made, since the run may not change anything; so its stage and those after it were not judged.
    DryShift {
        /// The shares that would have been shifted.
        shares: Vec<Share>,
    },
    /// How much of the traffic the run gave to the released version.
    Traffic {
        /// In percent, as far as it is known.
        percent: u8,
        /// A share of which it is not known whether the released version has it.
        unsettled: Option<Share>,
    },
    /// Every recovery check was let through.
    Recovered,
    /// The recovery could not be verified.
    NotRecovered,
    /// Somebody stopped the run.
    Interrupted {
        /// How.
        by: String,
    },
}

impl Reason {
    /// A reason with nothing below it.
    pub(crate) const fn plain(ground: Ground) -> Self {
        Self { ground, because: Vec::new() }
    }

    /// A reason that stands because of others.
    pub(crate) const fn because(ground: Ground, because: Vec<Self>) -> Self {
        Self { ground, because }
    }

    /// The same with further grounds before its others.
    pub(crate) fn headed_by(mut self, grounds: impl IntoIterator<Item = Self>) -> Self {
        self.because.splice(0..0, grounds);
        self
    }

    /// How a rollback went.
    pub(crate) const fn rollback(account: String) -> Self {
        Self::plain(Ground::Rollback { account })
    }

    /// Explains a gate: what asked for something, the strongest first; when nobody did, everything that let it through.
    /// What only the answer itself cut short is no ground for it.
    pub(crate) fn of_gate(gate: &Gate) -> Self {
        let mut telling: Vec<&Asked> =
            gate.asked.iter().filter(|asked| gate.strongest.is_none() || asked.response.is_some()).collect();
        if telling.iter().any(|asked| !asked.was_cut_short()) {
            telling.retain(|asked| !asked.was_cut_short());
        }
        telling.sort_by_key(|asked| (Reverse(asked.response), Reverse(asked.cause.sight)));
        let mut because: Vec<Self> = gate.leave.iter().map(Self::of_leave).collect();
        because.extend(telling.into_iter().map(Self::of_check));
        let ground = Ground::Gate { phase: gate.phase.clone(), arming: gate.arming, response: gate.strongest };
        Self { ground, because }
    }

    /// Explains what has fired after its gate had closed.
    pub(crate) fn of_vigil(gate: &Gate) -> Self {
        let ground = Ground::StillArmed { phase: gate.phase.clone() };
        Self { ground, ..Self::of_gate(gate) }
    }

    /// Explains what a check asks for, down to the evidence.
    pub(crate) fn of_check(asked: &Asked) -> Self {
        let cause = &asked.cause;
        let evidence = cause.call.map(|call| Self::plain(Ground::Evidence { call, digest: cause.evidence }));
        let verdict = Ground::Verdict { account: cause.account.clone() };
        let ground = Ground::Check {
            check: cause.check.clone(),
            severity: cause.severity,
            cause: cause.root,
            word: cause.word,
            attempts: cause.attempts,
            response: asked.response,
        };
        let mut because = vec![Self { ground: verdict, because: evidence.into_iter().collect() }];
        because.extend(cause.suspected.map(|cause| Self::plain(Ground::Suspicion { cause })));
        Self { ground, because }
    }

    fn of_leave(leave: &Leave) -> Self {
        let answer = match leave.terms {
            Terms::Waiver => "confirm",
            Terms::Hotfix => "hotfix",
        };
        Self::plain(Ground::Person { by: leave.by.clone(), answer, reason: leave.reason.clone() })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        write!(f, "{:indent$}{}", "", self.ground, indent = depth * 2)?;
        self.because.iter().try_for_each(|below| {
            f.write_str("\n")?;
            below.write(f, depth + 1)
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryGate => f.write_str("every gate let the release through"),
            Self::Owing => f.write_str("every gate let the release through, and something is to be mended"),
            Self::Gate { phase, arming, response } => write_gate(f, phase, *arming, *response),
            Self::Check { check, severity, cause, word, attempts, response } => {
                write!(f, "check {check} ({}{}): {word}", severity.as_str(), Known(*cause))?;
                if *attempts > 1 {
                    write!(f, " after {attempts} attempts")?;
                }
                response.map_or(Ok(()), |response| write!(f, ", asks for {}", response.as_str()))
            }
            Self::DependencyFirst { dependency, own, ahead } => {
                write!(f, "the service may not be at fault: dependency {dependency} failed")?;
                match own {
                    None => f.write_str(", and nothing of the service's own has"),
                    Some(own) if *ahead == Span::ZERO => write!(f, " at the same time as {own}"),
                    Some(own) => write!(f, " {ahead} before {own}"),
                }
            }
            Self::Failing { check, cause, since, until, account } => {
                write!(f, "{check} ({cause}) from {} on", Span::from_millis(since.0))?;
                until.map_or(Ok(()), |until| write!(f, " until {}", Span::from_millis(until.0)))?;
                write!(f, ": {account}")
            }
            Self::Path { number, pattern, person, ways } => {
                write!(f, "escalation path {number} ({pattern}): {person}")?;
                if ways.is_empty() { Ok(()) } else { write!(f, ", to be told by: {}", listed(ways)) }
            }
            Self::Suspicion { cause } => write!(f, "the plugin suspects: {cause}"),
            Self::Verdict { account } => write!(f, "{account}"),
            Self::Evidence { call, digest: Some(digest) } => write!(f, "evidence of call {call}: {digest}"),
            Self::Evidence { call, digest: None } => write!(f, "call {call} left no evidence"),
            Self::StillArmed { phase } => write!(f, "after the gate of phase {phase} its rules stayed armed"),
            Self::Person { by, answer, reason } => write!(f, "{by} answered {answer}: {reason}"),
            Self::Silence { waited } => write!(f, "nobody answered within {waited}"),
            Self::NobodyToAsk => f.write_str("there is nobody to ask"),
            Self::NoPatience => f.write_str("the plan waits for no answer: a person must decide"),
            Self::NothingVouches => {
                f.write_str("no check of an armed gate let it through: nothing speaks for the release")
            }
            Self::NoRollback => f.write_str("the plan names no rollback"),
            Self::DryRun { summary, steps } => {
                let steps = steps.len();
                write!(
                    f,
                    "dry run: would have rolled back in {steps} step{}: {summary}",
                    if steps == 1 { "" } else { "s" }
                )
            }
            Self::Rollback { account } => write!(f, "rollback: {account}"),
            Self::Shift { share, how, account } => write!(f, "the shift to {share} of the traffic {how}: {account}"),
            Self::DryShift { shares } => write_dry_shift(f, shares),
            Self::Traffic { percent, unsettled } => {
                write!(f, "the run gave the released version {percent} % of the traffic")?;
                unsettled.map_or(Ok(()), |share| write!(f, ", and whether it has {share} is not known"))
            }
            Self::Recovered => f.write_str("every recovery check let the previous version through"),
            Self::NotRecovered => f.write_str("the recovery could not be verified"),
            Self::Interrupted { by } => write!(f, "interrupted by {by}"),
        }
    }
}

/// A cause behind something else, where it is known.
struct Known(RootCause);

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_known() { write!(f, ", {}", self.0) } else { Ok(()) }
    }
}

fn write_dry_shift(f: &mut fmt::Formatter<'_>, shares: &[Share]) -> fmt::Result {
    let listed: Vec<String> = shares.iter().map(ToString::to_string).collect();
    let listed = listed.join(", then ");
    write!(f, "dry run: would have shifted {listed} of the traffic; its stages are not judged")
}

fn write_gate(
    f: &mut fmt::Formatter<'_>,
    phase: &PhaseName,
    arming: Arming,
    response: Option<Response>,
) -> fmt::Result {
    match (response, arming) {
        (None, Arming::Armed | Arming::ObserveOnly) => write!(f, "gate {phase}: go"),
        (Some(response), Arming::Armed) => write!(f, "gate {phase}: {}", response.as_str()),
        (Some(response), Arming::ObserveOnly) => {
            write!(f, "gate {phase}: go, since it only observes (armed it would be {})", response.as_str())
        }
    }
}
