//! The import `http`: from the guest's words to the gateway's and back.

use std::time::Duration;

use bytes::Bytes;
use holdpoint_core::facts;
use holdpoint_gateway::{HttpAnswer, HttpRequest, Refusal};

use crate::bindings::http::{Answer, Certificate, Error, Host, Request, Timings};
use crate::bindings::types;
use crate::state::State;

impl types::Host for State {}

impl Host for State {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Answer, Error>> {
        let answer = self.session.send(asked(request)).await;
        Ok(answer.map(answered).map_err(refused))
    }

    async fn send_all(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Answer, Error>>> {
        let requests = requests.into_iter().map(asked).collect();
        let answers = self.session.send_all(requests).await;
        Ok(answers.into_iter().map(|answer| answer.map(answered).map_err(refused)).collect())
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
