//! Placeholders: what a guest wrote where a secret is to stand, filled in queries and bodies, and denied anywhere else.

use std::collections::BTreeMap;

use bytes::Bytes;
use holdpoint_core::name::{EndpointName, SecretName};
use holdpoint_core::plan::secret::PLACEHOLDER;
use holdpoint_core::text::visible;
use http::header::{CONTENT_TYPE, HeaderMap};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Url, form_urlencoded};

use crate::denial::Denial;

/// How much of what is no secret's name is told.
const TOLD: usize = 64;

/// A request that was checked, before it is built.
pub(crate) struct Outgoing {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// The secrets that may be filled in for one endpoint.
pub(crate) struct Fill<'a> {
    pub(crate) endpoint: &'a EndpointName,
    pub(crate) values: Option<&'a BTreeMap<SecretName, SecretString>>,
}

impl Fill<'_> {
    /// Fills every placeholder in the query and the body, each value written as its place wants it.
    pub(crate) fn all(&self, outgoing: &mut Outgoing) -> Result<(), Denial> {
        self.refuse_elsewhere(outgoing)?;
        if let Some(filled) = outgoing.url.query().map(|query| self.pairs(query, "the query")).transpose()?.flatten() {
            outgoing.url.set_query(Some(&filled));
        }
        let Some(body) = &outgoing.body else { return Ok(()) };
        let filled = match Kind::of(&outgoing.headers) {
            Kind::Form => match std::str::from_utf8(body) {
                Ok(text) => self.pairs(text, "the body")?.map(String::into_bytes),
                Err(_) => self.bytes(body, "the body", str::to_owned)?,
            },
            Kind::Json => self.bytes(body, "the body", in_json)?,
            Kind::Other => self.bytes(body, "the body", str::to_owned)?,
        };
        if let Some(filled) = filled {
            outgoing.body = Some(filled.into());
        }
        Ok(())
    }

    /// Denies bytes with a placeholder in them.
    pub(crate) fn none(&self, bytes: &[u8], place: &str) -> Result<(), Denial> {
        match find(bytes, PLACEHOLDER.as_bytes()) {
            Some(at) => {
                Err(self.denied(name(bytes.get(at + PLACEHOLDER.len()..).unwrap_or_default()).unwrap_or(b""), place))
            }
            None => Ok(()),
        }
    }

    fn refuse_elsewhere(&self, outgoing: &Outgoing) -> Result<(), Denial> {
        // Only the brackets and the colon of a placeholder can be written in another way, once over in a URL.
        let path = outgoing.url.path().replace("%7B", "{").replace("%7b", "{").replace("%3A", ":").replace("%3a", ":");
        self.none(path.as_bytes(), "the path")?;
        for (header, value) in &outgoing.headers {
            self.none(value.as_bytes(), &format!("the header {header}"))?;
        }
        Ok(())
    }

    /// Fills the values of an encoded form; `None` where there is nothing to fill.
    fn pairs(&self, text: &str, place: &str) -> Result<Option<String>, Denial> {
        let mut filled = None;
        let mut pairs: Vec<String> = Vec::new();
        for pair in text.split('&') {
            let Some((key, value)) = form_urlencoded::parse(pair.as_bytes()).next() else {
                pairs.push(pair.to_owned());
                continue;
            };
            self.none(key.as_bytes(), &format!("a name in {place}"))?;
            match self.bytes(value.as_bytes(), place, str::to_owned)? {
                Some(value) => {
                    let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
                    let value: String = form_urlencoded::byte_serialize(&value).collect();
                    pairs.push(format!("{key}={value}"));
                    filled = Some(());
                }
                None => pairs.push(pair.to_owned()),
            }
        }
        Ok(filled.map(|()| pairs.join("&")))
    }

    /// Fills the placeholders in bytes; `None` where there are none.
    fn bytes(&self, bytes: &[u8], place: &str, write: fn(&str) -> String) -> Result<Option<Vec<u8>>, Denial> {
        let mut filled: Option<Vec<u8>> = None;
        let mut rest = bytes;
        while let Some(at) = find(rest, PLACEHOLDER.as_bytes()) {
            let (before, opened) = rest.split_at(at);
            let inside = opened.get(PLACEHOLDER.len()..).unwrap_or_default();
            let Some(name) = name(inside) else { return Err(self.denied(inside, place)) };
            let value = self.value(name).ok_or_else(|| self.denied(name, place))?;
            let filled = filled.get_or_insert_default();
            filled.extend_from_slice(before);
            filled.extend_from_slice(write(value.expose_secret()).as_bytes());
            rest = inside.get(name.len() + END.len()..).unwrap_or_default();
        }
        if let Some(filled) = &mut filled {
            filled.extend_from_slice(rest);
        }
        Ok(filled)
    }

    fn value(&self, name: &[u8]) -> Option<&SecretString> {
        let name = SecretName::parse(std::str::from_utf8(name).ok()?.trim()).ok()?;
        self.values?.get(&name)
    }

    fn denied(&self, name: &[u8], place: &str) -> Denial {
        let name = name.get(..name.len().min(TOLD)).unwrap_or_default();
        let secret = visible(&String::from_utf8_lossy(name));
        Denial::SecretPlaceholder { endpoint: self.endpoint.clone(), secret, place: place.to_owned() }
    }
}

