//! Asking several times, and holding each answer against what was approved.

use std::collections::BTreeSet;

use holdpoint_sdk::http::Answer;
use holdpoint_sdk::{Call, CheckResult, Failure, Finding, Findings, Host};

use crate::settings::{Place, Settings};

/// A fact: what it is called, where it stands, what was approved.
struct Fact<'s> {
    name: &'static str,
    place: &'s Place,
    approved: String,
}

/// Looks at what runs.
pub(crate) fn run(settings: &Settings, host: &Host, call: &Call) -> CheckResult {
    let facts = facts(settings, call)?;
    let mut findings = Findings::new();
    let mut replicas = BTreeSet::new();
    for number in 1..=settings.samples {
        let subject = format!("{} (sample {number})", settings.url.as_str());
        let Some(answer) = findings.expect_answer(&subject, host.get(&settings.url).send())? else { break };
        if answer.status != 200 {
            findings.expect_eq(&subject, 200, answer.status);
            break;
        }
        let replica = settings.replica.as_ref().and_then(|place| read(&answer, place));
        let who = replica.clone().unwrap_or_else(|| format!("sample {number}"));
        replicas.extend(replica);
        for fact in &facts {
            hold(fact, &answer, &who, &mut findings);
        }
    }
    enough(settings, &replicas, &mut findings);
    #[expect(clippy::cast_precision_loss, reason = "at most 50")]
    findings.measure("replicas", replicas.len() as f64, "1");
    let named: Vec<&str> = facts.iter().map(|fact| fact.name).collect();
    let seen = if replicas.is_empty() { String::new() } else { format!(" on {} replicas", replicas.len()) };
    let summary = if findings.has_failed() {
        format!("what runs is not what was approved ({})", named.join(", "))
    } else {
        format!("{} as approved in {} answers{seen}", named.join(", "), settings.samples)
    };
    Ok(findings.verdict(summary))
}

/// What was approved, for each fact that is asked for.
fn facts<'s>(settings: &'s Settings, call: &Call) -> Result<Vec<Fact<'s>>, Failure> {
    let release = &call.release;
    let digest = release.artifact.as_deref().and_then(digest_of);
    let asked = [
        ("version", &settings.version, Some(release.version.clone()), "give it with --release-version"),
        ("revision", &settings.revision, release.revision.clone(), "give it with --revision"),
        ("digest", &settings.digest, digest, "give an --artifact that ends with @sha256:…"),
    ];
    let mut facts = Vec::new();
    for (name, place, approved, cure) in asked {
        let Some(place) = place else { continue };
        let Some(approved) = approved.filter(|approved| !approved.is_empty()) else {
            return Err(Failure::Settings(format!("the release does not state its {name}: {cure}")));
        };
        facts.push(Fact { name, place, approved });
    }
    Ok(facts)
}

/// The digest that an artifact ends with: `…@sha256:…` or `…@sha256%3A…`, before any qualifiers.
fn digest_of(artifact: &str) -> Option<String> {
    let (_, version) = artifact.rsplit_once('@')?;
    let version = version.split(['?', '#']).next().unwrap_or(version).replace("%3A", ":").replace("%3a", ":");
    version.starts_with("sha256:").then_some(version)
}

fn hold(fact: &Fact<'_>, answer: &Answer, who: &str, findings: &mut Findings) {
    let subject = format!("{} of {who}", fact.name);
    match read(answer, fact.place) {
        Some(found) if found == fact.approved => findings.met(),
        Some(found) => {
            findings.add(Finding::fail(&subject, "is not what was approved").expected(&fact.approved).observed(found));
        }
        None => findings.add(Finding::fail(&subject, "is not stated").expected(&fact.approved)),
    }
}

fn read(answer: &Answer, place: &Place) -> Option<String> {
    match place {
        Place::Header(name) => answer.header(name).map(ToOwned::to_owned),
        Place::Pointer(pointer) => match answer.pointer(pointer).ok()?? {
            serde_json::Value::String(text) => Some(text),
            other @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => Some(other.to_string()),
            serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
        },
    }
}

fn enough(settings: &Settings, replicas: &BTreeSet<String>, findings: &mut Findings) {
    let Some(least) = settings.at_least_replicas else { return };
    let seen = u32::try_from(replicas.len()).unwrap_or(u32::MAX);
    if seen < least {
        findings.unknown(format!("{seen} replicas answered, and {least} are to be looked at"));
    }
}
