//! A plan as it was read: its keys known and its values of the right type, before anything is looked up.

use holdpoint_core::name::{CheckName, PluginName, SecretName};
use holdpoint_core::time::Span;

use crate::form::{OneOrMore, Section as _, Settings, Unreadable};
use crate::lower::url::Target;
use crate::node::Value;
use crate::problem::{Code, Gravity, Place, Problem, any_error, sort};
use crate::raw::check::Check;
use crate::raw::document::{Document, FORMAT};
use crate::raw::signal::Signal;
use crate::reader::{Placed, Reader};
use crate::release::Layer;
use crate::source::{At, Source};
use crate::syntax;
use crate::word::Word as _;

/// A check or a signal, as far as both call a plugin.
pub(crate) struct Caller<'a> {
    /// It in words.
    pub(crate) owner: String,
    pub(crate) name: Option<&'a Placed<CheckName>>,
    pub(crate) plugin: Option<&'a Placed<PluginName>>,
    pub(crate) settings: Option<&'a Placed<Settings>>,
    pub(crate) timeout: Option<&'a Placed<Span>>,
    pub(crate) unreadable: &'a Unreadable,
    pub(crate) at: At,
}

impl<'a> Caller<'a> {
    fn of_check(check: &'a Check) -> Self {
        let Check { name, plugin, settings, timeout, unreadable, at, .. } = check;
        let (name, plugin, settings) = (name.as_ref(), plugin.as_ref(), settings.as_ref());
        Self { owner: check.owner(), name, plugin, settings, timeout: timeout.as_ref(), unreadable, at: *at }
    }

    fn of_signal(signal: &'a Signal) -> Self {
        let Signal { name, plugin, settings, timeout, unreadable, at, .. } = signal;
        let (name, plugin, settings) = (name.as_ref(), plugin.as_ref(), settings.as_ref());
        Self { owner: signal.owner(), name, plugin, settings, timeout: timeout.as_ref(), unreadable, at: *at }
    }
}

/// What came of reading a text.
#[derive(Debug)]
pub struct Reading {
    /// The plan as it was read. It is there even when the problems are errors: the rest of it can still be checked.
    pub draft: Draft,
    /// What is wrong so far, in the order of the text.
    pub problems: Vec<Problem>,
}

/// A plan as it was read.
#[derive(Debug)]
pub struct Draft {
    pub(crate) source: Source,
    pub(crate) document: Document,
    /// Whether reading found an error: then no plan comes of it.
    pub(crate) broken: bool,
    /// Whether it has no phases at all.
    pub(crate) phaseless: bool,
    /// Whether so much of it is unreadable that looking further would only repeat that.
    pub(crate) unreadable: bool,
    /// Who looks at references to endpoints in settings.
    pub(crate) references: References,
}

/// Who looks at references to endpoints in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum References {
    /// The plan, before anything is called.
    Plan,
    /// The gateway, when a plugin follows one.
    Gateway,
}

/// A file that the plan names, for whoever may read files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// A plugin's bundle.
    Bundle {
        /// The path, as the plan writes it: relative to the plan's folder.
        path: String,
        /// Where the plan names it.
        place: Place,
    },
    /// Certificate authorities in PEM.
    Authorities {
        /// The path, as the plan writes it: relative to the plan's folder.
        path: String,
        /// Where the plan names it.
        place: Place,
    },
}

/// Whose settings are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SettingsOf<'a> {
    /// A check's, in a phase or among the recovery checks.
    Check(&'a CheckName),
    /// The rollback's own.
    Rollback,
    /// The rollout's own.
    Rollout,
}

/// Reads a plan's text.
pub fn read(text: &str) -> Reading {
    let source = Source::new(text);
    let (tree, mut problems) = syntax::toml(text, &source);
    let unreadable = !problems.is_empty();
    let mut reader = Reader::new(&source);
    let document = Document::read(&tree, "the plan", &mut reader);
    check_version(&document, &mut reader);
    let found = reader.problems;
    problems.extend(if unreadable { surely(found, &problems) } else { found });
    sort(&mut problems);
    let broken = any_error(&problems);
    let phaseless = tree.get("phase").is_none_or(|entry| entry.node.value == Value::List(Vec::new()));
    Reading { draft: Draft { source, document, broken, phaseless, unreadable, references: References::Plan }, problems }
}

