//! What to ask for, and where it stands in the answer.

use holdpoint_sdk::{Problem, Target};
use schemars::JsonSchema;
use serde::Deserialize;

/// The most samples that a check takes.
const MOST: u32 = 50;

/// Where a service tells what it runs, and which of the release's facts it must tell.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The address that tells what runs.
    pub(crate) url: Target,
    /// How often it is asked, so that several replicas answer. 1 to 50.
    #[serde(default = "usual")]
    #[schemars(range(min = 1, max = 50))]
    pub(crate) samples: u32,
    /// Where the version stands; it must be the release's.
    #[serde(default)]
    pub(crate) version: Option<Place>,
    /// Where the source revision stands; it must be the release's.
    #[serde(default)]
    pub(crate) revision: Option<Place>,
    /// Where the artifact's digest stands; it must be the one at the end of the release's artifact.
    #[serde(default)]
    pub(crate) digest: Option<Place>,
    /// Where the name of the replica stands that answered.
    #[serde(default)]
    pub(crate) replica: Option<Place>,
    /// How many different replicas must have answered; fewer, and it could not be found out.
    #[serde(default)]
    pub(crate) at_least_replicas: Option<u32>,
}

/// Where a fact stands in an answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) enum Place {
    /// In the JSON body, at this JSON pointer.
    Pointer(String),
    /// In this header.
    Header(String),
}

fn usual() -> u32 {
    5
}

/// What the types can't say.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !(1..=MOST).contains(&settings.samples) {
        problems.push(Problem::at("/samples", format!("takes 1 to {MOST}")));
    }
    if settings.version.is_none() && settings.revision.is_none() && settings.digest.is_none() {
        let problem = Problem::at("", "names neither version, revision nor digest, so there is nothing to check");
        problems.push(problem.hint("add version = { pointer = \"/version\" }"));
    }
    if settings.at_least_replicas.is_some() && settings.replica.is_none() {
        let problem = Problem::at("/at-least-replicas", "replicas can only be told apart by their name");
        problems.push(problem.hint("add replica = { pointer = \"/replica\" }"));
    }
    if settings.at_least_replicas.is_some_and(|least| least > settings.samples) {
        problems.push(Problem::at("/at-least-replicas", "is more than the samples that are taken"));
    }
    let pointers = [("version", &settings.version), ("revision", &settings.revision), ("digest", &settings.digest)];
    for (name, place) in pointers.into_iter().chain([("replica", &settings.replica)]) {
        if let Some(Place::Pointer(pointer)) = place
            && !pointer.starts_with('/')
        {
            problems.push(Problem::at(format!("/{name}/pointer"), "a JSON pointer begins with /"));
        }
    }
    problems
}
