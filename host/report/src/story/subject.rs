//! The subject: which run, of which release, under which plan, with which plugins.

use std::collections::BTreeMap;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::run::course::Course;
use holdpoint_core::run::entry::Entry;
use holdpoint_core::run::event::Mode;
use holdpoint_core::time::Elapsed;
use serde::Serialize;

use crate::story::History;
use crate::words;

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Subject {
    pub(crate) run: String,
    pub(crate) release: Release,
    pub(crate) change: &'static str,
    pub(crate) strategy: &'static str,
    pub(crate) plan: String,
    pub(crate) plan_digest: String,
    pub(crate) plugins: Vec<Plugin>,
    pub(crate) host: String,
    pub(crate) dry_run: bool,
    /// Whether nothing that it met was real.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) rehearsal: bool,
    /// RFC 3339 in UTC.
    pub(crate) started: String,
    /// RFC 3339 in UTC; absent as long as the run goes on.
    pub(crate) ended: Option<String>,
    /// The start in milliseconds since the Unix epoch.
    pub(crate) started_unix_ms: i64,
    /// How long it took so far, or in all.
    pub(crate) took_ms: u64,
    pub(crate) took: String,
    /// The hash of the journal's last row.
    pub(crate) head: Option<String>,
}

/// A plugin of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Plugin {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) kind: &'static str,
    pub(crate) bundle: String,
    pub(crate) digest: String,
}

impl Subject {
    pub(crate) fn of(course: &Course, history: &History) -> Self {
        let entries = &history.entries;
        let start = course.start();
        let began = entries.first().map(|entry| (entry.at, entry.moment)).unwrap_or_default();
        let ended = course.closing().map(|closing| closing.at);
        let took = ended.unwrap_or_else(|| course.now()).since(began.0);
        Self {
            run: start.run.to_string(),
            release: (*start.release).clone(),
            change: written(&ChangeKind::ALL, start.release.change),
            strategy: written(&Strategy::ALL, start.release.strategy),
            plan: start.plan.name.clone(),
            plan_digest: start.plan_digest.to_string(),
            plugins: start.plan.plugins.iter().map(|(name, plugin)| Plugin::of(name.as_str(), plugin)).collect(),
            host: start.host.clone(),
            dry_run: start.mode == Mode::DryRun,
            rehearsal: start.mode == Mode::Rehearsal,
            started: began.1.to_string(),
            ended: ended.and_then(|at| moment(entries, at)),
            started_unix_ms: began.1.0,
            took_ms: took.as_millis(),
            took: words::span(took),
            head: history.head.map(|head| head.to_string()),
        }
    }

    /// The release's facts with their names, as far as they are known.
    pub(crate) fn facts(&self) -> Vec<(&str, &str)> {
        let release = &self.release;
        let known = [
            ("Service", Some(release.service.as_str())),
            ("Environment", Some(release.environment.as_str())),
            ("Version", Some(release.version.as_str())),
            ("Previous version", release.previous_version.as_deref()),
            ("Change", Some(self.change)),
            ("Strategy", Some(self.strategy)),
            ("Artifact", release.artifact.as_deref()),
            ("Revision", release.revision.as_deref()),
        ];
        let labels: &BTreeMap<String, String> = &release.labels;
        let stated = known.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        stated.chain(labels.iter().map(|(name, value)| (name.as_str(), value.as_str()))).collect()
    }

    fn mode(&self) -> &'static str {
        match (self.rehearsal, self.dry_run) {
            (true, _) => "REHEARSAL: nothing was real",
            (false, true) => "dry run: nothing was changed",
            (false, false) => "real",
        }
    }

    /// The run's facts with their names.
    pub(crate) fn run_facts(&self) -> Vec<(&str, &str)> {
        vec![
            ("Run", &self.run),
            ("Started", &self.started),
            ("Ended", self.ended.as_deref().unwrap_or("not ended")),
            ("Took", &self.took),
            ("Mode", self.mode()),
            ("Plan", &self.plan),
            ("Plan digest", &self.plan_digest),
            ("Host", &self.host),
            ("Journal head", self.head.as_deref().unwrap_or("none")),
        ]
    }
}

impl Plugin {
    fn of(name: &str, plugin: &holdpoint_core::plan::plugin::Plugin) -> Self {
        let kind = match plugin.kind {
            PluginKind::Check => "check",
            PluginKind::Rollback => "rollback",
            PluginKind::Rollout => "rollout",
        };
        Self {
            name: name.to_owned(),
            title: plugin.title.clone(),
            kind,
            bundle: plugin.bundle.clone(),
            digest: plugin.digest.to_string(),
        }
    }
}

fn written<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, it)| *it == one).map_or("unknown", |(name, _)| name)
}

/// The calendar's moment of the first entry at that time.
fn moment(entries: &[Entry], at: Elapsed) -> Option<String> {
    entries.iter().find(|entry| at <= entry.at).map(|entry| entry.moment.to_string())
}
