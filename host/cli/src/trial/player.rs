//! The player: a plugin in the real sandbox, with fixtures in the place of the world.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use holdpoint_bundle::Bundle;
use holdpoint_core::facts::Evidence;
use holdpoint_core::id::Digest;
use holdpoint_core::manifest::{Manifest, PluginKind, Request};
use holdpoint_core::name::{PluginName, SecretName};
use holdpoint_core::plan::grant::{Effective, Grant, PathPattern};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::secret::{Carrier, PLACEHOLDER, Secret, Source as Kept};
use holdpoint_core::time::Span;
use holdpoint_sandbox::{CallContext, CheckCall, Loaded, Raw, RollbackCall, RolloutCall, Sandbox, Script, Source};
use serde_json::{Value as Json, json};

use super::fixture::Fixture;
use super::observed::Observed;
use super::staged::Staged;
use crate::failure::Failure;
use crate::{intent, secret};

/// How long a call may take that says nothing of it.
const TIMEOUT: Span = Span::from_secs(10);

/// A plugin that is ready to be played with.
pub(crate) struct Player {
    sandbox: Sandbox,
    loaded: Loaded,
    pub(crate) manifest: Manifest,
    name: PluginName,
    secrets: Vec<SecretName>,
}

/// What came of a fixture.
pub(crate) struct Came {
    pub(crate) observed: Observed,
    /// How long the call took, without what is loaded once.
    pub(crate) took: Duration,
    /// The most memory that it had, in bytes.
    pub(crate) memory: u64,
}

impl Player {
    /// Loads a plugin, with something to stand in for each secret that the fixtures name.
    pub(crate) fn new(bundle: &Bundle, cache: Option<&Path>, fixtures: &[Fixture]) -> Result<Self, Failure> {
        let secrets: Vec<SecretName> = secrets(fixtures).into_iter().collect();
        let gateway = intent::gateway()?;
        if !secrets.is_empty() {
            let unusable = |error| Failure::internal("nothing can stand in for the secrets").because(error);
            let vault = secret::stand_ins_of(&bound(&secrets, fixtures)).map_err(unusable)?;
            gateway.entrust(vault).map_err(|error| Failure::internal("the gateway took no secrets").because(error))?;
        }
        let sandbox = intent::sandbox(cache, gateway)?;
        let manifest = bundle.manifest.clone();
        let raw = Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: manifest.kind };
        let loaded = sandbox.load(&[raw]).pop().unwrap_or_else(|| unreachable!("one bundle gives one result"));
        let loaded = loaded.map_err(|error| Failure::usage("the plugin can't be loaded").because(error))?;
        let name = PluginName::parse(&manifest.name)
            .map_err(|error| Failure::usage("the plugin has no usable name").because(error))?;
        Ok(Self { sandbox, loaded, manifest, name, secrets })
    }

    /// Plays a fixture.
    pub(crate) async fn play(&self, fixture: &Fixture) -> Result<Came, Failure> {
        let wanted = |key: &str| fixture.expected.as_ref().is_some_and(|expected| expected.said.contains_key(key));
        let limits = fixture.limits(&self.limits());
        let began = Instant::now();
        let (mut observed, memory) = match self.manifest.kind {
            PluginKind::Check => self.check(fixture).await,
            PluginKind::Rollback => self.roll_back(fixture).await?,
            PluginKind::Rollout => self.shift(fixture).await?,
        };
        let took = began.elapsed();
        if wanted("problems") {
            let found = self.sandbox.validate(&self.loaded, &self.name, &fixture.settings, &limits).await;
            match found {
                Ok(problems) => observed.find(&problems),
                Err(error) => drop(observed.said.insert("problems".to_owned(), json!(error.to_string()))),
            }
        }
        Ok(Came { observed, took, memory })
    }

    async fn check(&self, fixture: &Fixture) -> (Observed, u64) {
        let (context, attempt) = (self.context(fixture), fixture.attempt);
        let call = CheckCall { context, attempt, labels: fixture.labels.clone() };
        let result = self.sandbox.check(&self.loaded, call).await;
        let mut observed = Observed::of_check(&result.called.outcome);
        see(&mut observed, &result.evidence, &result.bodies);
        (observed, result.called.facts.peak_memory.0)
    }

    async fn roll_back(&self, fixture: &Fixture) -> Result<(Observed, u64), Failure> {
        let deed = deed(fixture, &json!({ "deed": "ready" }))?;
        let call = RollbackCall { context: self.context(fixture), deed };
        let result = self.sandbox.roll_back(&self.loaded, call).await;
        let mut observed = Observed::of_reply(&serde_json::to_value(&result.replied.reply).unwrap_or_default());
        see(&mut observed, &result.evidence, &result.bodies);
        Ok((observed, result.replied.facts.peak_memory.0))
    }

    async fn shift(&self, fixture: &Fixture) -> Result<(Observed, u64), Failure> {
        let deed = deed(fixture, &json!({ "deed": "ready", "share": 5 }))?;
        let call = RolloutCall { context: self.context(fixture), deed };
        let result = self.sandbox.shift(&self.loaded, call).await;
        let mut observed = Observed::of_reply(&serde_json::to_value(&result.replied.reply).unwrap_or_default());
        see(&mut observed, &result.evidence, &result.bodies);
        Ok((observed, result.replied.facts.peak_memory.0))
    }

    fn context(&self, fixture: &Fixture) -> CallContext {
        let outside = Arc::new(Staged::new(&fixture.exchanges, &self.secrets));
        CallContext {
            plugin: self.name.clone(),
            name: fixture.check.clone(),
            settings: fixture.settings.clone(),
            release: Arc::new(fixture.release.clone()),
            endpoints: Arc::new(fixture.endpoints.clone()),
            effective: effective(&self.manifest, fixture),
            limits: fixture.limits(&self.limits()),
            timeout: TIMEOUT,
            source: Source::Played(Script { outside, began: fixture.began, seed: [0; 32] }),
        }
    }

    /// The usual limits, and the memory that the plugin asks for.
    fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits { memory: self.manifest.memory.unwrap_or(usual.memory).max(usual.memory), ..usual }
    }
}

