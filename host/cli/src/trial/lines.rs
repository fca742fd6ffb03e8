//! The plan of one call, from what stands on a command line: endpoints, grants, secrets, settings. It is a plan like any
//! other, so all that is said of plans holds for it.

use std::fmt::Write as _;
use std::net::IpAddr;

use holdpoint_core::manifest::Manifest;
use serde_json::{Map, Value as Json};
use url::Url;

use crate::failure::Failure;

/// What the check is called that nobody named.
pub(crate) const CHECK: &str = "try";

/// What stands on the command line.
#[derive(Debug, Default)]
pub(crate) struct Typed<'a> {
    /// `NAME=URL`.
    pub(crate) endpoints: &'a [String],
    /// `NAME=RULE`.
    pub(crate) addresses: &'a [String],
    /// `http METHODS endpoint:NAME/PATH` or `net OPERATIONS endpoint:NAME`.
    pub(crate) grants: &'a [String],
    /// `NAME=VARIABLE@ENDPOINT`, and `:HEADER=TEXT` after it.
    pub(crate) secrets: &'a [String],
    /// Lines of a plan, to stand below.
    pub(crate) lines: &'a str,
}

/// An endpoint in the making.
struct Endpoint<'a> {
    name: &'a str,
    url: &'a str,
    addresses: Vec<String>,
    plain: Vec<String>,
}

/// The plan's text.
///
/// # Errors
/// When something is not written as it must be; what it then means is the plan reader's to say.
pub(crate) fn plan(typed: &Typed<'_>, manifest: &Manifest, bundle: &str, settings: &Json) -> Result<String, Failure> {
    let mut endpoints = endpoints(typed)?;
    let secrets = typed.secrets.iter().map(|secret| self::secret(secret, &mut endpoints));
    let secrets = secrets.collect::<Result<String, Failure>>()?;
    let endpoints: Vec<String> = endpoints.iter().map(Endpoint::table).collect();
    let name = &manifest.name;
    let grants = typed.grants.iter().map(|grant| self::grant(grant, name)).collect::<Result<String, Failure>>()?;
    let (endpoints, bundle, settings, lines) =
        (endpoints.concat(), toml(&Json::from(bundle)), toml(settings), typed.lines);
    Ok(format!(
        "{HEAD}{endpoints}{secrets}[plugin.{name}]\nbundle = {bundle}\n{grants}\n\
         [[phase]]\nname = \"smoke\"\n[[phase.check]]\nname = \"{CHECK}\"\nplugin = \"{name}\"\nsettings = {settings}\n\n{lines}\n"
    ))
}

/// What every such plan begins with: the facts of a release that nobody names, and an owner for a question that is never
/// asked.
const HEAD: &str = r#"holdpoint = "0.1"
name = "try"

[release]
service = "shop"
environment = "test"
version = "2.0.0"
previous-version = "1.9.0"

[escalation]
commander = "the author"

"#;

fn endpoints<'a>(typed: &Typed<'a>) -> Result<Vec<Endpoint<'a>>, Failure> {
    let mut endpoints = Vec::new();
    for endpoint in typed.endpoints {
        let (name, url) = parted(endpoint, "--endpoint", "NAME=URL")?;
        // Who writes an address out means it.
        let own = match host(url).as_deref() {
            Some("localhost") => vec!["127.0.0.1".to_owned(), "::1".to_owned()],
            Some(host) if host.parse::<IpAddr>().is_ok() => vec![host.to_owned()],
            Some(_) | None => Vec::new(),
        };
        let addresses = std::iter::once("public".to_owned()).chain(own).collect();
        endpoints.push(Endpoint { name, url, addresses, plain: Vec::new() });
    }
    for address in typed.addresses {
        let (name, rule) = parted(address, "--address", "NAME=RULE")?;
        let found = endpoints.iter_mut().find(|endpoint| endpoint.name == name);
        let found =
            found.ok_or_else(|| Failure::usage(format!("--address names {name:?}, which no --endpoint does")))?;
        found.addresses.push(rule.to_owned());
    }
    Ok(endpoints)
}

impl Endpoint<'_> {
    fn table(&self) -> String {
        let list = |texts: &[String]| toml(&Json::from(texts.to_vec()));
        let plain =
            if self.plain.is_empty() { String::new() } else { format!("allow-plain-http = {}\n", list(&self.plain)) };
        let (url, addresses) = (toml(&Json::from(self.url)), list(&self.addresses));
        format!("[endpoint.{}]\nurl = {url}\naddresses = {addresses}\n{plain}\n", self.name)
    }

    /// Whether a secret may go there in the clear: nothing of it leaves this machine.
    fn is_here(&self) -> bool {
        let address = host(self.url).and_then(|host| host.parse::<IpAddr>().ok());
        self.url.starts_with("http:") && address.is_some_and(|address| address.is_loopback())
    }
}

/// The host of a URL, an IPv6 address without its brackets.
fn host(url: &str) -> Option<String> {
    let host = Url::parse(url).ok()?.host_str()?.to_owned();
    Some(host.trim_matches(['[', ']']).to_owned())
}

