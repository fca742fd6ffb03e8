//! What the shop remembers: login forms, sessions, carts and orders, in memory.

use std::{collections::BTreeMap, sync::Mutex};

use serde::Serialize;

use crate::{lock::locked, recent::Recent};

/// The most login forms, sessions and orders remembered; the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// The most pieces of one thing in a cart.
pub(crate) const MOST_PIECES: u32 = 99;

/// What is sold: name and price in cents.
const SHELF: [(&str, u64); 4] = [("mug", 1_250), ("notebook", 690), ("poster", 1_900), ("sticker", 150)];

/// The shop's memory. Both versions of a shop share one, as two versions share a database.
#[derive(Debug)]
pub struct Store {
    remembered: Mutex<Remembered>,
}

#[derive(Debug)]
struct Remembered {
    forms: Recent<String>,
    sessions: Recent<Session>,
    orders: Recent<Order>,
    carts_made: u64,
    orders_made: u64,
}

/// One person's visit.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) cart: Option<Cart>,
    pub(crate) last_order: Option<String>,
}

/// What someone is about to buy.
#[derive(Clone, Debug)]
pub(crate) struct Cart {
    id: String,
    lines: BTreeMap<&'static str, u32>,
}

/// A cart as the API shows it; `total` and prices in cents.
#[derive(Debug, Serialize)]
pub(crate) struct CartView {
    id: String,
    total: u64,
    currency: &'static str,
    lines: Vec<CartLine>,
}

/// One thing in a cart.
#[derive(Debug, Serialize)]
pub(crate) struct CartLine {
    sku: &'static str,
    quantity: u32,
    price: u64,
}

/// A cart that was checked out; `total` in cents.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) state: &'static str,
    pub(crate) cart: String,
    pub(crate) total: u64,
    pub(crate) currency: &'static str,
    #[serde(skip)]
    user: String,
}

/// Why the store did not do what it was asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the session has ended")]
    NoSession,
    #[error("there is no {0:?} in this shop")]
    UnknownSku(String),
    #[error("a cart holds 1 to {MOST_PIECES} pieces of a thing")]
    Quantity,
    #[error("this session has no cart {0:?}")]
    UnknownCart(String),
}

impl Default for Store {
    fn default() -> Self {
        Self {
            remembered: Mutex::new(Remembered {
                forms: Recent::at_most(REMEMBERED),
                sessions: Recent::at_most(REMEMBERED),
                orders: Recent::at_most(REMEMBERED),
                carts_made: 0,
                orders_made: 0,
            }),
        }
    }
}

impl Store {
    /// Remembers which token a login form carries. `form` names the browser that was shown it.
    pub(crate) fn show_form(&self, form: String, token: String) {
        locked(&self.remembered).forms.insert(form, token);
    }

    /// Takes a form back. True only once, and only with the token that it was shown with.
    pub(crate) fn take_form(&self, form: &str, token: &str) -> bool {
        locked(&self.remembered).forms.remove(form).is_some_and(|shown| shown == token)
    }

    pub(crate) fn open_session(&self, id: String, user: String) {
        locked(&self.remembered).sessions.insert(id, Session { user, cart: None, last_order: None });
    }

    pub(crate) fn session(&self, id: &str) -> Option<Session> {
        locked(&self.remembered).sessions.get(id).cloned()
    }

    /// Puts pieces into the session's cart, making one if there is none.
    pub(crate) fn add(&self, session: &str, sku: &str, quantity: u32) -> Result<CartView, StoreError> {
        let mut remembered = locked(&self.remembered);
        let next_cart = remembered.carts_made + 1;
        let session = remembered.sessions.get_mut(session).ok_or(StoreError::NoSession)?;
        let (sku, _) = shelf(sku).ok_or_else(|| StoreError::UnknownSku(sku.to_owned()))?;
        let held = session.cart.as_ref().and_then(|cart| cart.lines.get(sku)).copied().unwrap_or(0);
        let pieces = held.saturating_add(quantity);
        if quantity == 0 || pieces > MOST_PIECES {
            return Err(StoreError::Quantity);
        }
        let cart = session.cart.get_or_insert_with(|| Cart { id: format!("cart-{next_cart}"), lines: BTreeMap::new() });
        cart.lines.insert(sku, pieces);
        let view = cart.view();
        remembered.carts_made = next_cart;
        Ok(view)
    }

