//! A run with stages: 5 % goes well, a no-go at 50 % brings everything back.

use holdpoint_core::facts::Evidence;
use holdpoint_core::name::{PhaseName, PluginName};
use holdpoint_core::plan::Plan;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::stage::{OnFail, Rollout, Stage};
use holdpoint_core::rollback::{Progress, Readiness, Reply, StepEnd};
use holdpoint_core::rollout::{self, Share};
use holdpoint_core::time::Span;
use holdpoint_core::verdict::Finds;
use holdpoint_report::{History, html, json, markdown, tell};

use crate::compare;
use crate::scene::{Scene, answered, check, phase, plan, said};

fn staged() -> Plan {
    let stage = |percent, name: &str| Stage {
        share: Share::try_new(percent).unwrap(),
        phases: vec![PhaseName::parse(name).unwrap()],
    };
    let phases = vec![
        phase("preflight", vec![check("home", Severity::Critical)]),
        phase("watch-at-5", vec![check("cart", Severity::Major)]),
        phase("watch-at-50", vec![check("orders", Severity::Major)]),
        phase("watch-at-100", vec![check("search", Severity::Major)]),
    ];
    let rollout = Rollout {
        plugin: PluginName::parse("weights").unwrap(),
        settings: "{}".into(),
        timeout: Span::from_secs(120),
        call_timeout: Span::from_secs(30),
        poll: Span::from_secs(2),
        on_fail: OnFail::Escalate,
        stages: vec![stage(5, "watch-at-5"), stage(50, "watch-at-50"), stage(100, "watch-at-100")],
    };
    Plan { rollout: Some(rollout), ..plan(phases) }
}

/// A shift that is ready, is only started, and is complete at the second look.
fn shift(scene: &mut Scene, percent: u32) {
    let status =
        |progress, said: &str| rollout::Reply::Status { progress, percent: Some(percent), summary: said.into() };
    let started = rollout::Reply::Shifted { end: StepEnd::Started, summary: "the switch answered 202".into() };
    scene.waits(20).shifts(rollout::Reply::Ready, Evidence::default());
    scene.waits(200).shifts(started, answered("/api/weights", 202));
    scene.waits(30).shifts(status(Progress::UnderWay, "the switch says under-way"), Evidence::default());
    scene.sleeps().waits(30).shifts(status(Progress::Complete, "the switch says complete"), Evidence::default());
}

fn taken_back() -> History {
    let mut scene = Scene::start(staged());
    scene.waits(100).ends("home", said(Finds::Pass, "200", vec![]), answered("/", 200));
    shift(&mut scene, 5);
    scene.waits(400).ends("cart", said(Finds::Pass, "the cart works", vec![]), answered("/cart", 200));
    shift(&mut scene, 50);
    scene.waits(400).ends("orders", said(Finds::Fail, "orders are lost", vec![]), answered("/orders", 500));
    scene.waits(50).replies(Reply::Readiness { readiness: Readiness::Ready }, Evidence::default());
    scene.history
}

#[test]
fn a_run_with_stages_tells_each_share_and_how_the_shift_to_it_went() {
    let history = taken_back();

    compare("staged", &history);

    let story = tell(&history);
    let told: serde_json::Value = serde_json::from_str(&json(&story)).unwrap();
    let stages = told["rollout"]["stages"].as_array().unwrap();
    let words: Vec<_> = stages.iter().map(|stage| (&stage["percent"], &stage["shift"]["word"])).collect();
    let complete = serde_json::Value::from("complete");
    assert_eq!(words, [(&5.into(), &complete), (&50.into(), &complete), (&100.into(), &serde_json::Value::Null)]);
    assert!(html(&story).contains("Stages") && markdown(&story).contains("| 100 % |"), "{}", markdown(&story));
}
