//! Asking the person at the terminal. The answer goes into the run like any other event.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::thread;

use holdpoint_conductor::people::{People, Question, Reached};
use holdpoint_core::plan::people::listed;
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::time::Span;
use tokio::sync::mpsc;

use crate::output;

/// The person at the terminal, if there is one.
pub(crate) struct AtTheTerminal {
    answers: mpsc::Sender<Event>,
    listening: bool,
}

impl AtTheTerminal {
    /// Somebody whose answers go this way.
    pub(crate) fn new(answers: mpsc::Sender<Event>) -> Self {
        Self { answers, listening: false }
    }
}

impl People for AtTheTerminal {
    fn ask(&mut self, question: Question) -> Reached {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Reached::Nobody;
        }
        let ways = if question.ways.is_empty() {
            String::new()
        } else {
            format!(" (to be told by: {})", listed(&question.ways))
        };
        output::note(&format!("\n{} must decide{ways}: {}", question.commander, question.question));
        if let Some(within) = question.within {
            output::note(&format!("Silence for {within} has its own answer in the plan."));
        }
        output::note(HOW);
        if !self.listening {
            self.listening = true;
            let answers = self.answers.clone();
            thread::spawn(move || listen(&answers));
        }
        Reached::Somebody
    }
}

const HOW: &str = "Type one of: confirm REASON · hotfix REASON · roll-back REASON · extend 10m";

/// Reads answers until nobody waits for them any more.
fn listen(answers: &mpsc::Sender<Event>) {
    let by = std::env::var("USER").unwrap_or_else(|_| "somebody at the terminal".to_owned());
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        match understood(line.trim()) {
            Some(answer) => {
                if answers.blocking_send(Event::Answered { by: by.clone(), answer }).is_err() {
                    return;
                }
            }
            None => output::note(HOW),
        }
    }
}

fn understood(line: &str) -> Option<Answer> {
    let (word, rest) = line.split_once(' ')?;
    let rest = rest.trim().to_owned();
    match word {
        _ if rest.is_empty() => None,
        "confirm" => Some(Answer::Confirm { reason: rest }),
        "hotfix" => Some(Answer::Hotfix { reason: rest }),
        "roll-back" => Some(Answer::RollBack { reason: rest }),
        "extend" => Span::parse(&rest).ok().map(|by| Answer::Extend { by }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_needs_a_reason() {
        assert_eq!(understood("confirm"), None);
        assert_eq!(understood("confirm  "), None);
        let reason = "seen before, harmless".to_owned();
        assert_eq!(understood("confirm seen before, harmless"), Some(Answer::Confirm { reason }));
    }

    #[test]
    fn an_extension_needs_a_length() {
        assert_eq!(understood("extend soon"), None);
        assert_eq!(understood("extend 10m"), Some(Answer::Extend { by: Span::from_secs(600) }));
    }
}