/// Notes a version of the format that is not read here.
fn check_version(document: &Document, reader: &mut Reader<'_>) {
    let Some(version) = &document.holdpoint else { return };
    if version.value.0 != FORMAT {
        let what = format!("this is a plan of format {:?}, and format {FORMAT:?} is read here", version.value.0);
        let cure = format!("write holdpoint = {FORMAT:?}, or use the version of the program that the plan is for");
        reader.curable(Code::Version, version.at, (what, cure));
    }
}

/// Keeps what is surely wrong beside mistakes of syntax, and drops what may only follow from them: keys that are
/// missing, and whatever stands in the line of a mistake or nowhere.
fn surely(found: Vec<Problem>, syntax: &[Problem]) -> Vec<Problem> {
    let lines: Vec<usize> = syntax.iter().filter_map(|problem| problem.place).map(|place| place.line).collect();
    let stands = |problem: &Problem| {
        problem.code != Code::MissingKey
            && problem.place.is_some_and(|place| place.end > 0 && !lines.contains(&place.line))
    };
    found.into_iter().filter(stands).collect()
}

impl Draft {
    /// The files that the plan names, in the order of the text: bundles, and certificate authorities of every
    /// environment.
    pub fn attachments(&self) -> Vec<Attachment> {
        let place = |at: At| self.source.place(at);
        let bundles = self.plugins().filter_map(|(_, plugin)| plugin.bundle.as_ref());
        let bundles =
            bundles.map(|bundle| Attachment::Bundle { path: bundle.value.0.clone(), place: place(bundle.at) });
        let authorities = self.authorities().into_iter().flat_map(|paths| &paths.value.0);
        let authorities =
            authorities.map(|path| Attachment::Authorities { path: path.value.0.clone(), place: place(path.at) });
        let mut attachments: Vec<Attachment> = bundles.chain(authorities).collect();
        attachments.sort_by_key(|attachment| match attachment {
            Attachment::Bundle { place, .. } | Attachment::Authorities { place, .. } => place.start,
        });
        attachments
    }

    fn authorities(&self) -> Vec<&Placed<OneOrMore>> {
        let mut found = Vec::new();
        for (_, endpoint) in self.endpoints() {
            found.extend(&endpoint.ca);
            let bindings = endpoint.environment.iter().flat_map(|named| &named.value.0);
            found.extend(bindings.filter_map(|(_, binding)| binding.ca.as_ref()));
        }
        found
    }

    /// What the plan itself says of the release.
    pub fn release(&self) -> Layer {
        self.document.release.as_ref().map(|release| Layer::of_plan(&release.value.0)).unwrap_or_default()
    }

