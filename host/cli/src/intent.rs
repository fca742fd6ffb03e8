//! What was meant: a plan with everything that completes it, read, looked into and loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use holdpoint_bundle::Bundle;
use holdpoint_core::id::Digest;
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::policy::HostPolicy;
use holdpoint_core::release::Release;
use holdpoint_gateway::Gateway;
use holdpoint_plan::release::{Fact, Gathered, Layer, Sources};
use holdpoint_plan::{Attachment, BundleFacts, Code, Context, Draft, Problem, SettingsOf};
use holdpoint_sandbox::{Compiler, Loaded, Raw, Sandbox};

use crate::arguments::{self, PlanSource, ReleaseFacts};
use crate::failure::Failure;
use crate::{secret, setting};

/// The largest bundle that is read.
pub(crate) const LARGEST_BUNDLE: Bytes = Bytes::mib(64);

/// A problem and the file that it is in.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) file: String,
    pub(crate) problem: Problem,
}

/// A plan as far as it could be made out, and everything that is wrong with it.
pub(crate) struct Intent {
    pub(crate) plan: Option<Plan>,
    pub(crate) release: Option<Release>,
    pub(crate) plugins: BTreeMap<PluginName, Loaded>,
    /// The bundles that the plugins were loaded from, as they were read.
    pub(crate) bundles: BTreeMap<Digest, Vec<u8>>,
    pub(crate) sandbox: Sandbox,
    gateway: Gateway,
    /// The plan's folder, which the files that it names are relative to.
    folder: PathBuf,
    pub(crate) told: Vec<Told>,
}

impl Intent {
    /// Whether something is wrong that keeps the plan from being run.
    pub(crate) fn broken(&self) -> bool {
        self.told.iter().any(|told| holdpoint_plan::any_error(std::slice::from_ref(&told.problem)))
    }
}

/// Whether the release's facts must be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// To run.
    Whole,
    /// To make one call and see what is denied, which a plan would refuse beforehand.
    OneCall,
    /// To look at a plan: facts that are not there yet are not missed.
    AsFarAsKnown,
}

/// A plan's text, and what it is called in messages.
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) file: &'a str,
}

/// Reads a plan and everything that completes it, and reports all that is wrong at once.
pub(crate) async fn read(source: &PlanSource, completeness: Completeness) -> Result<Intent, Failure> {
    let file = source.plan.display().to_string();
    let text = read_text(&source.plan, "the plan")?;
    of_text(Text { text: &text, file: &file }, source, completeness).await
}

/// The same of a plan that is at hand. Files that it names are relative to where the source says that it lies.
pub(crate) async fn of_text(
    Text { text, file }: Text<'_>,
    source: &PlanSource,
    completeness: Completeness,
) -> Result<Intent, Failure> {
    let mut told = Vec::new();
    let reading = holdpoint_plan::read(text);
    tell(&mut told, file, reading.problems);
    let mut draft = reading.draft;
    match completeness {
        Completeness::OneCall => draft.leave_references(),
        Completeness::Whole | Completeness::AsFarAsKnown => {}
    }
    bind(&mut draft, &source.bind, file, &mut told)?;
    let policy = policy(source.policy.as_deref(), &mut told)?;
    let gathered = release(&draft, &source.release, &mut told)?;
    let mut problems = gathered.problems;
    match completeness {
        Completeness::Whole | Completeness::OneCall => {}
        Completeness::AsFarAsKnown => problems.retain(|problem| problem.code != Code::MissingFact),
    }
    tell(&mut told, file, problems);

    let folder = source.plan.parent().unwrap_or(Path::new("")).to_owned();
    let found = Found::of(&draft, &folder, &source.plugins);
    let environment = match completeness {
        Completeness::Whole | Completeness::OneCall => gathered.environment.or_else(|| Some(String::new())),
        Completeness::AsFarAsKnown => gathered.environment,
    };
    let context = Context { environment, policy, bundles: found.facts(), authorities: found.authorities };
    let (plan, problems) = holdpoint_plan::lower(&draft, &context);
    let plan = plan.or_else(|| in_any_environment(&draft, &context));
    tell(&mut told, file, problems);
    let secrets = plan.iter().flat_map(|plan| secret::look(plan, &draft, &folder)).collect();
    tell(&mut told, file, secrets);

    let gateway = gateway()?;
    let sandbox = sandbox(source.cache.as_deref(), gateway.clone())?;
    let (plugins, bundles) = (BTreeMap::new(), BTreeMap::new());
    let mut intent = Intent { plan, release: gathered.release, plugins, bundles, sandbox, gateway, folder, told };
    intent.load(&found.bundles)?;
    intent.validate(&draft, file).await;
    Ok(intent)
}

