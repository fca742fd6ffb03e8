//! The runs that are told.

use holdpoint_core::facts::Evidence;
use holdpoint_core::outcome::{Fault, FaultKind, Outcome};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::{Check, Severity};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::plan::people::{Escalation, Path, Pattern, Way};
use holdpoint_core::response::Response;
use holdpoint_core::rollback::{Progress, Readiness, Reply, RollbackPlan, Step, StepEnd};
use holdpoint_core::run::event::Answer;
use holdpoint_core::time::Span;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Level};
use holdpoint_report::History;

use crate::scene::{Scene, answered, check, denied, finding, phase, plan, said};

fn phases() -> Vec<holdpoint_core::plan::phase::Phase> {
    let smoke = vec![check("home", Severity::Critical), check("login", Severity::Major)];
    let business =
        vec![check("cart", Severity::Major), check("orders", Severity::Major), check("search", Severity::Minor)];
    vec![phase("smoke", smoke), phase("business", business)]
}

fn pass(summary: &str) -> Outcome {
    said(Finds::Pass, summary, vec![])
}

fn trap() -> Outcome {
    Outcome::Error {
        fault: Fault {
            kind: FaultKind::Trap,
            message: "the plugin crashed: unreachable executed".into(),
            frames: vec!["http_check::judge".into(), "http_check::run".into()],
            last_log: vec!["info looked at /login".into()],
        },
    }
}

fn denial() -> Outcome {
    let message = "the request that it needs was denied".into();
    Outcome::Error { fault: Fault { kind: FaultKind::Denied, message, frames: vec![], last_log: vec![] } }
}

/// Smoke with a crash that a second attempt mends.
fn after_smoke() -> Scene {
    let mut scene = Scene::start(plan(phases()));
    scene.waits(412).ends("home", pass("200 in 188 ms, the title is right"), answered("/", 200));
    scene.waits(300).ends("login", trap(), answered("/login", 200));
    scene.sleeps().waits(350).ends("login", pass("signed in and out again"), answered("/login", 200));
    scene
}

/// A run with a warning, a retry and a waiver that ends as confirmed.
pub(crate) fn confirmed() -> History {
    let mut scene = after_smoke();
    let slow = finding(Level::Warn, "slower than it should be", ("< 300 ms", "412 ms"));
    scene.waits(420).ends("cart", said(Finds::Warn, "the cart works, slowly", vec![slow]), answered("/cart", 200));
    scene.waits(10).ends("orders", denial(), denied("/orders"));
    scene.waits(900).ends("search", pass("42 results for socks"), answered("/search?q=socks", 200));
    let reason = "orders were placed by hand and look right".into();
    scene.waits(9_000).answers("ada", Answer::Confirm { reason });
    scene.history
}

/// A run that ends every other way a check can end: one out of time, one without an answer, and a critical one that is
/// broken and stops the rest.
pub(crate) fn cut_short() -> History {
    let smoke = vec![
        check("metrics", Severity::Minor),
        check("search", Severity::Minor),
        check("orders", Severity::Minor),
        check("home", Severity::Critical),
        check("login", Severity::Major),
    ];
    let mut scene =
        Scene::start(plan(vec![phase("smoke", smoke), phase("business", vec![check("cart", Severity::Major)])]));
    let late = || Outcome::Timeout { limit: Span::from_secs(30), message: "it did not end within 30s".into() };
    let unknown = || said(Finds::Inconclusive, "the metrics server is away", vec![]);
    scene.waits(20).ends("orders", denial(), denied("/orders"));
    scene.waits(300).ends("metrics", unknown(), answered("/metrics", 503));
    scene.sleeps().ends("metrics", unknown(), answered("/metrics", 503));
    scene.waits(28_000).ends("search", late(), answered("/search", 200));
    scene.sleeps().waits(30_000).ends("search", late(), answered("/search", 200));
    let broken = finding(Level::Fail, "there is no page", ("200", "500"));
    scene.waits(40).ends("home", said(Finds::Fail, "the home page is broken", vec![broken]), answered("/", 500));
    scene.waits(90).replies(Reply::Readiness { readiness: Readiness::Ready }, Evidence::default());
    scene.history
}