fn secret(text: &str, endpoints: &mut [Endpoint<'_>]) -> Result<String, Failure> {
    const FORM: &str = "NAME=VARIABLE@ENDPOINT";
    let (name, rest) = parted(text, "--secret", FORM)?;
    let wrong = || Failure::usage(format!("--secret {text:?} does not say {FORM}"));
    let (variable, rest) = rest.split_once('@').ok_or_else(wrong)?;
    let (endpoint, carrier) = match rest.split_once(':') {
        Some((endpoint, header)) => {
            let (header, value) = parted(header, "--secret", "NAME=VARIABLE@ENDPOINT:HEADER=TEXT")?;
            (endpoint, format!("header = {}\ntext = {}\n", toml(&Json::from(header)), toml(&Json::from(value))))
        }
        None => (rest, "used-as = \"placeholder\"\n".to_owned()),
    };
    for found in endpoints.iter_mut().filter(|found| found.name == endpoint) {
        if found.is_here() {
            found.plain.push(name.to_owned());
        }
    }
    let (variable, endpoint) = (toml(&Json::from(variable)), toml(&Json::from(endpoint)));
    Ok(format!("[secret.{name}]\nvariable = {variable}\nendpoint = {endpoint}\n{carrier}\n"))
}

fn grant(text: &str, plugin: &str) -> Result<String, Failure> {
    let wrong = || {
        let form = "write it like --grant 'http GET,POST endpoint:shop/api/**' or --grant 'net resolve endpoint:cache'";
        Failure::usage(format!("--grant {text:?} can't be understood")).hint(form)
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [import, what, target] = words[..] else { return Err(wrong()) };
    let target = target.strip_prefix("endpoint:").ok_or_else(wrong)?;
    let (name, path) = target.split_at(target.find('/').unwrap_or(target.len()));
    let listed = toml(&Json::from(what.split(',').collect::<Vec<_>>()));
    let (key, paths) = match import {
        "http" if path.is_empty() => ("methods", "paths = [\"/\"]\n".to_owned()),
        "http" => ("methods", format!("paths = [{}]\n", toml(&Json::from(path)))),
        "net" if path.is_empty() => ("operations", String::new()),
        _ => return Err(wrong()),
    };
    Ok(format!("[[plugin.{plugin}.grant]]\nendpoint = {}\n{key} = {listed}\n{paths}", toml(&Json::from(name))))
}

fn parted<'a>(text: &'a str, flag: &str, form: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::usage(format!("{flag} {text:?} does not say {form}")))
}

/// JSON as TOML writes it, in one line. What is null has no place in TOML, and is left out.
pub(crate) fn toml(json: &Json) -> String {
    match json {
        Json::Null => "\"\"".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items = items.iter().filter(|item| !item.is_null()).map(toml);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Json::Object(members) => {
            let members = members.iter().filter(|(_, member)| !member.is_null());
            let members = members.map(|(key, member)| format!("{} = {}", quoted(key), toml(member)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            character if character.is_control() => {
                // Writing to a text can't fail.
                let _ = write!(out, "\\u{:04X}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Settings from `KEY=VALUE` texts over those of a file: dotted keys nest, and a value is JSON where it can be, else a
/// text.
///
/// # Errors
/// When a text has no `=`, or a key lies below something that is no object.
pub(crate) fn settings(base: Map<String, Json>, set: &[String]) -> Result<Json, Failure> {
    let mut whole = base;
    for text in set {
        let (key, value) = parted(text, "--set", "KEY=VALUE")?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
        let (parents, last) = key.rsplit_once('.').unwrap_or(("", key));
        let mut place = &mut whole;
        for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
            let below = place.entry(parent).or_insert_with(|| Json::Object(Map::new()));
            let wrong = || Failure::usage(format!("--set {key}: {parent:?} is set to something that is no object"));
            place = below.as_object_mut().ok_or_else(wrong)?;
        }
        place.insert(last.to_owned(), value);
    }
    Ok(Json::Object(whole))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_json_where_they_can_be_and_dotted_keys_nest() {
        let base = json!({"expect": {"status": 200}, "url": "a"}).as_object().cloned().unwrap();
        let set =
            ["url=endpoint:shop/", "expect.status=204", "expect.header.x=[1, \"a\"]", "flag=true"].map(str::to_owned);

        let settings = settings(base, &set).unwrap();

        let wanted =
            json!({"url": "endpoint:shop/", "expect": {"status": 204, "header": {"x": [1, "a"]}}, "flag": true});
        assert_eq!(settings, wanted);
        assert!(super::settings(Map::new(), &["a=1".to_owned(), "a.b=2".to_owned()]).is_err());
    }

    #[test]
    fn json_is_written_as_toml_reads_it() {
        assert_eq!(toml(&json!({"a b": ["x\"\n", 1.5, null, true]})), r#"{ "a b" = ["x\"\u000A", 1.5, true] }"#);
    }
}
