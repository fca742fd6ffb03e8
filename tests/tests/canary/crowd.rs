//! A crowd: visitors of the shop's front door, and who answered them at which share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use holdpoint_shop::Ready;
use reqwest::Client;
use serde_json::Value;
use tokio::task::JoinHandle;

/// How many visitors come between two looks at the weights: so many that each share is a whole number of them.
const BATCH: usize = 100;

/// What the crowd saw.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    /// For each share of green during which a whole batch came, how many of each batch green answered.
    pub(crate) green: BTreeMap<u64, Vec<usize>>,
    /// How many answers came from green, and from blue, in all.
    pub(crate) answers: BTreeMap<String, u64>,
}

/// Visitors who come until they are sent home.
pub(crate) struct Crowd {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Crowd {
    /// Sends visitors to a shop, each new, one after the other.
    pub(crate) fn at(shop: &Ready) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (noted, public, admin) = (Arc::clone(&seen), shop.public.clone(), shop.admin.clone());
        let task = tokio::spawn(async move {
            let client = Client::new();
            loop {
                let before = green_share(&client, &admin).await;
                let mut green = 0;
                for _ in 0..BATCH {
                    let answer = client.get(format!("{public}/")).send().await.unwrap();
                    let colour = answer.headers()["x-shop-colour"].to_str().unwrap().to_owned();
                    green += usize::from(colour == "green");
                    *noted.lock().unwrap().answers.entry(colour).or_default() += 1;
                }
                if green_share(&client, &admin).await == before {
                    noted.lock().unwrap().green.entry(before).or_default().push(green);
                }
            }
        });
        Self { seen, task }
    }

    /// Sends everybody home.
    pub(crate) async fn goes_home(self) -> Seen {
        self.task.abort();
        assert!(self.task.await.is_err_and(|end| end.is_cancelled()), "a visitor got no answer");
        self.seen.lock().unwrap().clone()
    }
}

/// Green's share of the traffic, in percent, as the switch has it.
pub(crate) async fn green_share(client: &Client, admin: &str) -> u64 {
    let state: Value = client.get(format!("{admin}/api/state")).send().await.unwrap().json().await.unwrap();
    state["weights"]["green"].as_u64().unwrap()
}

/// How many requests for the home page a version counts itself.
pub(crate) async fn counted(version: &str) -> u64 {
    let page = reqwest::get(format!("{version}/metrics")).await.unwrap().text().await.unwrap();
    let lines = page.lines().filter(|line| line.starts_with("shop_requests_total{") && line.contains("path=\"/\""));
    lines.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
}
