//! Connecting, exchanging, and looking at the certificate.

use holdpoint_sdk::finding::excerpt;
use holdpoint_sdk::http::in_milliseconds;
use holdpoint_sdk::net;
use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Findings, Host};

use crate::settings::{Exchange, Layer, Settings, Tls};

/// Looks at the port.
pub(crate) fn run(settings: &Settings, host: &Host, _: &Call) -> CheckResult {
    let mut findings = Findings::new();
    let subject = settings.endpoint.as_str();
    if let Some(connection) = findings.expect_answer(subject, host.connect(&settings.endpoint, None))? {
        findings.met();
        let took = in_milliseconds(connection.connect);
        findings.measure("connect", took, "ms");
        if let Some(most) = settings.max_connect_ms {
            findings.expect_at_most("connect", most, took, "ms");
        }
        if let Some(exchange) = &settings.exchange {
            transact(settings, exchange, host, &mut findings)?;
        }
        if let Some(tls) = &settings.tls {
            certificate(settings, tls, host, &mut findings)?;
        }
    }
    let words = if findings.has_failed() { "does not answer as it should" } else { "answers" };
    Ok(findings.verdict(format!("{subject} {words}")))
}

fn transact(settings: &Settings, exchange: &Exchange, host: &Host, findings: &mut Findings) -> Result<(), Failure> {
    let mut asked = net::Exchange::with(&settings.endpoint);
    if exchange.layer == Layer::Tls {
        asked = asked.over_tls();
    }
    if let Some(send) = &exchange.send {
        asked = asked.sending(send.as_bytes());
    }
    if let Some(until) = &exchange.until {
        asked = asked.until(until.as_bytes());
    }
    let Some(received) = findings.expect_answer("exchange", host.transact(&asked))? else { return Ok(()) };
    findings.measure("exchange", in_milliseconds(received.elapsed), "ms");
    let text = received.text();
    if text.contains(&exchange.expect) {
        findings.met();
    } else {
        let finding = Finding::fail("exchange", "the answer does not contain what was expected");
        findings.add(finding.expected(&exchange.expect).observed(excerpt(&text)));
    }
    Ok(())
}

fn certificate(settings: &Settings, tls: &Tls, host: &Host, findings: &mut Findings) -> Result<(), Failure> {
    let Some(facts) = findings.expect_answer("tls", host.inspect_tls(&settings.endpoint, None))? else { return Ok(()) };
    let left = facts.certificate.days_left(host.now());
    findings.measure("certificate-days-left", left, "days");
    findings.expect_at_least("certificate", tls.days_left, left, "days");
    findings.note("tls", format!("{} with {}", facts.version, facts.cipher));
    Ok(())
}
