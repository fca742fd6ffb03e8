//! The headline: what became of the release, in one sentence.

use holdpoint_core::run::course::{Course, Doing};
use holdpoint_core::run::ending::Ending;
use holdpoint_core::run::event::Mode;
use serde::Serialize;

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Headline {
    /// The ending's word, or `under way`, or `unknown`.
    pub(crate) word: String,
    /// The exit code that goes with the ending; absent as long as there is none.
    pub(crate) exit_code: Option<u8>,
    /// One sentence with a stop.
    pub(crate) sentence: String,
    /// How it is to be taken.
    pub(crate) tone: Tone,
}

/// How a headline or a status is to be taken. Shown as a shape beside the word; never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// A person should look.
    Look,
    /// Bad.
    Bad,
    /// It could not be found out.
    Unclear,
    /// Nothing was found out, since nothing was asked.
    Idle,
}

impl Headline {
    pub(crate) fn of(course: Option<&Course>) -> Self {
        let Some(course) = course else {
            let sentence = "Nothing is known: the history has no start.".to_owned();
            return Self { word: "unknown".to_owned(), exit_code: None, sentence, tone: Tone::Unclear };
        };
        let mut headline = match course.closing() {
            Some(closing) => Self::ended(course, closing.ending),
            None => Self::under_way(course),
        };
        match course.start().mode {
            Mode::Real => {}
            Mode::DryRun => headline.sentence.push_str(" This was a dry run: nothing was changed."),
            Mode::Rehearsal => headline.sentence.insert_str(0, "REHEARSAL, in which nothing was real: "),
        }
        headline
    }

    fn ended(course: &Course, ending: Ending) -> Self {
        let release = &course.start().release;
        let what = format!("{} {}", release.service, release.version);
        let place = &release.environment;
        let previous = release.previous_version.as_deref().unwrap_or("the previous version");
        let (tone, sentence) = match ending {
            Ending::Confirmed => (Tone::Good, format!("{what} is confirmed in {place}.")),
            Ending::Hotfix => (Tone::Look, format!("{what} stays in {place} and needs a hotfix.")),
            Ending::RolledBack => {
                (Tone::Bad, format!("{what} was rolled back in {place}: {previous} is back and verified."))
            }
            Ending::RollbackFailed => {
                (Tone::Bad, format!("The rollback of {what} in {place} failed: a person must act now."))
            }
            Ending::Escalated => (Tone::Unclear, format!("{what} in {place} is undecided: a person must decide.")),
            Ending::Cancelled => {
                (Tone::Unclear, format!("The run for {what} in {place} was stopped by hand: nothing was decided."))
            }
        };
        Self { word: ending.words().to_owned(), exit_code: Some(ending.exit_code()), sentence, tone }
    }

    fn under_way(course: &Course) -> Self {
        let release = &course.start().release;
        let what = format!("{} {} in {}", release.service, release.version, release.environment);
        let sentence = match course.doing() {
            Doing::Judging { .. } => {
                let phase = course.phase().map_or("a phase", |phase| phase.name().as_str());
                format!("{what} is being judged, in {phase}.")
            }
            Doing::Shifting { .. } => {
                let share = course.shifts().last().map_or_else(String::new, |shift| format!(" to {}", shift.share()));
                format!("{what} is being given traffic: a shift{share} is under way.")
            }
            Doing::Holding { hold } => format!("{what} is on hold: {} is asked what to do.", hold.commander),
            Doing::RollingBack => format!("{what} is being rolled back."),
            Doing::Ended => format!("{what}: the run has ended."),
        };
        Self { word: "under way".to_owned(), exit_code: None, sentence, tone: Tone::Idle }
    }
}

impl Tone {
    /// The tone of an outcome's word. A word that is not known is unclear, never good.
    pub(crate) fn of_word(word: &str) -> Self {
        match word {
            "pass" | "go" => Self::Good,
            "warn" | "waived" | "hotfix" | "note" => Self::Look,
            "fail" | "roll-back" => Self::Bad,
            "skipped" | "cancelled" | "waiting" | "running" | "pausing" | "not reached" => Self::Idle,
            _ => Self::Unclear,
        }
    }

    /// Its name, for style sheets.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
            Self::Unclear => "unclear",
            Self::Idle => "idle",
        }
    }

    /// Its shape in plain text: told apart without colour.
    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Look => "▲",
            Self::Bad => "✗",
            Self::Unclear => "?",
            Self::Idle => "–",
        }
    }
}
