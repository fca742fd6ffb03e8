//! The world of a fixture: requests get the answers that it holds, in their order, and nothing else is answered.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::name::SecretName;
use holdpoint_core::plan::grant::NetOperation;
use holdpoint_core::plan::secret::placeholder;
use holdpoint_gateway::outside::{Outside, Played, Reached, Scripted, Wanted};
use holdpoint_gateway::{Denial, Refusal};

use super::exchange::Exchange;
use crate::secret;

/// The answers of one fixture, each given once.
pub(crate) struct Staged {
    /// By method and URL.
    answers: Mutex<BTreeMap<(String, String), Answers>>,
    /// What stands in requests in the place of secrets.
    secrets: Vec<SecretName>,
}

struct Answers {
    left: VecDeque<Played<Scripted>>,
    /// How many there were.
    held: usize,
    /// The URL as the fixture writes it.
    written: String,
}

impl Staged {
    pub(crate) fn new(exchanges: &[Exchange], secrets: &[SecretName]) -> Self {
        let mut answers: BTreeMap<(String, String), Answers> = BTreeMap::new();
        for exchange in exchanges {
            let key = (exchange.method.clone(), exchange.url.to_string());
            let fresh = || Answers { left: VecDeque::new(), held: 0, written: exchange.written.clone() };
            let found = answers.entry(key).or_insert_with(fresh);
            found.held += 1;
            found.left.push_back(Played { after: exchange.after, end: exchange.end.clone() });
        }
        Self { answers: Mutex::new(answers), secrets: secrets.to_vec() }
    }

    /// A URL as a fixture has it: with the names of secrets, not what stands in for them.
    fn written(&self, url: &str) -> String {
        self.secrets.iter().fold(url.to_owned(), |url, name| {
            let shown = url::form_urlencoded::byte_serialize(placeholder(name).as_bytes()).collect::<String>();
            url.replace(&secret::stand_in(name), &shown)
        })
    }
}

impl Outside for Staged {
    fn answer(&self, wanted: &Wanted<'_>) -> Played<Scripted> {
        let url = self.written(wanted.url.as_str());
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = answers.get_mut(&(wanted.method.to_owned(), url.clone())) else {
            return denied(format!("the test has arranged nothing for {} {url}", wanted.method));
        };
        let Answers { left, held, written } = found;
        left.pop_front().unwrap_or_else(|| {
            denied(format!(
                "the fixture holds {held} answers to {} {written}, and this is one request more",
                wanted.method
            ))
        })
    }

    fn reach(&self, reached: &Reached<'_>) -> Played<Bytes> {
        let named = NetOperation::ALL.iter().find(|(_, operation)| *operation == reached.operation);
        let operation = named.map_or("", |(word, _)| word);
        denied(format!("the test has arranged nothing for {operation} endpoint:{}", reached.endpoint))
    }
}

fn denied<T>(why: String) -> Played<T> {
    Played { after: Duration::ZERO, end: Err(Refusal::from(Denial::Played { why })) }
}
