//! The five indicators of a shop that Prometheus scrapes: well, with faults, gone, and without Prometheus.

use std::time::{Duration, Instant};

use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::replayed;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::asking::{Plan, Run};
use crate::server::Prometheus;

/// How long it may take until a fault is seen. Catches hangs, measures nothing.
const PATIENCE: Duration = Duration::from_mins(2);

/// What each indicator is called in the plan, and its settings but for the thresholds.
const INDICATORS: [(&str, &str, &str); 5] = [
    (
        "errors",
        "indicator = \"error-rate\", metric = \"shop_requests_total\", range = \"10s\", \
         labels = { job = \"shop\", path = { not = [\"/metrics\", \"/health\"] } }, min-traffic = 10",
        "fail-above = 0.05",
    ),
    (
        "latency",
        "indicator = \"latency\", metric = \"shop_request_duration_seconds\", range = \"10s\", unit = \"ms\", \
         labels = { path = \"/\" }, quantile = 0.9",
        "fail-above = 1500",
    ),
    ("saturation", "indicator = \"saturation\", labels = { job = \"self\" }", "fail-above = 0.9"),
    (
        "inventory",
        "indicator = \"dependency-health\", metric = \"shop_dependency_up\", range = \"10s\", \
         labels = { dependency = \"inventory\" }",
        "fail-below = 0.9",
    ),
    (
        "pages",
        "indicator = \"throughput\", metric = \"shop_requests_total\", range = \"10s\", labels = { path = [\"/\", \"/login\"] }",
        "fail-below = 60",
    ),
];

