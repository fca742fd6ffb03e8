//! Taking the steps: one after the other, with cookies and captured values carried on, until one fails.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use holdpoint_sdk::http::{Answer, Request, in_milliseconds};
use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Findings, Host};

use crate::address::Address;
use crate::cookie::Jar;
use crate::redirect::{self, Next};
use crate::settings::{Settings, Step};
use crate::values::Values;
use crate::{capture, expectation, request};

/// An answer, and how long it took to get there.
pub(crate) struct Arrival {
    pub(crate) answer: Answer,
    /// Redirects included, in microseconds.
    pub(crate) total: u64,
}

/// What is carried from one step to the next.
struct Flow<'a> {
    host: &'a Host,
    values: Values<'a>,
    jar: Jar,
    /// The absolute URL of each endpoint that has answered, as the host told it.
    endpoints: BTreeMap<String, String>,
    findings: Findings,
    /// The time of all steps so far, in microseconds.
    total: u64,
}

/// The check.
///
/// # Errors
/// When the plan or the host does not let it look; silence of the service is a finding.
pub(crate) fn run(settings: &Settings, host: &Host, call: &Call) -> CheckResult {
    let steps = settings.all_steps();
    let mut flow = Flow {
        host,
        values: Values::new(&call.release),
        jar: Jar::default(),
        endpoints: BTreeMap::new(),
        findings: Findings::new(),
        total: 0,
    };
    for (position, step) in steps.iter().enumerate() {
        if flow.take(step, steps.len())?.is_break() {
            let left = steps.len() - position - 1;
            if left > 0 {
                flow.findings.note("flow", format!("ended at `{}`; steps not taken: {left}", step.title()));
            }
            break;
        }
    }
    Ok(flow.close(&steps))
}

impl Flow<'_> {
    /// Takes one step; the flow ends with the first that does not go well.
    fn take(&mut self, step: &Step, steps: usize) -> Result<ControlFlow<()>, Failure> {
        let title = step.title();
        let prefix = if steps > 1 { format!("{title}: ") } else { String::new() };
        let Some(arrival) = self.fetch(step, &title)? else { return Ok(ControlFlow::Break(())) };
        self.total += arrival.total;
        let mut judge = expectation::Judge { findings: &mut self.findings, prefix: &prefix, values: &self.values };
        judge.judge(&step.expect, &arrival, self.host.now())?;
        for (name, what) in &step.capture {
            match capture::find(what, &arrival.answer) {
                Ok(value) => self.values.keep(name, value),
                Err(reason) => self.findings.fail(&format!("{prefix}captured `{name}`"), reason),
            }
        }
        let ended = self.findings.has_failed() || self.findings.is_unknown();
        Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Sends a step's request and follows redirects as far as the step lets it. `None` when there is no answer to
    /// judge; the reason is among the findings then.
    fn fetch(&mut self, step: &Step, title: &str) -> Result<Option<Arrival>, Failure> {
        let mut request = request::of_step(step, self.host, &self.values)?;
        let mut total = 0;
        let mut hops = 0;
        loop {
            let Some(answer) = self.send(&request, title)? else { return Ok(None) };
            total += answer.timings.total;
            if step.redirects == 0 {
                return Ok(Some(Arrival { answer, total }));
            }
            match redirect::next(&request, &answer) {
                Next::Stay => return Ok(Some(Arrival { answer, total })),
                Next::Follow(next) if hops < step.redirects => request = *next,
                Next::Follow(next) => {
                    let finding = Finding::fail(title, format!("redirects more than {} times", step.redirects));
                    self.findings.add(finding.observed(format!("at last to {}", next.url)));
                    return Ok(None);
                }
                Next::Astray(location) => {
                    self.findings.add(Finding::fail(title, "redirects to no HTTP address").observed(location));
                    return Ok(None);
                }
            }
            hops += 1;
        }
    }

    /// Sends one request with the cookies that belong to it, and keeps those that come back.
    fn send(&mut self, request: &Request, title: &str) -> Result<Option<Answer>, Failure> {
        let now = i64::try_from(self.host.now() / 1000).unwrap_or(i64::MAX);
        let mut request = request.clone();
        if let Some(cookies) = self.address(&request.url).and_then(|to| self.jar.header(&to, now)) {
            add_cookies(&mut request, &cookies);
        }
        let Some(answer) = self.findings.expect_answer(title, self.host.send(&request))? else { return Ok(None) };
        self.learn(&request.url, &answer.url);
        if let Some(from) = Address::parse(&answer.url) {
            for header in answer.headers_of("set-cookie") {
                if let Err(reason) = self.jar.take(&from, header, now) {
                    self.host.warn(format!("{title}: a cookie was refused: {reason}"));
                }
            }
        }
        Ok(Some(answer))
    }

    /// Returns the absolute address of a URL, if it is known by now.
    fn address(&self, url: &str) -> Option<Address> {
        match split_endpoint(url) {
            Some((name, path)) => Address::parse(&format!("{}{path}", self.endpoints.get(name)?)),
            None => Address::parse(url),
        }
    }

    /// Remembers what an endpoint is bound to.
    fn learn(&mut self, asked: &str, answered: &str) {
        if let Some((name, path)) = split_endpoint(asked)
            && let Some(base) = answered.strip_suffix(path)
        {
            self.endpoints.insert(name.to_owned(), base.trim_end_matches('/').to_owned());
        }
    }

    fn close(mut self, steps: &[Step]) -> holdpoint_sdk::Verdict {
        let milliseconds = in_milliseconds(self.total);
        let title = steps.first().map(Step::title).unwrap_or_default();
        let summary = match steps.len() {
            1 => format!("{title} answered as expected in {milliseconds} ms"),
            several => format!("all {several} steps went as expected in {milliseconds} ms"),
        };
        if steps.len() > 1 {
            self.findings.measure("flow-latency", milliseconds, "ms");
        }
        self.findings.verdict(summary)
    }
}

/// Splits `endpoint:NAME/path` before the path.
fn split_endpoint(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("endpoint:")?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

/// Adds cookies to those that the step itself sends.
fn add_cookies(request: &mut Request, cookies: &str) {
    match request.headers.iter_mut().find(|(name, _)| name == "cookie") {
        Some((_, own)) => *own = format!("{own}; {cookies}"),
        None => request.headers.push(("cookie".to_owned(), cookies.to_owned())),
    }
}
