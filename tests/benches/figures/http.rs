//! One look at a health page: by the `http` plugin in its sandbox, and by the programs that scripts use for it.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use holdpoint_bundle::Bundle;
use holdpoint_core::name::{EndpointName, PluginName};
use holdpoint_core::outcome::Outcome;
use holdpoint_core::plan::endpoint::{AddressRule, Endpoint, Origin, Scheme};
use holdpoint_core::plan::grant::{Effective, Grant, Method, PathPattern};
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::time::Span;
use holdpoint_gateway::Gateway;
use holdpoint_sandbox::{CallContext, CheckCall, Compiler, Loaded, Raw, Sandbox, Settings, Source};
use holdpoint_tests::{release, target};
use tokio::runtime::Runtime;

use crate::{figure, median, server};

/// Turns of each, and how often the plugin looks in one; a process is far slower and looks once.
const TURNS: usize = 40;
const LOOKS: usize = 20;

/// Where Debian's monitoring-plugins-basic puts it.
const CHECK_HTTP: &str = "/usr/lib/nagios/plugins/check_http";

pub(crate) fn measure(runtime: &Runtime) {
    let server = server(runtime, Duration::ZERO);
    let plugin = runtime.block_on(async { Plugin::new(server) });
    let url = format!("http://{server}/health");
    let port = server.port().to_string();
    let mut counting = plugin.clone();
    counting.context.source = Source::Counted;
    let mut counted = Vec::new();
    let (mut ours, mut curl, mut check_http) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        // Whoever comes first after the processes finds the caches cold: each is first every other turn.
        let (looks, unnoted) = if turn % 2 == 0 {
            let looks = runtime.block_on(plugin.looks());
            (looks, runtime.block_on(counting.looks()))
        } else {
            let unnoted = runtime.block_on(counting.looks());
            (runtime.block_on(plugin.looks()), unnoted)
        };
        let by_curl = process("curl", &["-fsS", "-o", "/dev/null", &url]);
        let by_check_http = process(CHECK_HTTP, &["-H", "127.0.0.1", "-p", &port, "-u", "/health"]);
        // The first turn only warms up.
        if turn > 0 {
            ours.extend(looks);
            counted.extend(unnoted);
            curl.push(by_curl);
            check_http.push(by_check_http);
        }
    }
    let (ours, curl, check_http) = (median(&mut ours), median(&mut curl), median(&mut check_http));
    figure("c http plugin, warm", ours, "µs");
    figure("c http plugin, noted / only counted", ours / median(&mut counted), "x");
    figure("c curl -f as a process", curl, "µs");
    figure("c check_http as a process", check_http, "µs");
    figure("c http plugin / curl", ours / curl, "x");
    figure("c http plugin / check_http", ours / check_http, "x");
}

fn process(program: &str, arguments: &[&str]) -> f64 {
    let began = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let took = began.elapsed().as_secs_f64() * 1e6;
    let status = status.unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask bench` installs it"));
    assert!(status.success(), "{program}: {status}");
    took
}

/// The plugin, loaded and granted its one page.
#[derive(Clone)]
struct Plugin {
    sandbox: Sandbox,
    loaded: Loaded,
    context: CallContext,
}

impl Plugin {
    fn new(server: SocketAddr) -> Self {
        let gateway = Gateway::new(holdpoint_gateway::Settings::default()).expect("a gateway");
        let sandbox = Sandbox::new(Settings { cache: None, compiler: Compiler::Here, gateway }).expect("a sandbox");
        let bundle = Bundle::open(&target().join("plugins/http.wasm"), Bytes::mib(64));
        let bundle = bundle.expect("`cargo xtask guests` builds the plugin");
        let raw = Raw { bytes: &bundle.bytes, digest: bundle.digest, kind: bundle.manifest.kind };
        let loaded = sandbox.load(&[raw]).remove(0).expect("the plugin loads");
        let name = EndpointName::parse("server").expect("a name");
        let grant = Grant::Http {
            endpoint: name.clone(),
            methods: [Method::parse("GET").expect("a method")].into(),
            paths: vec![PathPattern::parse("/health").expect("a path")],
        };
        let context = CallContext {
            plugin: PluginName::parse("http").expect("a name"),
            name: "health".to_owned(),
            settings: r#"{"url": "endpoint:server/health", "expect": {"status": 200}}"#.to_owned(),
            release: Arc::new(release()),
            endpoints: Arc::new([(name, endpoint(server))].into()),
            effective: Effective::of(&bundle.manifest.requests, &[grant], &holdpoint_plan::policy::standard()),
            limits: Limits::default(),
            timeout: Span::from_secs(10),
            source: Source::Noted,
        };
        Self { sandbox, loaded, context }
    }

    async fn looks(&self) -> Vec<f64> {
        let mut times = Vec::with_capacity(LOOKS);
        for _ in 0..LOOKS {
            let began = Instant::now();
            let call = CheckCall { context: self.context.clone(), attempt: 1, labels: Vec::new() };
            let result = self.sandbox.check(&self.loaded, call).await;
            times.push(began.elapsed().as_secs_f64() * 1e6);
            let asked = result.called.facts.requests;
            assert!(matches!(result.called.outcome, Outcome::Said { .. }) && asked == 1, "{:?}", result.called);
        }
        times
    }
}

fn endpoint(server: SocketAddr) -> Endpoint {
    Endpoint {
        origin: Origin { scheme: Scheme::Http, host: server.ip().to_string(), port: server.port() },
        base_path: String::new(),
        addresses: vec![AddressRule::Network("127.0.0.0/8".parse().expect("a network"))],
        authorities: Vec::new(),
        connect_timeout: Span::from_secs(5),
    }
}
