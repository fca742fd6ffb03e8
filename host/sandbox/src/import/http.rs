//! The import `http`: from the guest's words to the gateway's and back.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts;
use holdpoint_core::id::Digest;
use holdpoint_gateway::{HttpAnswer, HttpRequest, Refusal};

use crate::bindings::http::{Answer, Certificate, Error, Host, Request, Timings};
use crate::bindings::types;
use crate::state::State;
use crate::world::{Question, World};

const SEND: &str = "http.send";
const SEND_ALL: &str = "http.send-all";

impl types::Host for State {}

impl Host for State {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Answer, Error>> {
        let question = Question::new(SEND, &digest_of(&request), &in_words(&request));
        let Some(session) = self.world.session() else { return self.world.recalled_answer(&question) };
        let mut answer = session.send(asked(request)).await.map(answered).map_err(refused);
        self.world.note_answers(&question, std::slice::from_mut(&mut answer));
        self.world.go_on()?;
        Ok(answer)
    }

    async fn send_all(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Answer, Error>>> {
        let words: Vec<String> = requests.iter().take(SHOWN).map(in_words).collect();
        let digests: Vec<Digest> = requests.iter().map(digest_of).collect();
        let question = Question::new(SEND_ALL, &digests, &format!("{}: {}", requests.len(), words.join(", ")));
        let Some(session) = self.world.session() else { return self.world.recalled_answers(&question) };
        let answers = session.send_all(requests.into_iter().map(asked).collect()).await;
        let mut answers: Vec<_> = answers.into_iter().map(|answer| answer.map(answered).map_err(refused)).collect();
        self.world.note_answers(&question, &mut answers);
        self.world.go_on()?;
        Ok(answers)
    }
}

/// How many requests of a batch are told in words.
const SHOWN: usize = 8;

fn in_words(request: &Request) -> String {
    format!("{} {}", request.method, request.url)
}

/// The digest of a request, its body by its own digest: a body may be large.
fn digest_of(request: &Request) -> Digest {
    let Request { method, url, headers, body, timeout_ms, max_body, labels } = request;
    let asked = (method, url, headers, body.as_deref().map(Digest::of), timeout_ms, max_body, labels);
    // Texts and numbers: writing them can't fail.
    Digest::of(&serde_json::to_vec(&asked).unwrap_or_default())
}

impl World {
    /// Notes answers. Their bodies are taken out while they are written, and put back.
    fn note_answers(&self, question: &Question, answers: &mut [Result<Answer, Error>]) {
        let mut bodies = Vec::with_capacity(answers.len());
        for answer in answers.iter_mut() {
            bodies.push(answer.as_mut().map(|answer| std::mem::take(&mut answer.body)).unwrap_or_default());
        }
        let named = |body: &Vec<u8>| (!body.is_empty()).then(|| Digest::of(body));
        let noted: Vec<_> = answers.iter().zip(&bodies).map(|(answer, body)| (answer, named(body))).collect();
        self.note(question, &noted);
        for (answer, body) in answers.iter_mut().zip(bodies) {
            if let Ok(answer) = answer {
                answer.body = body;
            }
        }
    }

    fn recalled_answers(&self, question: &Question) -> wasmtime::Result<Vec<Result<Answer, Error>>> {
        let noted: Vec<(Result<Answer, Error>, Option<Digest>)> = self.recalled(question)?.unwrap_or_default();
        let whole = noted.into_iter().map(|(mut answer, body)| {
            if let (Ok(answer), Some(body)) = (&mut answer, body) {
                answer.body = self.body(&body)?;
            }
            Ok(answer)
        });
        whole.collect()
    }

    fn recalled_answer(&self, question: &Question) -> wasmtime::Result<Result<Answer, Error>> {
        let one = self.recalled_answers(question)?.pop();
        one.ok_or_else(|| wasmtime::Error::msg("the record of a request is damaged: it has no answer"))
    }
}

fn asked(request: Request) -> HttpRequest {
    HttpRequest {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body.map(Bytes::from),
        timeout: request.timeout_ms.map(|millis| Duration::from_millis(u64::from(millis))),
        max_body: request.max_body,
    }
}

fn answered(answer: HttpAnswer) -> Answer {
    let timings = Timings {
        resolve: answer.timings.resolve,
        connect: answer.timings.connect,
        tls: answer.timings.tls,
        first_byte: answer.timings.first_byte.unwrap_or(answer.timings.total),
        total: answer.timings.total,
    };
    Answer {
        status: answer.status,
        headers: answer.headers,
        body: answer.body.into(),
        truncated: answer.truncated,
        url: answer.url,
        address: answer.address.map(|address| address.to_string()),
        protocol: answer.protocol,
        timings,
        certificate: answer.certificate.map(certificate),
        labels: Vec::new(),
    }
}

/// A certificate as guests see it.
pub(super) fn certificate(certificate: facts::Certificate) -> Certificate {
    Certificate {
        subject: certificate.subject,
        issuer: certificate.issuer,
        names: certificate.names,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        fingerprint: certificate.fingerprint,
    }
}

/// A refusal as guests see it.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(super) fn refused(refusal: Refusal) -> Error {
    let words = refusal.to_string();
    match refusal {
        Refusal::Denied(_) => Error::Denied(words),
        Refusal::InvalidRequest(_) => Error::InvalidRequest(words),
        Refusal::Dns(_) => Error::Dns(words),
        Refusal::Connect(_) => Error::Connect(words),
        Refusal::Tls(_) => Error::Tls(words),
        Refusal::Timeout(_) => Error::Timeout(words),
        Refusal::Protocol(_) => Error::Protocol(words),
        Refusal::Limit(_) => Error::Limit(words),
    }
}