/// The requests and the errors of five seconds, as whole numbers; as soon as there are so many errors.
async fn counted(url: &str, folder: &TempDir, least: f64) -> (f64, f64) {
    let (_, settings, _) = INDICATORS[0];
    let plan = Plan::of(url).check("counted", &format!("{settings}, counts-over = \"5s\"")).noting();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let run = plan.run(folder.path());
        let [requests, errors] = ["requests", "errors"].map(|name| run.check("counted").number(name));
        if let (Some(requests), Some(errors)) = (requests, errors)
            && errors >= least
        {
            assert!(requests.fract() == 0.0 && errors.fract() == 0.0 && errors <= requests, "{errors} of {requests}");
            return (requests, errors);
        }
        assert!(Instant::now() < deadline, "{errors:?} of {requests:?}: {}", run.told);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn plan(url: &str) -> Plan {
    let add = |plan: Plan, (name, settings, threshold): (&str, &str, &str)| {
        plan.check(name, &format!("{settings}, {threshold}"))
    };
    INDICATORS.into_iter().fold(Plan::of(url), add).noting()
}

/// Asks for the shop's pages, 20 times a second, until it is aborted. Slow answers hold nothing up.
pub(crate) fn visitors(shop: String) -> JoinHandle<()> {
    tokio::spawn(async move {
        let client = reqwest::Client::new();
        loop {
            for page in ["/", "/login"] {
                drop(tokio::spawn(client.get(format!("{shop}{page}")).send()));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    })
}

/// Runs the plan until its outcomes are these, in the order of [`INDICATORS`].
async fn until(plan: &Plan, folder: &TempDir, wanted: [&str; 5]) -> Run {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let run = plan.run(folder.path());
        let found = INDICATORS.map(|(name, ..)| run.check(name).outcome);
        if found == wanted {
            return run;
        }
        assert!(Instant::now() < deadline, "{found:?} did not become {wanted:?}: {}", run.told);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn indicators_tell_a_healthy_shop_from_one_with_faults_and_from_none() {
    let folder = TempDir::new().unwrap();
    let shop = Shop::start(ShopConfig::on_free_ports()).await.unwrap();
    let blue = shop.ready().blue.clone();
    let server = Prometheus::start(folder.path(), &[("shop", blue.url.trim_start_matches("http://"))]);
    let visitors = visitors(blue.url.clone());
    let plan = plan(&server.url);

    let run = until(&plan, &folder, ["pass"; 5]).await;

    let errors = run.check("errors");
    assert_eq!((errors.number("error-rate"), errors.unit("error-rate")), (Some(0.0), Some("ratio")));
    assert!(errors.number("traffic").is_some_and(|traffic| traffic >= 10.0), "{:?}", errors.measurements);
    assert_eq!(errors.unit("traffic"), Some("requests"));
    assert!(errors.taken_at("error-rate").is_some());
    assert_eq!(run.check("latency").unit("latency"), Some("ms"));
    assert_eq!(run.check("inventory").number("dependency-health"), Some(1.0));
    assert_eq!(run.check("pages").unit("throughput"), Some("1/min"));
    let full = run.check("saturation").number("saturation").unwrap();
    assert!(full > 0.0 && full < 1.0, "{full}");

    let (requests, none) = counted(&server.url, &folder, 0.0).await;
    assert!(requests >= 10.0 && none == 0.0, "{none} of {requests}");
    let then = Plan::of(&server.url);
    let (_, settings, _) = INDICATORS[0];
    let then = then.check("now", settings).check("lately", &format!("{settings}, ago = \"2s\""));
    let run = then.check("yesterday", &format!("{settings}, ago = \"24h\"")).noting().run(folder.path());
    let classes = ["now", "lately", "yesterday"].map(|name| run.check(name).class);
    assert_eq!(classes, ["data", "data", "no-data"], "{}", run.told);

    let faults = r#"{"faults":["error-rate:30","slow","dependency-down"]}"#;
    let admin = format!("{}/admin/faults", blue.admin.unwrap());
    let client = reqwest::Client::new();
    let set = client.post(admin).header("content-type", "application/json").body(faults).send().await.unwrap();
    assert!(set.status().is_success());
    let run = until(&plan, &folder, ["fail", "fail", "pass", "fail", "pass"]).await;
    let rate = run.check("errors").number("error-rate").unwrap();
    assert!(rate > 0.05 && rate < 0.5, "{rate}");
    counted(&server.url, &folder, 1.0).await;
    assert!(run.check("latency").number("latency").unwrap() > 1500.0);

    visitors.abort();
    drop(shop);
    server.answers("up{job=\"shop\"} == 0").await;
    // What was counted in the last day is still there to be divided; nothing of it is news.
    server.answers("sum(rate(shop_requests_total[1d]))").await;
    let gone = Plan::of(&server.url).check(
        "errors",
        "indicator = \"error-rate\", metric = \"shop_requests_total\", range = \"24h\", fail-above = 0.05",
    );
    let run = gone.run(folder.path());
    let errors = run.check("errors");
    assert_eq!((errors.outcome.as_str(), errors.class.as_str()), ("inconclusive", "no-data"), "{}", run.told);
    assert!(errors.why.contains("has ended"), "{}", errors.why);

    drop(server);
    let run = until(&plan, &folder, ["inconclusive"; 5]).await;
    for (name, ..) in INDICATORS {
        assert_eq!(run.check(name).class, "provider-down", "{name}: {}", run.told);
    }
    replayed(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_plan_says_becomes_a_query_that_prometheus_can_read() {
    let folder = TempDir::new().unwrap();
    let server = Prometheus::start(folder.path(), &[]);
    server.answers("rate(process_cpu_seconds_total[10s])").await;
    let forms = [
        ("forged", r#"indicator = "error-rate", labels = { path = "\"} or vector(0) #\\\n\u0000" }"#, "no-data"),
        (
            "letters",
            r#"indicator = "error-rate", labels = { path = ["/{id}.*", "é|ü"], v = { not = "(" } }"#,
            "no-data",
        ),
        ("codes", r#"indicator = "error-rate", errors = ["5xx", 429, "a\"b{", ""], code-label = "state""#, "no-data"),
        (
            "latency",
            r#"indicator = "latency", unit = "ms", quantile = 0.999, convention = "open-telemetry""#,
            "no-data",
        ),
        ("released", r#"indicator = "throughput", labels = { version = "{{release.version}}" }"#, "no-data"),
        ("calls", r#"indicator = "dependency-health", metric = "calls_total", labels = { to = "x" }"#, "no-data"),
        ("scraped", r#"indicator = "dependency-health", labels = { job = { regex = "se.." } }, range = "3s""#, "data"),
        (
            "busy",
            r#"indicator = "saturation", metric = "process_cpu_seconds_total", capacity = 64, range = "10s""#,
            "data",
        ),
        ("full", r#"indicator = "saturation", metric = "up", capacity = "up", labels = { job = "self" }"#, "data"),
    ];
    let add = |plan: Plan, (name, settings, _): (&str, &str, &str)| plan.check(name, settings);

    let run = forms.into_iter().fold(Plan::of(&server.url), add).noting().run(folder.path());

    for (name, _, wanted) in forms {
        let asked = run.check(name);
        assert_eq!(asked.class, wanted, "{name}: {}", asked.why);
        // Measured, and nothing was expected of it: that is no pass.
        assert_eq!(asked.outcome, "inconclusive", "{name}: {}", asked.why);
    }
    assert_eq!(run.check("full").number("saturation"), Some(1.0));
}
