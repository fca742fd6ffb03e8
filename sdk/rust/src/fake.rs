//! A host for tests: says what a plugin is to see, and remembers what the plugin did.
//!
//! ```
//! use holdpoint_sdk::fake::{Reply, World};
//!
//! let world = World::new();
//! world.on("GET", "endpoint:shop/health", Reply::status(200).text("ok"));
//! assert_eq!(world.host().get("endpoint:shop/health").send()?.text(), "ok");
//! assert_eq!(world.requests().len(), 1);
//! # Ok::<(), holdpoint_sdk::http::Error>(())
//! ```
//!
//! What no test has arranged is denied, as in a sandbox without grants. Time stands still until a reply takes some
//! or the plugin sleeps.

mod fixture;
mod network;
mod reply;
#[cfg(test)]
mod tests;

use std::cell::{Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use crate::check::{self, CheckResult};
use crate::http::{Answer, Error, Request};
use crate::{Call, Host, Release, Severity};

pub use fixture::Fixture;
use network::Network;
pub use network::{connection, received, tls};
pub use reply::{Reply, certificate};

/// When a world begins: 2026-01-01T00:00:00Z, in milliseconds since the Unix epoch.
pub const BEGINNING: u64 = 1_767_225_600_000;

type Responder = Rc<dyn Fn(&Request) -> Option<Reply>>;

/// Everything that a plugin can reach in a test. Clones are the same world.
#[derive(Clone, Default)]
pub struct World {
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    /// By method and absolute URL; the last reply is given again and again.
    routes: BTreeMap<(String, String), Vec<Reply>>,
    responder: Option<Responder>,
    bindings: BTreeMap<String, String>,
    requests: Vec<Request>,
    network: Network,
    log: Vec<(Severity, String)>,
    /// When it begins, if not at [`BEGINNING`].
    began: Option<u64>,
    elapsed: Duration,
}

impl World {
    /// Returns a world in which nothing is allowed and nothing has happened.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Arranges the reply to a method and URL, every time. An [`Error`] is a reply too.
    pub fn on(&self, method: &str, url: &str, reply: impl Into<Reply>) {
        self.on_each(method, url, [reply.into()]);
    }

    /// Arranges the replies to a method and URL, one after the other; the last is given again and again.
    pub fn on_each(&self, method: &str, url: &str, replies: impl IntoIterator<Item = Reply>) {
        let key = (method.to_owned(), self.absolute(url));
        self.state_mut().routes.insert(key, replies.into_iter().collect());
    }

    /// Arranges replies by a function of the request, which is asked where no route fits; `None` is a denial.
    pub fn answer_with(&self, responder: impl Fn(&Request) -> Option<Reply> + 'static) {
        self.state_mut().responder = Some(Rc::new(responder));
    }

    /// Binds an endpoint to a URL without a path. Unbound, `endpoint:NAME` is `https://NAME.test`.
    pub fn bind(&self, endpoint: &str, url: &str) {
        self.state_mut().bindings.insert(endpoint.to_owned(), url.trim_end_matches('/').to_owned());
    }

    /// Lets the world begin at a moment, in milliseconds since the Unix epoch, instead of at [`BEGINNING`].
    pub fn begin(&self, moment: u64) {
        self.state_mut().began = Some(moment);
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.state_mut().elapsed += time;
    }

    /// Returns the host to hand to a plugin.
    #[must_use]
    pub fn host(&self) -> Host {
        Host { imports: self.clone() }
    }

    /// Returns a call with these settings, of a feature release of `shop` from 1.9.0 to 2.0.0.
    #[must_use]
    pub fn call(&self, settings: &Value) -> Call {
        let release = Release {
            service: "shop".to_owned(),
            environment: "test".to_owned(),
            version: "2.0.0".to_owned(),
            previous_version: Some("1.9.0".to_owned()),
            artifact: None,
            revision: None,
            change: "feature".to_owned(),
            strategy: "rolling".to_owned(),
            labels: Vec::new(),
        };
        let (name, settings) = ("under-test".to_owned(), settings.to_string());
        Call { settings, release, name, attempt: 1, deadline_ms: 10_000, labels: Vec::new() }
    }

    /// Runs a check with settings, the way the sandbox does.
    ///
    /// # Errors
    /// Whatever the check says, and [`Failure::Settings`](crate::Failure::Settings) for settings that don't fit.
    pub fn check<S>(&self, run: check::Run<S>, settings: &Value) -> CheckResult
    where
        S: serde::de::DeserializeOwned,
    {
        check::run(run, check::nothing_more, &self.host(), &self.call(settings))
    }

    /// Returns the requests so far, in the order in which they were sent.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Returns the log so far.
    #[must_use]
    pub fn log_lines(&self) -> Vec<(Severity, String)> {
        self.state().log.clone()
    }

    /// Returns the absolute form of a URL that may begin with `endpoint:`.
    #[must_use]
    pub fn absolute(&self, url: &str) -> String {
        let Some(rest) = url.strip_prefix("endpoint:") else {
            return url.to_owned();
        };
        let (name, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        match self.state().bindings.get(name) {
            Some(base) => format!("{base}{path}"),
            None => format!("https://{name}.test{path}"),
        }
    }

    fn state(&self) -> Ref<'_, State> {
        self.state.borrow()
    }

    fn state_mut(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }
}

/// What the sandbox's imports do there, done here.
impl World {
    pub(crate) fn send(&self, request: &Request) -> Result<Answer, Error> {
        let url = self.absolute(&request.url);
        let reply = self.reply(request, &url);
        self.state_mut().requests.push(request.clone());
        self.pass(reply.duration());
        reply.answer(request, url)
    }

    pub(crate) fn send_all(&self, requests: &[Request]) -> Vec<Result<Answer, Error>> {
        requests.iter().map(|request| self.send(request)).collect()
    }

    pub(crate) fn log(&self, severity: Severity, message: &str) {
        self.state_mut().log.push((severity, message.to_owned()));
    }

    pub(crate) fn now(&self) -> u64 {
        let elapsed = u64::try_from(self.state().elapsed.as_millis()).unwrap_or(u64::MAX);
        self.state().began.unwrap_or(BEGINNING).saturating_add(elapsed)
    }

    pub(crate) fn monotonic(&self) -> u64 {
        u64::try_from(self.state().elapsed.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn sleep(&self, milliseconds: u32) {
        self.pass(Duration::from_millis(milliseconds.into()));
    }

    /// Finds the reply to a request: a route's next one, else the function's, else a denial.
    fn reply(&self, request: &Request, url: &str) -> Reply {
        let key = (request.method.clone(), url.to_owned());
        if let Some(replies) = self.state_mut().routes.get_mut(&key) {
            match replies.len() {
                0 => {}
                1 => return replies[0].clone(),
                _ => return replies.remove(0),
            }
        }
        let responder = self.state().responder.clone();
        let answered = responder.and_then(|responder| responder(request));
        answered.unwrap_or_else(|| {
            Error::Denied(format!("the test has arranged nothing for {} {}", request.method, request.url)).into()
        })
    }
}

impl Debug for World {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_struct("World").field("requests", &self.state().requests.len()).finish_non_exhaustive()
    }
}