/// What every placeholder ends with.
const END: &[u8] = b"}}";

/// What stands before the end of a placeholder that has one.
fn name(inside: &[u8]) -> Option<&[u8]> {
    inside.get(..find(inside, END)?)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn in_json(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

/// How a body is written.
enum Kind {
    Form,
    Json,
    Other,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Self::Form,
            "application/json" => Self::Json,
            other if other.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const VALUE: &str = r#"a&b="c\d+e%f"#;

    fn filled(url: &str, kind: &str, body: &str) -> Result<Outgoing, Denial> {
        let values = BTreeMap::from([(SecretName::parse("pass").unwrap(), SecretString::from(VALUE))]);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        let body = Some(Bytes::copy_from_slice(body.as_bytes()));
        let mut outgoing = Outgoing { url: Url::parse(url).unwrap(), headers, body };
        let endpoint = EndpointName::parse("shop").unwrap();
        Fill { endpoint: &endpoint, values: Some(&values) }.all(&mut outgoing).map(|()| outgoing)
    }

    #[test]
    fn a_value_is_written_as_its_place_wants_it() {
        let url = "http://shop/login?next=%2Fa&key={{secret:pass}}&z";
        let form = "user=tester&password=%7B%7Bsecret%3Apass%7D%7D";
        let outgoing = filled(url, "application/x-www-form-urlencoded; charset=utf-8", form).unwrap();
        let query: Vec<_> = outgoing.url.query_pairs().into_owned().collect();
        assert_eq!(query[1], ("key".to_owned(), VALUE.to_owned()));
        assert!(outgoing.url.query().unwrap().starts_with("next=%2Fa&key=a%26b"), "{}", outgoing.url);
        let body: Vec<_> = form_urlencoded::parse(&outgoing.body.unwrap()).into_owned().collect();
        assert_eq!(body[1], ("password".to_owned(), VALUE.to_owned()));

        let outgoing = filled("http://shop/", "application/json", r#"{"a": "x{{secret:pass}}y"}"#).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&outgoing.body.unwrap()).unwrap();
        assert_eq!(body["a"], format!("x{VALUE}y"));

        let outgoing = filled("http://shop/", "text/plain", "{{secret:pass}}/{{secret:pass}}").unwrap();
        assert_eq!(outgoing.body.unwrap(), format!("{VALUE}/{VALUE}"));
    }

    #[test]
    fn a_placeholder_anywhere_else_and_one_that_nothing_fills_are_denied() {
        for url in ["http://shop/{{secret:pass}}", "http://shop/?{{secret:pass}}=1", "http://shop/?a={{secret:other}}"]
        {
            assert!(filled(url, "text/plain", "").is_err(), "{url}");
        }
        for body in ["{{secret:other}}", "{{secret:", "{{secret:}}", "{{secret:pa ss}}", "{{secret:{{secret:pass}}}}"] {
            assert!(filled("http://shop/", "text/plain", body).is_err(), "{body}");
        }
        assert!(filled("http://shop/", "{{secret:pass}}", "").is_err());
    }

    proptest! {
        #[test]
        fn bytes_without_a_placeholder_stay_as_they_are(body in "[a-z{}:&=%+]{0,40}", kind in 0_usize..3) {
            let kind = ["text/plain", "application/json", "application/x-www-form-urlencoded"][kind];
            let outgoing = filled("http://shop/", kind, &body).unwrap();
            prop_assert_eq!(outgoing.body.unwrap(), body);
        }
    }
}
