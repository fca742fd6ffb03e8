//! The host imports, as they are in the sandbox.
//!
//! Plain calls, no table of functions: a component imports only what its plugin calls.

use crate::Severity;
use crate::bindings::check::holdpoint::plugin::{clock, http, log, net};

/// The real imports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imports;

impl Imports {
    pub(crate) fn send(&self, request: &http::Request) -> Result<http::Answer, http::Error> {
        http::send(request)
    }

    pub(crate) fn send_all(&self, requests: &[http::Request]) -> Vec<Result<http::Answer, http::Error>> {
        http::send_all(requests)
    }

    pub(crate) fn resolve(&self, target: &str) -> Result<Vec<String>, http::Error> {
        net::resolve(target)
    }

    pub(crate) fn connect(&self, target: &str, timeout: Option<u32>) -> Result<net::Connection, http::Error> {
        net::connect(target, timeout)
    }

    pub(crate) fn inspect_tls(&self, target: &str, timeout: Option<u32>) -> Result<net::TlsFacts, http::Error> {
        net::inspect_tls(target, timeout)
    }

    pub(crate) fn transact(&self, exchange: &net::Exchange) -> Result<net::Received, http::Error> {
        net::transact(exchange)
    }

    pub(crate) fn log(&self, severity: Severity, message: &str) {
        log::write(severity, message);
    }

    pub(crate) fn now(&self) -> u64 {
        clock::now()
    }

    pub(crate) fn monotonic(&self) -> u64 {
        clock::monotonic()
    }

    pub(crate) fn sleep(&self, milliseconds: u32) {
        clock::sleep(milliseconds);
    }
}
