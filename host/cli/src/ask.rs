//! Asking the person at the terminal. The answer goes into the run like any other event.
//!
//! What is typed answers the question that was read: one that arrives hardly later than a new question was begun before it,
//! and is an answer to the one before.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use holdpoint_conductor::people::{People, Question, Reached};
use holdpoint_core::plan::people::listed;
use holdpoint_core::run::event::{Answer, Event};
use holdpoint_core::time::Span;
use tokio::sync::mpsc;

use crate::output;

/// The person at the terminal, if there is one.
pub(crate) struct AtTheTerminal {
    answers: mpsc::Sender<Event>,
    asked: Arc<Mutex<Asked>>,
    listening: bool,
}

/// The questions that stand on the screen.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// The latest one's number.
    number: u32,
    /// Since when it stands there.
    since: Instant,
    /// The number of the one before.
    before: u32,
}

/// Nobody reads a question and answers it in less.
const READING: Duration = Duration::from_millis(1_500);

impl Asked {
    /// A question is shown.
    fn show(&mut self, number: u32, now: Instant) {
        // Asked again, it is the same question.
        if number != self.number {
            *self = Self { number, since: now, before: self.number };
        }
    }

    /// The question that a line is an answer to.
    fn answered_at(&self, now: Instant) -> u32 {
        let read = self.before == 0 || now.duration_since(self.since) >= READING;
        if read { self.number } else { self.before }
    }
}

impl AtTheTerminal {
    /// Somebody whose answers go this way.
    pub(crate) fn new(answers: mpsc::Sender<Event>) -> Self {
        let asked = Asked { number: 0, since: Instant::now(), before: 0 };
        Self { answers, asked: Arc::new(Mutex::new(asked)), listening: false }
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
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).show(question.number, Instant::now());
        if !self.listening {
            self.listening = true;
            let (answers, asked) = (self.answers.clone(), Arc::clone(&self.asked));
            thread::spawn(move || listen(&answers, &asked));
        }
        Reached::Somebody
    }
}

const HOW: &str = "Type one of: confirm REASON · hotfix REASON · roll-back REASON · extend 10m";

/// Reads answers until nobody waits for them any more.
fn listen(answers: &mpsc::Sender<Event>, asked: &Mutex<Asked>) {
    let by = std::env::var("USER").unwrap_or_else(|_| "somebody at the terminal".to_owned());
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        match understood(line.trim()) {
            Some(answer) => {
                let asked = *asked.lock().unwrap_or_else(PoisonError::into_inner);
                let question = asked.answered_at(Instant::now());
                if question != asked.number {
                    output::note("That was begun before the last question stood here; answer again, if it is meant.");
                }
                if answers.blocking_send(Event::Answered { by: by.clone(), answer, question: Some(question) }).is_err()
                {
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
    fn a_line_that_comes_with_a_new_question_answers_the_one_before() {
        let start = Instant::now();
        let mut asked = Asked { number: 0, since: start, before: 0 };

        asked.show(1, start);
        assert_eq!(asked.answered_at(start), 1, "there was none before");
        asked.show(2, start);

        assert_eq!(asked.answered_at(start + READING / 2), 1);
        assert_eq!(asked.answered_at(start + READING), 2);
        asked.show(2, start + READING);
        assert_eq!(asked.answered_at(start + READING), 2, "asked again it is the same");
    }

    #[test]
    fn an_extension_needs_a_length() {
        assert_eq!(understood("extend soon"), None);
        assert_eq!(understood("extend 10m"), Some(Answer::Extend { by: Span::from_secs(600) }));
    }
}
