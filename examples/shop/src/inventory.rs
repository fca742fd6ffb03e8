//! The inventory: the one service the shop depends on.

use std::time::Duration;

use crate::{
    client::{HttpClient, get, http_client},
    fault::{Fault, Faults},
    origin::HttpUrl,
};

const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Whether a dependency can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependency {
    Up,
    Down,
}

impl Dependency {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Up => "ok",
            Self::Down => "down",
        }
    }
}

/// Where the stock is known: another service, or the shop's own shelf.
pub(crate) struct Inventory {
    elsewhere: Option<(HttpUrl, HttpClient)>,
}

impl Inventory {
    /// Without a URL the inventory is in the process and always up.
    pub(crate) fn at(url: Option<HttpUrl>) -> Self {
        Self { elsewhere: url.map(|url| (url, http_client())) }
    }

    /// Asks the inventory; anything but a 2xx within a second is down.
    pub(crate) async fn state(&self, faults: &Faults) -> Dependency {
        if faults.has(Fault::DependencyDown) {
            return Dependency::Down;
        }
        let Some((url, client)) = &self.elsewhere else {
            return Dependency::Up;
        };
        match get(client, url.uri(), ANSWERS_WITHIN).await {
            Ok((status, _)) if status.is_success() => Dependency::Up,
            Ok(_) | Err(_) => Dependency::Down,
        }
    }
}
