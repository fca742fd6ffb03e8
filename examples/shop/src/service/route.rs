//! The paths of the service, and the few names they are counted under.

pub(super) const HOME: &str = "/";
pub(super) const LOGIN: &str = "/login";
pub(super) const DASHBOARD: &str = "/dashboard";
pub(super) const CART: &str = "/api/cart";
pub(super) const CHECKOUT: &str = "/api/checkout";
pub(super) const ORDER: &str = "/api/orders/{id}";
pub(super) const HEALTH: &str = "/health";
pub(super) const VERSION: &str = "/version";
pub(super) const METRICS: &str = "/metrics";

/// Who a route is for, which decides what a fault does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// People: pages.
    People,
    /// The shop's own scripts: the API.
    Scripts,
    /// Those who run the shop: health, version, metrics.
    Operators,
}

/// Returns the name a path is counted under and who it is for.
///
/// Unknown paths share one name, so that nobody can fill the metrics with made-up ones.
pub(super) fn named(path: &str) -> (&'static str, Audience) {
    match path {
        HOME => (HOME, Audience::People),
        LOGIN => (LOGIN, Audience::People),
        DASHBOARD => (DASHBOARD, Audience::People),
        CART => (CART, Audience::Scripts),
        CHECKOUT => (CHECKOUT, Audience::Scripts),
        HEALTH => (HEALTH, Audience::Operators),
        VERSION => (VERSION, Audience::Operators),
        METRICS => (METRICS, Audience::Operators),
        other if other.starts_with("/api/orders/") => (ORDER, Audience::Scripts),
        _ => ("other", Audience::People),
    }
}