impl Intent {
    /// Reads the plan's secrets and hands them to the gateway. Only a run does this.
    pub(crate) fn entrust(&self) -> Result<(), Failure> {
        let Some(plan) = self.plan.as_ref().filter(|plan| !plan.secrets.is_empty()) else { return Ok(()) };
        let vault = secret::read(plan, &self.folder)
            .map_err(|error| Failure::plan("a secret can't be used, so nothing was started").because(error))?;
        // The plan is kept with the run, and plugins are given its settings.
        if serde_json::to_string(plan).is_ok_and(|text| vault.holds(&text)) {
            return Err(Failure::plan("the value of a secret stands in the plan itself, so nothing was started")
                .hint("write {{secret:NAME}} where a plugin is to send it, with used-as = \"placeholder\""));
        }
        self.gateway
            .entrust(vault)
            .map_err(|error| Failure::internal("the secrets could not be handed over").because(error))
    }

    /// Hands the gateway values that stand in for the plan's secrets, which are not read. Only a rehearsal does this.
    pub(crate) fn entrust_stand_ins(&self) -> Result<(), Failure> {
        let Some(plan) = self.plan.as_ref().filter(|plan| !plan.secrets.is_empty()) else { return Ok(()) };
        let unusable = |error| Failure::internal("nothing can stand in for the secrets").because(error);
        let vault = secret::stand_ins(plan).map_err(unusable)?;
        self.gateway
            .entrust(vault)
            .map_err(|error| Failure::internal("the secrets could not be handed over").because(error))
    }

    /// Compiles the plan's plugins, several at a time.
    fn load(&mut self, bundles: &BTreeMap<String, Result<Bundle, String>>) -> Result<(), Failure> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let mut names = Vec::new();
        let mut raws = Vec::new();
        for (name, plugin) in &plan.plugins {
            let Some(Ok(bundle)) = bundles.get(&plugin.bundle) else { continue };
            names.push((name.clone(), plugin.bundle.clone()));
            self.bundles.entry(bundle.digest).or_insert_with(|| bundle.bytes.clone());
            raws.push(Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: bundle.manifest.kind });
        }
        for ((name, bundle), loaded) in names.into_iter().zip(self.sandbox.load(&raws)) {
            let loaded = loaded.map_err(|error| Failure::plan(format!("plugin {name} ({bundle})")).because(error))?;
            self.plugins.insert(name, loaded);
        }
        Ok(())
    }

    /// Asks each plugin what is wrong with its settings beyond what its schema says. One that crashes or does not come
    /// to an end is not asked again.
    async fn validate(&mut self, draft: &Draft, file: &str) {
        let Some(plan) = &self.plan else { return };
        let checks = plan.checks().map(|check| (SettingsOf::Check(&check.name), &check.plugin, &check.settings));
        let restore = plan.restore.iter().map(|restore| (SettingsOf::Rollback, &restore.plugin, &restore.settings));
        let mut broken = BTreeSet::new();
        let rollout = plan.rollout.iter().map(|rollout| (SettingsOf::Rollout, &rollout.plugin, &rollout.settings));
        // A phase that runs in several stages has the same checks in each.
        let mut looked_at = BTreeSet::new();
        for (of, name, settings) in checks.chain(restore).chain(rollout).filter(|(of, ..)| looked_at.insert(*of)) {
            let (Some(plugin), Some(known)) = (self.plugins.get(name), plan.plugins.get(name)) else { continue };
            if broken.contains(name) {
                continue;
            }
            match self.sandbox.validate(plugin, name, settings, &known.limits).await {
                Ok(problems) => {
                    for problem in problems {
                        let refused = draft.refused(of, &problem.pointer, &problem.message);
                        let problem = match problem.hint {
                            Some(hint) => refused.cured_by(hint),
                            None => refused,
                        };
                        self.told.push(Told { file: file.to_owned(), problem });
                    }
                }
                Err(error) => {
                    broken.insert(name);
                    let problem = draft.refused(of, "", &error.to_string());
                    self.told.push(Told { file: file.to_owned(), problem });
                }
            }
        }
    }
}