    /// The environments that the plan's endpoints name, each once, in alphabetical order.
    pub fn environments(&self) -> Vec<&str> {
        let environments = self.endpoints().filter_map(|(_, endpoint)| endpoint.environment.as_ref());
        let mut names: Vec<&str> =
            environments.flat_map(|named| &named.value.0).map(|(name, _)| name.value.0.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Where in the plan a JSON pointer into settings leads: to the key that it names, or as near as the plan has it.
    /// `None` when there is no such check.
    pub fn place_of(&self, of: SettingsOf<'_>, pointer: &str) -> Option<Place> {
        let (settings, whole) = match of {
            SettingsOf::Check(name) => {
                let check =
                    self.callers().find(|check| check.name.as_ref().is_some_and(|found| found.value == *name))?;
                (check.settings, check.at)
            }
            SettingsOf::Rollback => {
                let rollback = &self.document.rollback.as_ref()?.value.0;
                (rollback.settings.as_ref(), rollback.at)
            }
            SettingsOf::Rollout => {
                let rollout = &self.document.rollout.as_ref()?.value.0;
                (rollout.settings.as_ref(), rollout.at)
            }
        };
        let at = settings.map_or(whole, |settings| settings.value.0.follow(pointer, settings.at));
        Some(self.source.place(at))
    }

    /// A problem that a plugin itself found with its settings.
    pub fn refused(&self, of: SettingsOf<'_>, pointer: &str, message: &str) -> Problem {
        let whose = match of {
            SettingsOf::Check(name) => format!("check {:?}", name.as_str()),
            SettingsOf::Rollback => "the rollback".to_owned(),
            SettingsOf::Rollout => "the rollout".to_owned(),
        };
        let message = holdpoint_core::text::visible(message);
        Problem {
            gravity: Gravity::Error,
            code: Code::Settings,
            place: self.place_of(of, pointer),
            what: format!("the plugin refuses the settings of {whose}: {message}"),
            cure: None,
        }
    }

    /// Binds an endpoint to a URL for one run, whatever the plan and its environments say.
    ///
    /// # Errors
    /// When the plan has no such endpoint, or the text is no endpoint's URL.
    pub fn bind(&mut self, name: &str, url: &str) -> Result<(), Problem> {
        let named = self.document.endpoint.iter_mut().flat_map(|named| &mut named.value.0);
        let Some((placed, endpoint)) = named.into_iter().find(|(found, _)| found.value.as_str() == name) else {
            let known: Vec<&str> = self.endpoints().map(|(found, _)| found.value.as_str()).collect();
            let meant = crate::suggest::did_you_mean(name, known.iter().copied());
            let problem = Problem::nowhere(Code::UnknownName, format!("--bind: there is no endpoint {name:?}{meant}"));
            let known = if known.is_empty() { "no endpoint".to_owned() } else { known.join(", ") };
            return Err(problem.cured_by(format!("the plan has {known}")));
        };
        let target = Target::parse(url).map_err(|why| Problem::nowhere(Code::Url, format!("--bind {name}: {why}")))?;
        endpoint.url = Some(Placed { value: target, at: placed.at });
        for (_, binding) in endpoint.environment.iter_mut().flat_map(|named| &mut named.value.0) {
            binding.url = None;
        }
        Ok(())
    }

    /// Leaves references to endpoints in settings to the gateway: for a single call, which is to show what is denied.
    pub fn leave_references(&mut self) {
        self.references = References::Gateway;
    }

    pub(crate) fn endpoints(
        &self,
    ) -> impl Iterator<Item = &(Placed<holdpoint_core::name::EndpointName>, crate::raw::endpoint::Endpoint)> {
        self.document.endpoint.iter().flat_map(|named| &named.value.0)
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &(Placed<SecretName>, crate::raw::secret::Secret)> {
        self.document.secret.iter().flat_map(|named| &named.value.0)
    }

    /// A problem with a secret's source, found by whoever may look at it.
    pub fn unusable(&self, secret: &SecretName, gravity: Gravity, why: &str) -> Problem {
        let at = self.secrets().find(|(name, _)| name.value == *secret).map(|(name, _)| self.source.place(name.at));
        let what = holdpoint_core::text::visible(&format!("secret {:?}: {why}", secret.as_str()));
        Problem { gravity, code: Code::Secret, place: at, what, cure: None }
    }

    pub(crate) fn plugins(&self) -> impl Iterator<Item = &(Placed<PluginName>, crate::raw::plugin::Plugin)> {
        self.document.plugin.iter().flat_map(|named| &named.value.0)
    }

    pub(crate) fn phases(&self) -> impl Iterator<Item = &crate::raw::check::Phase> {
        self.document.phase.iter().flat_map(|phases| &phases.value.0)
    }

    pub(crate) fn stages(&self) -> impl Iterator<Item = &crate::raw::rollout::Stage> {
        self.document.stage.iter().flat_map(|stages| &stages.value.0)
    }

    /// Whatever calls a check plugin: every check, in the phases and then for the recovery, and every signal.
    pub(crate) fn callers(&self) -> impl Iterator<Item = Caller<'_>> {
        let recovery = self.document.rollback.iter().flat_map(|rollback| &rollback.value.0.check);
        let checks = self.phases().flat_map(|phase| &phase.check).chain(recovery).flat_map(|checks| &checks.value.0);
        let signals = self.phases().flat_map(|phase| &phase.signal).flat_map(|signals| &signals.value.0);
        checks.map(Caller::of_check).chain(signals.map(Caller::of_signal))
    }
}
