//! The bench on which guests are tried: a folder with bundles and a plan, the shipped program run on it, and what it
//! says afterwards.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use holdpoint_tests::wat::Core;
use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;
use tempfile::TempDir;

/// A folder for one run. Every plan has one phase, in which nothing stops the rest.
pub(crate) struct Bench {
    folder: TempDir,
    plugins: String,
    checks: String,
    parallel: usize,
    variables: Vec<(String, String)>,
    arguments: Vec<OsString>,
}

/// How one run ended.
pub(crate) struct Ran {
    pub(crate) output: Output,
    /// The run's story, as the JSON report tells it.
    pub(crate) story: Value,
    /// The most resident memory that was seen, in MiB.
    pub(crate) peak: f64,
    /// The resident memory that was seen last, when all was done, in MiB.
    pub(crate) last: f64,
    store: PathBuf,
}

/// How one check ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) name: String,
    /// The outcome's word.
    pub(crate) word: String,
    pub(crate) summary: String,
    /// The last attempt, as the report has it.
    pub(crate) attempt: Value,
}

impl Ended {
    pub(crate) fn wall_ms(&self) -> f64 {
        self.attempt["facts"]["wall-ms"].as_f64().unwrap_or(f64::NAN)
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let (plugins, checks) = (String::new(), String::new());
        Self { folder, plugins, checks, parallel: 256, variables: Vec::new(), arguments: Vec::new() }
    }

    pub(crate) fn parallel(mut self, most: usize) -> Self {
        self.parallel = most;
        self
    }

    /// Adds a plugin that is written in WAT.
    pub(crate) fn wat(self, name: &str, core: &Core<'_>) -> Self {
        let bytes = core.bundle(name);
        self.bytes(name, &bytes)
    }

    /// Adds a plugin of these bytes.
    pub(crate) fn bytes(mut self, name: &str, bytes: &[u8]) -> Self {
        std::fs::write(self.folder.path().join(format!("{name}.wasm")), bytes).expect("the folder can be written to");
        let _ = writeln!(self.plugins, "[plugin.{name}]\nbundle = \"{name}.wasm\"");
        self
    }

    /// Adds a plugin that is built with the others, under a name, with what follows in its table.
    pub(crate) fn built(mut self, name: &str, file: &str, rest: &str) -> Self {
        let path = target().join("plugins").join(file);
        let _ = writeln!(self.plugins, "[plugin.{name}]\nbundle = {:?}\n{rest}", path.display().to_string());
        self
    }

    /// Adds what belongs to the plugin that was added last.
    pub(crate) fn plugin_rest(mut self, rest: &str) -> Self {
        let _ = writeln!(self.plugins, "{rest}");
        self
    }

    /// Sets limits of the plugin that was added last.
    pub(crate) fn limits(self, limits: &str) -> Self {
        let name = self.plugins.rfind("[plugin.").and_then(|at| self.plugins.get(at + 8..));
        let name = name.and_then(|rest| rest.split([']', '.']).next()).unwrap_or_default().to_owned();
        self.plugin_rest(&format!("[plugin.{name}.limits]\n{limits}"))
    }

    /// Sets an environment variable of the program.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds an argument of the program.
    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets the host's policy.
    pub(crate) fn policy(self, text: &str) -> Self {
        let path = self.folder.path().join("policy.toml");
        std::fs::write(&path, text).expect("the folder can be written to");
        self.argument("--policy").argument(path)
    }

    /// Adds an endpoint that trusts this authority as well, in PEM.
    pub(crate) fn trusting(mut self, name: &str, url: &str, authority: &str) -> Self {
        let path = self.folder.path().join(format!("{name}.pem"));
        std::fs::write(&path, authority).expect("the folder can be written to");
        self = self.endpoint(name, url);
        let _ = writeln!(self.plugins, "ca = {:?}", path.display().to_string());
        self
    }

    /// Adds an endpoint.
    pub(crate) fn endpoint(mut self, name: &str, url: &str) -> Self {
        let _ = writeln!(self.plugins, "[endpoint.{name}]\nurl = {url:?}\naddresses = [\"127.0.0.1\"]");
        self
    }

    /// Adds checks of a plugin, with what follows in their tables.
    pub(crate) fn checks(mut self, count: usize, plugin: &str, rest: &str) -> Self {
        for number in 0..count {
            self = self.check(&format!("{plugin}-{number}"), plugin, rest);
        }
        self
    }

    /// Adds one check of a plugin.
    pub(crate) fn check(mut self, name: &str, plugin: &str, rest: &str) -> Self {
        let _ = writeln!(
            self.checks,
            "[[phase.check]]\nname = \"{name}\"\nplugin = \"{plugin}\"\nattempts = 1\non-fail = \"note\"\n\
             on-inconclusive = \"note\"\n{rest}"
        );
        self
    }

