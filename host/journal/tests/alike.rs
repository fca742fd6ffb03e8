//! Runs of one plan, one service and one environment are found among others, the newest first.

use std::path::Path;

use holdpoint_core::id::{Digest, RunId, Sequence};
use holdpoint_core::plan::Plan;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::run::entry::{Entry, What};
use holdpoint_core::run::event::{Event, Mode};
use holdpoint_core::time::{Elapsed, Moment};
use holdpoint_journal::{Journal as _, Kin, SqliteJournal};

fn start(run: &str, plan: &str, (service, environment): (&str, &str), moment: i64) -> (RunId, Entry) {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/plans/good/smallest.out");
    let smallest: Plan = serde_json::from_str(&std::fs::read_to_string(good).unwrap()).unwrap();
    let run = RunId::parse(run).unwrap();
    let release = Release {
        service: service.into(),
        environment: environment.into(),
        version: "2.0.0".into(),
        previous_version: None,
        artifact: None,
        revision: None,
        change: ChangeKind::Feature,
        strategy: Strategy::Rolling,
        labels: std::collections::BTreeMap::new(),
    };
    let event = Event::Started {
        run: run.clone(),
        plan: Box::new(Plan { name: plan.into(), ..smallest }),
        plan_digest: Digest::of(b"plan"),
        release: Box::new(release),
        mode: Mode::Real,
        host: "0.1.0".into(),
        past: None,
    };
    let entry = Entry { sequence: Sequence(1), at: Elapsed(0), moment: Moment(moment), what: What::Event { event } };
    (run, entry)
}

#[test]
fn only_what_can_be_compared_is_found_and_the_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = SqliteJournal::open(&folder.path().join("journal.db")).unwrap();
    let shop = ("shop", "production");
    let runs = [
        start("a-1", "careful", shop, 1_000),
        start("b-2", "careful", shop, 3_000),
        start("c-3", "careful", shop, 2_000),
        start("d-4", "hasty", shop, 4_000),
        start("e-5", "careful", ("shop", "staging"), 5_000),
        start("f-6", "careful", ("stock", "production"), 6_000),
    ];
    for (run, entry) in &runs {
        journal.append(run, Sequence(1), std::slice::from_ref(entry)).unwrap();
    }
    let kin = Kin { plan: "careful", service: "shop", environment: "production" };
    let found = |most| {
        let runs = journal.alike(kin, most).unwrap();
        runs.iter().map(|run| run.as_str().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(found(10), ["b-2", "c-3", "a-1"]);
    assert_eq!(found(2), ["b-2", "c-3"]);
    assert_eq!(journal.alike(Kin { plan: "' OR 1 = 1 --", ..kin }, 10).unwrap(), []);
}