    /// Turns the session's cart into an order.
    pub(crate) fn check_out(&self, session: &str, cart: &str) -> Result<Order, StoreError> {
        let mut remembered = locked(&self.remembered);
        let id = format!("order-{}", remembered.orders_made + 1);
        let session = remembered.sessions.get_mut(session).ok_or(StoreError::NoSession)?;
        let bought =
            session.cart.take_if(|open| open.id == cart).ok_or_else(|| StoreError::UnknownCart(cart.to_owned()))?;
        session.last_order = Some(id.clone());
        let order = Order {
            id,
            state: "accepted",
            total: bought.total(),
            cart: bought.id,
            currency: "EUR",
            user: session.user.clone(),
        };
        remembered.orders_made += 1;
        remembered.orders.insert(order.id.clone(), order.clone());
        Ok(order)
    }

    /// Returns an order of this user; those of others don't exist for them.
    pub(crate) fn order(&self, user: &str, id: &str) -> Option<Order> {
        locked(&self.remembered).orders.get(id).filter(|order| order.user == user).cloned()
    }
}

impl Cart {
    pub(crate) fn view(&self) -> CartView {
        let lines = self.priced().map(|(sku, quantity, price)| CartLine { sku, quantity, price }).collect();
        CartView { id: self.id.clone(), total: self.total(), currency: "EUR", lines }
    }

    pub(crate) fn total(&self) -> u64 {
        self.priced().map(|(_, quantity, price)| u64::from(quantity) * price).sum()
    }

    fn priced(&self) -> impl Iterator<Item = (&'static str, u32, u64)> {
        self.lines.iter().filter_map(|(sku, quantity)| shelf(sku).map(|(sku, price)| (sku, *quantity, price)))
    }
}

fn shelf(sku: &str) -> Option<(&'static str, u64)> {
    SHELF.into_iter().find(|(name, _)| *name == sku)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store_with_session() -> Store {
        let store = Store::default();
        store.open_session("s".to_owned(), "ada".to_owned());
        store
    }

    #[test]
    fn a_login_form_is_taken_back_once() {
        let store = Store::default();
        store.show_form("browser".to_owned(), "token".to_owned());

        assert!(store.take_form("browser", "token"));
        assert!(!store.take_form("browser", "token"));
    }

    #[test]
    fn a_form_with_another_token_is_not_taken_back() {
        let store = Store::default();
        store.show_form("browser".to_owned(), "token".to_owned());

        assert!(!store.take_form("browser", "guess"));
    }

    #[test]
    fn a_total_is_the_sum_of_pieces_times_price() {
        let store = store_with_session();

        store.add("s", "mug", 2).unwrap();
        let cart = store.add("s", "sticker", 3).unwrap();

        assert_eq!(cart.total, 2 * 1_250 + 3 * 150);
    }

    #[test]
    fn a_quantity_past_the_most_is_refused_and_changes_nothing() {
        let store = store_with_session();
        store.add("s", "mug", 98).unwrap();

        assert_eq!(store.add("s", "mug", 2).unwrap_err(), StoreError::Quantity);
        assert_eq!(store.add("s", "mug", u32::MAX).unwrap_err(), StoreError::Quantity);
        assert_eq!(store.add("s", "mug", 1).unwrap().total, 99 * 1_250);
    }

    #[test]
    fn a_cart_is_checked_out_once() {
        let store = store_with_session();
        let cart = store.add("s", "mug", 1).unwrap().id;

        assert_eq!(store.check_out("s", &cart).unwrap().total, 1_250);
        assert_eq!(store.check_out("s", &cart).unwrap_err(), StoreError::UnknownCart(cart));
    }

    #[test]
    fn an_order_of_someone_else_does_not_exist() {
        let store = store_with_session();
        let cart = store.add("s", "mug", 1).unwrap().id;
        let order = store.check_out("s", &cart).unwrap().id;

        assert!(store.order("ada", &order).is_some());
        assert!(store.order("eve", &order).is_none());
    }
}