/// Everything that the manifest asks for, on every endpoint of the fixture.
fn effective(manifest: &Manifest, fixture: &Fixture) -> Effective {
    let everywhere: Vec<PathPattern> = PathPattern::parse("/**").into_iter().collect();
    let grants = fixture.endpoints.keys().flat_map(|endpoint| {
        manifest.requests.iter().map(|request| match request {
            Request::Http { methods, .. } => {
                Grant::Http { endpoint: endpoint.clone(), methods: methods.clone(), paths: everywhere.clone() }
            }
            Request::Net { operations, .. } => {
                Grant::Net { endpoint: endpoint.clone(), operations: operations.clone() }
            }
        })
    });
    Effective::of(&manifest.requests, &grants.collect::<Vec<_>>(), &holdpoint_plan::policy::standard())
}

fn see(observed: &mut Observed, evidence: &[u8], bodies: &[(Digest, Bytes)]) {
    let evidence: Evidence = serde_json::from_slice(evidence).unwrap_or_default();
    observed.see(&evidence, bodies);
}

/// What is asked of a plugin that is no check.
fn deed<T: serde::de::DeserializeOwned>(fixture: &Fixture, usual: &Json) -> Result<T, Failure> {
    let deed = fixture.deed.as_ref().unwrap_or(usual);
    serde_json::from_value(deed.clone()).map_err(|error| {
        Failure::usage(format!("{}: \"deed\" can't be asked of this plugin", fixture.file.display())).because(error)
    })
}

/// The secrets that the fixtures' settings name.
fn secrets(fixtures: &[Fixture]) -> BTreeSet<SecretName> {
    let mut names = BTreeSet::new();
    for fixture in fixtures {
        let holes = fixture.settings.split(PLACEHOLDER).skip(1);
        names.extend(holes.filter_map(|rest| SecretName::parse(rest.split_once("}}")?.0).ok()));
    }
    names
}

/// Each secret, bound to each endpoint: a fixture does not say which is meant.
fn bound(names: &[SecretName], fixtures: &[Fixture]) -> Vec<(SecretName, Secret)> {
    let endpoints: BTreeSet<_> = fixtures.iter().flat_map(|fixture| fixture.endpoints.keys()).collect();
    let all = names.iter().flat_map(|name| endpoints.iter().map(move |endpoint| (name, *endpoint)));
    let bound = all.map(|(name, endpoint)| {
        let source = Kept::Variable(String::new());
        (name.clone(), Secret { source, endpoint: endpoint.clone(), carrier: Carrier::Placeholder })
    });
    bound.collect()
}