    fn plan(&self) -> PathBuf {
        let Self { plugins, checks, parallel, .. } = self;
        let text = format!(
            "holdpoint = \"0.1\"\nname = \"hostile\"\n[escalation]\ncommander = \"nobody\"\n{plugins}\n[[phase]]\n\
             name = \"verify\"\nparallel = {parallel}\n{checks}"
        );
        let path = self.folder.path().join("plan.toml");
        std::fs::write(&path, text).expect("the folder can be written to");
        path
    }

    /// Runs the plan to its end, watching the program's memory.
    pub(crate) fn run(&self) -> Ran {
        let mut command = holdpoint(self.folder.path());
        command.arg("run").arg(self.plan()).args(["--service", "shop", "-e", "test", "--release-version", "1"]);
        command.arg("--cache").arg(target().join("test-cache")).args(&self.arguments);
        command.envs(self.variables.iter().cloned());
        let (output, peak, last) = Self::watched(&mut command);
        let store = self.folder.path().join("store");
        Ran { story: self.story(&output), output, peak, last, store }
    }

    /// Runs a command to its end: its output, the most memory that it had, and the last that was seen.
    fn watched(command: &mut Command) -> (Output, f64, f64) {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let id = child.id();
        let waiting = std::thread::spawn(move || child.wait_with_output());
        let (mut peak, mut last): (f64, f64) = (0.0, 0.0);
        while !waiting.is_finished() {
            last = resident(id).unwrap_or(last);
            peak = peak.max(last);
            std::thread::sleep(Duration::from_millis(5));
        }
        (waiting.join().expect("waiting does not panic").expect("the program ends"), peak, last)
    }

    /// Lints the plan, which is to be refused: the exit code, and what was said.
    pub(crate) fn refused(&self) -> (Option<i32>, String) {
        let mut command = holdpoint(self.folder.path());
        command.arg("lint").arg(self.plan()).arg("--cache").arg(target().join("test-cache"));
        let (output, _, _) = Self::watched(command.args(&self.arguments));
        (output.status.code(), said(&output))
    }

    /// The same, with the most memory that the program itself had, in MiB. Nothing compiled is taken from a cache.
    pub(crate) fn refused_within(&self) -> (Option<i32>, String, f64) {
        let cache = self.folder.path().join("cache");
        let mut command = holdpoint(self.folder.path());
        let (output, peak, _) = Self::watched(command.arg("lint").arg(self.plan()).arg("--cache").arg(cache));
        (output.status.code(), said(&output), peak)
    }

    fn story(&self, ran: &Output) -> Value {
        let report = holdpoint(self.folder.path()).args(["report", "latest", "--format", "json"]).output();
        let report = report.expect("the program starts");
        serde_json::from_slice(&report.stdout).unwrap_or_else(|_| panic!("{}\n{}", said(ran), said(&report)))
    }
}

impl Ran {
    /// How each check of a plugin ended.
    pub(crate) fn ends(&self, plugin: &str) -> Vec<Ended> {
        let checks = self.story["phases"][0]["checks"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of_plugin = checks.iter().filter(|check| check["plugin"] == plugin);
        of_plugin
            .map(|check| Ended {
                name: text(&check["name"]),
                word: text(&check["word"]),
                summary: text(&check["summary"]),
                attempt: check["attempts"].as_array().and_then(|all| all.last().cloned()).unwrap_or(Value::Null),
            })
            .collect()
    }

    /// The evidence that is kept of a check's last call.
    pub(crate) fn evidence(&self, ended: &Ended) -> Value {
        let digest = ended.attempt["evidence"]["digest"].as_str().unwrap_or_default();
        let digest = holdpoint_core::id::Digest::parse(digest).expect("the report names the evidence");
        let store = holdpoint_journal::Store::open_existing(&self.store).expect("the run's store");
        let bytes = store.blobs().get(&digest).expect("the evidence is kept");
        serde_json::from_slice(&bytes).expect("evidence is JSON")
    }

    /// The folder that the run was made in.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.store.parent().unwrap_or(&self.store)
    }

    /// Whether the program itself was unharmed: it ended by its own decision.
    pub(crate) fn unharmed(&self) -> bool {
        matches!(self.output.status.code(), Some(0 | 10 | 20 | 21 | 30))
    }
}

/// The resident memory of a process, in MiB.
fn resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? / 1_024.0)
}

/// The value below which so many of a hundred lie.
pub(crate) fn percentile(values: &mut [f64], of_hundred: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len().saturating_sub(1)) * of_hundred / 100).copied().unwrap_or(f64::NAN)
}
