//! `holdpoint try`: one call of a check against the real world, and all that is to be known of it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use holdpoint_bundle::Bundle;
use holdpoint_core::facts::Evidence;
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::Plan;
use holdpoint_core::release::Release;
use holdpoint_core::verdict::Finds;
use holdpoint_plan::{Gravity, Problem};
use holdpoint_sandbox::{CallContext, CheckCall, CheckResult, Source};
use serde_json::{Map, Value as Json};

use crate::arguments::{Format, PlanSource, Try};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness, Intent, Text, Told};
use crate::trial::account::Account;
use crate::trial::lines::{self, Typed};
use crate::trial::subject::Subject;
use crate::{fixture, output};

/// Calls the check once, and tells what came of it.
pub(crate) fn attempt(asked: &Try) -> Result<Exit, Failure> {
    super::runtime()?.block_on(called(asked))
}

async fn called(asked: &Try) -> Result<Exit, Failure> {
    let subject = Subject::at(&asked.plugin)?;
    let component = subject.component();
    let bundle = subject.open(asked.tools.as_deref())?;
    if bundle.manifest.kind != PluginKind::Check {
        let what = format!("{} is no check, and a call of it could change something", component.display());
        return Err(Failure::usage(what).hint("`holdpoint rehearse` tries rollbacks and rollouts in a play"));
    }
    let intent = read(asked, &bundle, &component).await?;
    let Intent { plan: Some(plan), release: Some(release), plugins, sandbox, .. } = intent else {
        return Err(Failure::plan("the call can't be made"));
    };
    let check = plan.checks().next().ok_or_else(|| Failure::internal("the plan of one call has none"))?;
    let loaded = plugins.get(&check.plugin).ok_or_else(|| Failure::internal("the plugin was not loaded"))?;
    let planned = plan.plugins.get(&check.plugin).ok_or_else(|| Failure::internal("the plugin is not planned"))?;
    let context = CallContext {
        plugin: check.plugin.clone(),
        name: check.name.to_string(),
        settings: check.settings.clone(),
        release: Arc::new(release.clone()),
        endpoints: Arc::new(plan.endpoints.clone()),
        effective: planned.effective.clone(),
        limits: planned.limits.clone(),
        timeout: check.timeout,
        source: Source::Noted,
    };
    let result = sandbox.check(loaded, CheckCall { context, attempt: 1, labels: Vec::new() }).await;
    let evidence: Evidence = serde_json::from_slice(&result.evidence).unwrap_or_default();
    let account = Account { plan: &plan, plugin: &check.plugin, called: &result.called, evidence: &evidence };
    match asked.format {
        Format::Text => output::print(&account.to_text()),
        Format::Json => output::line(&format!("{:#}", account.to_json())),
    }
    if let Some(file) = &asked.record {
        record(file, (&plan, &release), &result, &evidence)?;
    }
    Ok(exit(&result.called.outcome))
}

fn exit(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Said { verdict } => match verdict.finds() {
            Finds::Pass | Finds::Warn => Exit::Done,
            Finds::Fail => Exit::Fails,
            Finds::Inconclusive => Exit::Unknown,
        },
        Outcome::Error { .. }
        | Outcome::Timeout { .. }
        | Outcome::Skipped { .. }
        | Outcome::Cancelled { .. }
        | Outcome::Waived { .. } => Exit::Unknown,
    }
}

/// The plan of the call, read and loaded like any other.
async fn read(asked: &Try, bundle: &Bundle, component: &Path) -> Result<Intent, Failure> {
    let lines = asked.with.as_deref().map(|file| intent::read_text(file, "the lines of a plan")).transpose()?;
    let typed = Typed {
        endpoints: &asked.endpoint,
        addresses: &asked.address,
        grants: &asked.grant,
        secrets: &asked.secret,
        lines: lines.as_deref().unwrap_or_default(),
    };
    let base = asked.settings.as_deref().map(settings).transpose()?.unwrap_or_default();
    let settings = lines::settings(base, &asked.set)?;
    let component = std::path::absolute(component).unwrap_or_else(|_| component.to_path_buf());
    let text = lines::plan(&typed, &bundle.manifest, &component.display().to_string(), &settings)?;
    let source = PlanSource {
        plan: Path::new("try").to_path_buf(),
        policy: asked.policy.clone(),
        plugins: Vec::new(),
        bind: Vec::new(),
        cache: asked.cache.clone(),
        release: asked.release.clone(),
    };
    let mut intent =
        intent::of_text(Text { text: &text, file: "the call's plan" }, &source, Completeness::OneCall).await?;
    // The rest is about plans of more than one call.
    intent.told.retain(|told| told.problem.gravity == Gravity::Error);
    if intent.broken() {
        tell(&intent.told, &text);
        return Err(Failure::plan("the call can't be made"));
    }
    intent.entrust()?;
    Ok(intent)
}

fn settings(file: &Path) -> Result<Map<String, Json>, Failure> {
    let text = intent::read_text(file, "the settings")?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!("{} does not hold settings", file.display()))
            .because(error)
            .hint("it must be a JSON object")
    })
}

/// Tells what is wrong, each with the line that it is about: nobody wrote that plan.
fn tell(told: &[Told], text: &str) {
    for Told { problem, .. } in told {
        let line = problem.place.and_then(|place| text.lines().nth(place.line.saturating_sub(1)));
        let bare = Problem { place: None, ..problem.clone() };
        output::note(&bare.render(""));
        if let Some(line) = line {
            output::note(&format!("  in: {}", line.trim()));
        }
    }
}

/// Writes what was asked and answered as a fixture.
fn record(file: &Path, run: (&Plan, &Release), result: &CheckResult, evidence: &Evidence) -> Result<(), Failure> {
    let body = |digest: &_| {
        let found = result.bodies.iter().find(|(known, _)| known == digest);
        found.map(|(_, bytes)| bytes.to_vec())
    };
    let written = fixture::of_call(run, lines::CHECK, (&result.called.outcome, &evidence.exchanges), &body);
    let fixture = written.ok_or_else(|| Failure::internal("the call can't be written as a fixture"))?;
    let unwritten = |error| Failure::usage(format!("could not write the fixture {}", file.display())).because(error);
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(unwritten)?;
    }
    let new = fs::File::create_new(file).and_then(|mut new| {
        use std::io::Write as _;
        writeln!(new, "{fixture:#}")
    });
    new.map_err(unwritten)?;
    output::note(&format!("recorded in {}", file.display()));
    Ok(())
}
