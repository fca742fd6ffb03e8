//! The host as a plugin sees it: HTTP, the network below it, the log, the clock.
//!
//! The same in the sandbox and in a test; a test gets its host from [`fake::World`](crate::fake::World).

use std::time::Duration;

use crate::Severity;
use crate::http::{Answer, Error, Outgoing, Request};

#[cfg(not(target_arch = "wasm32"))]
use crate::fake::World as Imports;
#[cfg(target_arch = "wasm32")]
use crate::sandbox::Imports;

/// The way to the outside.
#[derive(Clone, Debug)]
pub struct Host {
    pub(crate) imports: Imports,
}

impl Host {
    #[cfg(target_arch = "wasm32")]
    #[doc(hidden)]
    #[must_use]
    pub fn new() -> Self {
        Self { imports: Imports }
    }

    /// Begins a GET request. The URL is `endpoint:NAME/path` or an absolute one within a granted endpoint.
    pub fn get(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("GET", url)
    }

    /// Begins a HEAD request.
    pub fn head(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("HEAD", url)
    }

    /// Begins a POST request.
    pub fn post(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("POST", url)
    }

    /// Begins a PUT request.
    pub fn put(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("PUT", url)
    }

    /// Begins a PATCH request.
    pub fn patch(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("PATCH", url)
    }

    /// Begins a DELETE request.
    pub fn delete(&self, url: impl AsRef<str>) -> Outgoing<'_> {
        self.request("DELETE", url)
    }

    /// Begins a request with any method, in capitals.
    pub fn request(&self, method: impl Into<String>, url: impl AsRef<str>) -> Outgoing<'_> {
        Outgoing::new(self, method.into(), url.as_ref().to_owned())
    }

    /// Sends a request that has been built before.
    ///
    /// # Errors
    /// When there is no answer; see [`Error`].
    pub fn send(&self, request: &Request) -> Result<Answer, Error> {
        self.imports.send(request)
    }

    /// Sends several requests side by side and waits for all; the answers stand in the order of the requests.
    pub fn send_all(&self, requests: &[Request]) -> Vec<Result<Answer, Error>> {
        self.imports.send_all(requests)
    }

    /// Writes a line into the log that is kept with the call's evidence.
    pub fn log(&self, severity: Severity, message: impl AsRef<str>) {
        self.imports.log(severity, message.as_ref());
    }

    /// Logs for the plugin's author.
    pub fn debug(&self, message: impl AsRef<str>) {
        self.log(Severity::Debug, message);
    }

    /// Logs for whoever reads the report closely.
    pub fn info(&self, message: impl AsRef<str>) {
        self.log(Severity::Info, message);
    }

    /// Logs something unusual.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.log(Severity::Warn, message);
    }

    /// Logs something wrong.
    pub fn error(&self, message: impl AsRef<str>) {
        self.log(Severity::Error, message);
    }

    /// Returns the time in milliseconds since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.imports.now()
    }

    /// Returns the time since an unspecified moment; it never goes back.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.imports.monotonic())
    }

    /// Waits. The time counts towards the call's deadline.
    pub fn sleep(&self, time: Duration) {
        self.imports.sleep(milliseconds(time));
    }
}

#[cfg(target_arch = "wasm32")]
impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns a duration as the interface wants it: in whole milliseconds, and a positive one never as zero.
pub(crate) fn milliseconds(time: Duration) -> u32 {
    let exact = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    if time.is_zero() { 0 } else { exact.max(1) }
}
