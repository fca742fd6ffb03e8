//! What a call through the sandbox costs, beside the bare engine in the same run. `cargo xtask bench` runs it.
//!
//! The floor is the engine alone on a pool tuned like ours: a store, an instance, one call of a check that does
//! nothing. The sandbox adds limits, CPU metering, the gateway's session, evidence and the validation of the verdict.
//! Both are timed in turns, so that whatever else the machine does falls on both. Prints one JSON object a figure.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdpoint_core::id::Digest;
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::name::PluginName;
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::grant::Effective;
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::time::Span;
use holdpoint_gateway::Gateway;
use holdpoint_sandbox::{CallContext, CheckCall, Compiler, Loaded, Raw, Sandbox, Settings, Source};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

mod bare {
    wasmtime::component::bindgen!({
        path: "../../wit/holdpoint",
        world: "holdpoint:plugin/check",
        exports: { default: async },
    });
}

use bare::holdpoint::plugin::types;

/// Turns of each, and calls a turn.
const TURNS: usize = 60;
const CALLS: usize = 100;

/// Workers, and how many calls are under way at the same time while calls a second are counted.
const THREADS: usize = 2;
const UNDER_WAY: usize = 16;
/// How often a rate is taken.
const RATES: usize = 7;
const COUNTED_FOR: Duration = Duration::from_millis(700);

fn main() {
    let guest = std::fs::read(guest()).expect("`cargo xtask guests` builds the guest");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let floor = Floor::new(&guest);
    let ours = runtime.block_on(async { Ours::new(&guest) });

    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let (of_floor, of_ours) = runtime.block_on(async { (floor.turn().await, ours.turn().await) });
        // The first turn only warms up.
        if turn > 0 {
            bare.extend(of_floor);
            whole.extend(of_ours);
        }
    }
    let (bare, whole) = (median(&mut bare), median(&mut whole));
    figure("a floor: the engine alone, a no-op check", bare, "µs");
    figure("b through the sandbox", whole, "µs");
    figure("b / a", whole / bare, "x");
    let mut counting = ours.clone();
    counting.context.source = Source::Counted;
    let (mut noted, mut counted) = (Vec::new(), Vec::new());
    for _ in 0..RATES {
        noted.push(runtime.block_on(ours.rate()));
        counted.push(runtime.block_on(counting.rate()));
    }
    let (noted, counted) = (median(&mut noted), median(&mut counted));
    figure("calls a second on 2 threads", noted, "1/s");
    figure("the same without evidence", counted, "1/s");
    figure("without evidence / with", counted / noted, "x");
}

fn figure(name: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "figure": name, "value": value, "unit": unit }));
}

/// Where the guest's build puts it: beside the folder that this program was built into.
fn guest() -> PathBuf {
    let own = std::env::current_exe().expect("a program knows its own file");
    let target = own.ancestors().nth(3).map(Path::to_path_buf).expect("a bench lies in TARGET/debug/deps");
    target.join("plugins/test/noop.wasm")
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn micros(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6
}

/// The engine alone.
struct Floor {
    engine: Engine,
    pre: bare::CheckPre<()>,
    call: types::Call,
}

impl Floor {
    fn new(guest: &[u8]) -> Self {
        let mut pool = PoolingAllocationConfig::new();
        pool.linear_memory_keep_resident(2 << 20)
            .table_keep_resident(2 << 20)
            .async_stack_keep_resident(2 << 20)
            .decommit_batch_size(64)
            .pagemap_scan(Enabled::Auto);
        let mut config = Config::new();
        config.concurrency_support(false).allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config).expect("an engine");
        let component = Component::from_binary(&engine, guest).expect("the guest compiles");
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component).expect("the guest's imports");
        let pre = linker.instantiate_pre(&component).and_then(bare::CheckPre::new).expect("the guest links");
        let release = types::Release {
            service: "shop".to_owned(),
            environment: "bench".to_owned(),
            version: "1".to_owned(),
            previous_version: None,
            artifact: None,
            revision: None,
            change: "feature".to_owned(),
            strategy: "rolling".to_owned(),
            labels: Vec::new(),
        };
        let call = types::Call {
            name: "check".to_owned(),
            attempt: 1,
            settings: "{}".to_owned(),
            release,
            deadline_ms: 10_000,
            labels: Vec::new(),
        };
        Self { engine, pre, call }
    }

    async fn turn(&self) -> Vec<f64> {
        let mut times = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            let began = Instant::now();
            let mut store = Store::new(&self.engine, ());
            let check = self.pre.instantiate_async(&mut store).await.expect("an instance");
            let verdict = check.holdpoint_plugin_checker().call_run(&mut store, &self.call).await;
            assert!(matches!(verdict, Ok(Ok(_))), "{verdict:?}");
            drop(store);
            times.push(micros(began));
        }
        times
    }
}

/// The same through the sandbox.
#[derive(Clone)]
struct Ours {
    sandbox: Sandbox,
    plugin: Loaded,
    context: CallContext,
}

impl Ours {
    fn new(guest: &[u8]) -> Self {
        let gateway = Gateway::new(holdpoint_gateway::Settings::default()).expect("a gateway");
        let sandbox = Sandbox::new(Settings { cache: None, compiler: Compiler::Here, gateway }).expect("a sandbox");
        let raw = Raw { bytes: guest, digest: Digest::of(guest), kind: PluginKind::Check };
        let plugin = sandbox.load(&[raw]).remove(0).expect("the guest loads");
        let release = Release {
            service: "shop".to_owned(),
            environment: "bench".to_owned(),
            version: "1".to_owned(),
            previous_version: None,
            artifact: None,
            revision: None,
            change: ChangeKind::Feature,
            strategy: Strategy::Rolling,
            labels: std::collections::BTreeMap::new(),
        };
        let context = CallContext {
            plugin: PluginName::parse("noop").expect("a name"),
            name: "check".to_owned(),
            settings: "{}".to_owned(),
            release: Arc::new(release),
            endpoints: Arc::default(),
            effective: Effective::none(),
            limits: Limits::default(),
            timeout: Span::from_secs(10),
            source: Source::Noted,
        };
        Self { sandbox, plugin, context }
    }

    async fn call(&self) {
        let call = CheckCall { context: self.context.clone(), attempt: 1, labels: Vec::new() };
        let result = self.sandbox.check(&self.plugin, call).await;
        assert!(matches!(result.called.outcome, Outcome::Said { .. }), "{:?}", result.called.outcome);
    }

    async fn turn(&self) -> Vec<f64> {
        let mut times = Vec::with_capacity(CALLS);
        for _ in 0..CALLS {
            let began = Instant::now();
            self.call().await;
            times.push(micros(began));
        }
        times
    }

    /// Calls a second, several under way at a time.
    async fn rate(&self) -> f64 {
        let began = Instant::now();
        let tasks: Vec<_> = (0..UNDER_WAY)
            .map(|_| {
                let ours = self.clone();
                tokio::spawn(async move {
                    let mut calls = 0_u32;
                    while began.elapsed() < COUNTED_FOR {
                        ours.call().await;
                        calls += 1;
                    }
                    calls
                })
            })
            .collect();
        let mut calls = 0;
        for task in tasks {
            calls += task.await.expect("no call panics");
        }
        f64::from(calls) / began.elapsed().as_secs_f64()
    }
}