/// A run whose cart is broken: rolled back, and verified.
pub(crate) fn rolled_back() -> History {
    let mut scene = after_smoke();
    let broken = finding(Level::Fail, "the total is wrong", ("total = 30.00 | EUR", "total = 0.00"));
    scene.waits(420).ends(
        "cart",
        said(Finds::Fail, "the cart forgets what is in it", vec![broken]),
        answered("/cart", 200),
    );
    scene.waits(300).ends("search", pass("42 results for socks"), answered("/search?q=socks", 200));
    scene.waits(30).ends("orders", pass("an order was placed and cancelled"), answered("/orders", 201));
    scene.waits(200).replies(Reply::Readiness { readiness: Readiness::Ready }, Evidence::default());
    scene.waits(150).replies(Reply::Planned { plan: steps() }, Evidence::default());
    scene.waits(700).replies(executed(StepEnd::Done, "no new sessions on 2.0.0"), answered("/drain", 200));
    scene.waits(900).replies(executed(StepEnd::Done, "all traffic goes to 1.9.3"), answered("/switch", 200));
    let summary = "1.9.3 serves everything".into();
    scene.waits(120).replies(Reply::Status { progress: Progress::Complete, summary }, answered("/status", 200));
    scene.waits(410).ends("home-again", pass("200 in 171 ms, version 1.9.3"), answered("/", 200));
    scene.history
}

/// A run in which what the shop needs fails first, and a person is asked on an escalation path.
pub(crate) fn not_at_fault() -> History {
    let inventory = Check { cause: RootCause::Dependency, ..check("inventory", Severity::Minor) };
    let orders = Check { cause: RootCause::Code, ..check("orders", Severity::Critical) };
    let plan = plan(vec![phase("smoke", vec![inventory]), phase("business", vec![orders])]);
    let mut scene = Scene::start(Plan { escalation: Escalation { paths: paths(), ..plan.escalation }, ..plan });
    let away = said(Finds::Fail, "the inventory does not answer", vec![]);
    scene.waits(600).ends("inventory", away, answered("/health", 503));
    scene.waits(800).ends("orders", suspecting("the order was refused: 503"), answered("/orders", 503));
    scene.history
}

/// Ways for what is critical, and for what a dependency has done.
fn paths() -> Vec<Path> {
    let pattern = |cause, severity| Pattern { cause, severity };
    vec![
        Path {
            pattern: pattern(None, Some(Severity::Critical)),
            response: Some(Response::Escalate),
            ways: vec![Way::Page, Way::Ticket],
            to: Some("shop on-call".into()),
            answer_within: Some(Span::from_secs(900)),
        },
        Path {
            pattern: pattern(Some(RootCause::Dependency), None),
            response: None,
            ways: vec![Way::Meeting],
            to: None,
            answer_within: None,
        },
    ]
}

/// A verdict of a plugin that suspects a dependency.
fn suspecting(summary: &str) -> Outcome {
    let labels = vec![("cause".into(), "dependency".into())];
    let draft = Draft { finds: Finds::Fail, summary: summary.into(), findings: vec![], measurements: vec![], labels };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

fn executed(end: StepEnd, summary: &str) -> Reply {
    Reply::Executed { end, summary: summary.into() }
}

fn steps() -> RollbackPlan {
    let step =
        |id: &str, summary: &str| Step { id: id.into(), summary: summary.into(), payload: "{}".into(), labels: vec![] };
    RollbackPlan {
        summary: "switch the traffic back to 1.9.3".into(),
        steps: vec![step("drain", "let 2.0.0 finish what it serves"), step("switch", "point the router at 1.9.3")],
    }
}
