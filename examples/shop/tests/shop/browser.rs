//! A small HTTP client that keeps cookies, as a browser does, and follows nothing by itself.

use std::collections::BTreeMap;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use holdpoint_shop::{TEST_PASSWORD, TEST_USER};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }
}

/// Talks to one origin.
pub(crate) struct Browser {
    origin: String,
    client: Client<HttpConnector, Body>,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        self.post_json_with(path, body, &[]).await
    }

    pub(crate) async fn post_json_with(&mut self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(Method::POST, path, &headers, Body::from(body.to_owned())).await
    }

    pub(crate) async fn post_form(&mut self, path: &str, body: &str) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, Body::from(body.to_owned())).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.client.request(request.body(body).unwrap()).await.unwrap();
        let (head, body) = answer.into_parts();
        self.keep_cookies(&head.headers);
        let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
        Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Opens the login form and returns the token hidden in it.
    pub(crate) async fn csrf(&mut self) -> String {
        let form = self.get("/login").await;
        let (_, rest) = form.body.split_once("name=\"csrf\" value=\"").expect("a token in the form");
        rest.split('"').next().unwrap().to_owned()
    }

    /// Logs in as the test user.
    pub(crate) async fn log_in(&mut self) -> Answer {
        let csrf = self.csrf().await;
        self.post_form("/login", &format!("user={TEST_USER}&password={TEST_PASSWORD}&csrf={csrf}")).await
    }

    /// Logs in, puts a mug into the cart and returns the cart's id.
    pub(crate) async fn log_in_and_fill_cart(&mut self) -> String {
        self.log_in().await;
        let added = self.post_json("/api/cart", r#"{"sku":"mug","quantity":2}"#).await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.body);
        added.json()["cart"]["id"].as_str().unwrap().to_owned()
    }
}
