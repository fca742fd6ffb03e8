//! The sandbox with real guests: a fresh call, a crash, limits, and a cache that nobody can edit.

use std::path::Path;
use std::sync::Arc;

use holdpoint_bundle::Bundle;
use holdpoint_core::name::PluginName;
use holdpoint_core::outcome::{FaultKind, Outcome};
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::time::Span;
use holdpoint_gateway::Gateway;
use holdpoint_sandbox::{
    CallContext, CheckCall, CheckResult, Compiler, Loaded, Raw, Record, Sandbox, Settings, Source,
};
use holdpoint_tests::{release, target};

fn sandbox(cache: Option<&Path>) -> Sandbox {
    let gateway = Gateway::new(holdpoint_gateway::Settings::default()).unwrap();
    Sandbox::new(Settings { cache: cache.map(Path::to_path_buf), compiler: Compiler::Here, gateway }).unwrap()
}

fn load(sandbox: &Sandbox, guest: &str) -> Loaded {
    let path = target().join("plugins/test").join(format!("{guest}.wasm"));
    let bundle = Bundle::open(&path, Bytes::mib(64)).unwrap();
    let raw = Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: bundle.manifest.kind };
    sandbox.load(&[raw]).remove(0).unwrap()
}

async fn call(sandbox: &Sandbox, plugin: &Loaded, limits: Limits) -> CheckResult {
    call_with(sandbox, plugin, limits, "{}").await
}

async fn call_with(sandbox: &Sandbox, plugin: &Loaded, limits: Limits, settings: &str) -> CheckResult {
    let context = context(limits, settings);
    sandbox.check(plugin, CheckCall { context, attempt: 1, labels: Vec::new() }).await
}

fn context(limits: Limits, settings: &str) -> CallContext {
    CallContext {
        plugin: PluginName::parse("guest").unwrap(),
        name: "check".to_owned(),
        settings: settings.to_owned(),
        release: Arc::new(release()),
        endpoints: Arc::default(),
        effective: Effective::none(),
        limits,
        timeout: Span::from_secs(60),
        source: Source::Noted,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_looks_at_nothing_says_what_it_says() {
    let sandbox = sandbox(None);
    let result = call(&sandbox, &load(&sandbox, "noop"), Limits::default()).await;
    assert!(matches!(result.called.outcome, Outcome::Said { .. }), "{:?}", result.called);
    assert!(result.called.facts.peak_memory.0 > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_an_error_with_its_place_and_its_last_words() {
    let sandbox = sandbox(None);
    let settings = r#"{"message": "the sky fell"}"#;
    let result = call_with(&sandbox, &load(&sandbox, "panicking"), Limits::default(), settings).await;
    let Outcome::Error { fault } = result.called.outcome else { panic!("{:?}", result.called) };
    assert_eq!(fault.kind, FaultKind::Trap);
    assert!(fault.message.contains("the sky fell") && fault.message.contains("src/lib.rs:"), "{}", fault.message);
    assert!(fault.frames.iter().any(|frame| frame.contains("a_function_of_its_own")), "{:?}", fault.frames);
    assert!(fault.last_log.iter().any(|line| line.contains("the sky fell")), "{:?}", fault.last_log);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_record_does_not_hold_is_not_served() {
    let sandbox = sandbox(None);
    let path = target().join("plugins/http.wasm");
    let bundle = Bundle::open(&path, Bytes::mib(64)).unwrap();
    let raw = Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: bundle.manifest.kind };
    let plugin = sandbox.load(&[raw]).remove(0).unwrap();
    let empty = Record::read(None, std::collections::BTreeMap::new()).unwrap();
    let context = context(Limits::default(), r#"{"url": "endpoint:shop/"}"#);

    let context = CallContext { source: Source::Record(empty), ..context };
    let result = sandbox.check(&plugin, CheckCall { context, attempt: 1, labels: Vec::new() }).await;

    let Outcome::Error { fault } = result.called.outcome else { panic!("{:?}", result.called) };
    assert!(fault.message.contains("the record holds no answer to this call of"), "{fault:?}");
    assert_eq!(result.called.facts.requests, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_beyond_the_limit_is_an_error_that_names_it() {
    let sandbox = sandbox(None);
    let limits = Limits { memory: Bytes::kib(64), ..Limits::default() };
    let result = call(&sandbox, &load(&sandbox, "noop"), limits).await;
    let Outcome::Error { fault } = result.called.outcome else { panic!("{:?}", result.called) };
    assert_eq!(fault.kind, FaultKind::Limit, "{fault:?}");
    assert!(fault.message.contains("64KiB"), "{}", fault.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cache_entry_that_was_edited_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    load(&sandbox(Some(folder.path())), "noop");
    let entry = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "compiled"))
        .expect("the compiled plugin was kept");
    let good = std::fs::read(&entry).unwrap();
    for at in [0, 40, 70, good.len() / 2, good.len() - 1] {
        let mut edited = good.clone();
        edited[at] ^= 1;
        std::fs::write(&entry, &edited).unwrap();
        let sandbox = sandbox(Some(folder.path()));
        let result = call(&sandbox, &load(&sandbox, "noop"), Limits::default()).await;
        assert!(matches!(result.called.outcome, Outcome::Said { .. }), "{:?}", result.called);
        assert_eq!(std::fs::read(&entry).unwrap().len(), good.len());
        assert_ne!(std::fs::read(&entry).unwrap(), edited, "byte {at}: the edited entry was kept");
    }
}