/// The files that a plan refers to, read once each.
struct Found {
    bundles: BTreeMap<String, Result<Bundle, String>>,
    authorities: BTreeMap<String, Result<String, String>>,
}

impl Found {
    fn of(draft: &Draft, folder: &Path, elsewhere: &[PathBuf]) -> Self {
        let mut found = Self { bundles: BTreeMap::new(), authorities: BTreeMap::new() };
        for attachment in draft.attachments() {
            match attachment {
                Attachment::Bundle { path, .. } => {
                    found.bundles.entry(path).or_insert_with_key(|path| bundle(path, folder, elsewhere));
                }
                Attachment::Authorities { path, .. } => {
                    let text = |path: &String| fs::read_to_string(folder.join(path)).map_err(|error| error.to_string());
                    found.authorities.entry(path).or_insert_with_key(text);
                }
            }
        }
        found
    }

    fn facts(&self) -> BTreeMap<String, Result<BundleFacts, String>> {
        let facts = self.bundles.iter().map(|(path, bundle)| {
            let facts = bundle.as_ref().map_err(Clone::clone);
            let facts = facts.map(|bundle| BundleFacts { digest: bundle.digest, manifest: bundle.manifest.clone() });
            (path.clone(), facts)
        });
        facts.collect()
    }
}

/// A bundle beside the plan, or else in one of the other folders.
fn bundle(path: &str, folder: &Path, elsewhere: &[PathBuf]) -> Result<Bundle, String> {
    let places: Vec<PathBuf> =
        std::iter::once(folder).chain(elsewhere.iter().map(PathBuf::as_path)).map(|place| place.join(path)).collect();
    let Some(place) = places.iter().find(|place| place.exists()) else {
        let looked: Vec<String> = places.iter().map(|place| place.display().to_string()).collect();
        return Err(format!("it is not there (looked for {}); --plugins DIR names another folder", looked.join(", ")));
    };
    Bundle::open(place, LARGEST_BUNDLE).map_err(|error| chain(&error))
}

/// An error and its causes, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

fn bind(draft: &mut Draft, bindings: &[String], file: &str, told: &mut Vec<Told>) -> Result<(), Failure> {
    for binding in bindings {
        let (name, url) = binding.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--bind {binding:?} does not say ENDPOINT=URL"))
                .hint("write it like --bind shop=https://preview-42.example.com")
        })?;
        if let Err(problem) = draft.bind(name, url) {
            told.push(Told { file: file.to_owned(), problem });
        }
    }
    Ok(())
}

fn policy(path: Option<&Path>, told: &mut Vec<Told>) -> Result<HostPolicy, Failure> {
    let Some(path) = path else { return Ok(holdpoint_plan::policy::standard()) };
    let (policy, problems) = holdpoint_plan::policy::read(&read_text(path, "the host's policy")?);
    tell(told, &path.display().to_string(), problems);
    // A policy with mistakes stops everything below; until then the standard one lets the plan's own be found too.
    Ok(policy.unwrap_or_else(holdpoint_plan::policy::standard))
}

fn release(draft: &Draft, facts: &ReleaseFacts, told: &mut Vec<Told>) -> Result<Gathered, Failure> {
    let file = match &facts.release {
        Some(path) => {
            let (layer, problems) = Layer::read(&read_text(path, "the release file")?);
            tell(told, &path.display().to_string(), problems);
            layer
        }
        None => Layer::default(),
    };
    // Another program's variable need not be text; one of ours that is not shows what can't be read.
    let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
    let variables: BTreeMap<String, String> =
        std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
    tell(told, "", holdpoint_plan::release::misspelt(variables.keys().map(String::as_str)));
    let sources =
        Sources { flags: flags(facts), variables: Layer::of_variables(&variables), file, plan: draft.release() };
    Ok(sources.gather())
}

/// The way out, without secrets.
pub(crate) fn gateway() -> Result<Gateway, Failure> {
    Gateway::new(holdpoint_gateway::Settings::default())
        .map_err(|error| Failure::internal("could not start the gateway").because(error))
}

/// A sandbox with this way out. The cache is the user's own unless one is given.
pub(crate) fn sandbox(cache: Option<&Path>, gateway: Gateway) -> Result<Sandbox, Failure> {
    let cache = setting::cache(cache).ok();
    Sandbox::new(holdpoint_sandbox::Settings { cache, compiler: compiler()?, gateway })
        .map_err(|error| Failure::internal("could not start the sandbox").because(error))
}

/// Compiles in a child of this program: nobody vouches for a bundle.
fn compiler() -> Result<Compiler, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::internal("this program can't be found, so plugins can't be compiled").because(error)
    })?;
    Ok(Compiler::Child { program, arguments: vec![arguments::COMPILE.into()] })
}

/// The plan as one of its environments sees it, where none was chosen: settings are the same in all, and plugins can look
/// at them. Such a plan is never run.
fn in_any_environment(draft: &Draft, context: &Context) -> Option<Plan> {
    if context.environment.is_some() {
        return None;
    }
    let names = draft.environments().into_iter().chain([""]);
    let mut plans = names.map(|name| Context { environment: Some(name.to_owned()), ..context.clone() });
    plans.find_map(|context| holdpoint_plan::lower(draft, &context).0)
}

fn flags(facts: &ReleaseFacts) -> Layer {
    let said = [
        (Fact::Service, &facts.service),
        (Fact::Environment, &facts.environment),
        (Fact::Version, &facts.release_version),
        (Fact::PreviousVersion, &facts.previous_version),
        (Fact::Artifact, &facts.artifact),
        (Fact::Revision, &facts.revision),
        (Fact::Change, &facts.change),
        (Fact::Strategy, &facts.strategy),
    ];
    let facts = said.into_iter().filter_map(|(fact, value)| Some((fact, value.clone()?)));
    Layer { facts: facts.collect(), labels: BTreeMap::new() }
}

fn tell(told: &mut Vec<Told>, file: &str, problems: Vec<Problem>) {
    told.extend(problems.into_iter().map(|problem| Told { file: file.to_owned(), problem }));
}

/// What mends a file that can't be read.
const UNREADABLE: [(ErrorKind, &str); 4] = [
    (ErrorKind::NotFound, "the path must be that of a file, as seen from here"),
    (ErrorKind::IsADirectory, "it is a folder: name the file in it"),
    (ErrorKind::InvalidData, "it must be TOML, written in UTF-8"),
    (ErrorKind::PermissionDenied, "whoever runs this must be allowed to read it"),
];

/// Reads a text file.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let cure = UNREADABLE.iter().find(|(kind, _)| *kind == error.kind());
        let failure = Failure::usage(format!("could not read {what} {}", path.display())).because(error);
        match cure {
            Some((_, cure)) => failure.hint(*cure),
            None => failure,
        }
    })
}

/// The digest of a plan's frozen form.
pub(crate) fn frozen(plan: &Plan, release: &Release) -> Digest {
    holdpoint_plan::digest::digest(plan, release)
}
