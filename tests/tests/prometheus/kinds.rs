//! Every kind of answer that a provider of metrics can give, and what a run makes of it with a plan's defaults.

use std::path::Path;

use holdpoint_tests::replayed;
use tempfile::TempDir;

use crate::asking::Plan;
use crate::server::Prometheus;
use crate::stub::{self, GOOD, Manner};

/// Who gives an answer.
enum By {
    /// The real Prometheus, to this query.
    Prometheus(&'static str),
    /// A stub.
    Stub(Manner),
    /// Nobody.
    Nobody,
}

/// An answer, the outcome of the check, and the class of what was measured; none where the settings are to blame.
struct Kind {
    name: &'static str,
    by: By,
    outcome: &'static str,
    class: &'static str,
}

const fn kind(name: &'static str, by: By, outcome: &'static str, class: &'static str) -> Kind {
    Kind { name, by, outcome, class }
}

const DOUBTED: &str =
    r#"{"status":"success","warnings":["a store did not answer"],"data":{"resultType":"scalar","result":[NOW,"0.5"]}}"#;
const ERROR: &str = r#"{"status":"error","errorType":"internal","error":"half","warnings":["a store did not answer"]}"#;

/// Neither a number nor an answer: none of these may let a release through.
const NONE: &[Kind] = &[
    kind("missing-series", By::Prometheus("metric_that_is_not_there"), "inconclusive", "no-data"),
    kind("empty-ratio", By::Prometheus("sum(rate(gone[1m])) / sum(rate(gone[1m]))"), "inconclusive", "no-data"),
    kind("zero-by-zero", By::Prometheus("up * 0 / 0"), "inconclusive", "not-a-number"),
    kind("plus-infinity", By::Prometheus("up / 0"), "inconclusive", "not-finite"),
    kind("minus-infinity", By::Prometheus("-up / 0"), "inconclusive", "not-finite"),
    kind("string", By::Prometheus("\"0.5\""), "inconclusive", "wrong-type"),
    kind("several-series", By::Prometheus("{job=\"self\"}"), "inconclusive", "ambiguous"),
    kind("matrix", By::Prometheus("up[1m]"), "inconclusive", "wrong-type"),
    kind("stale", By::Stub(Manner::Ahead(-130.0)), "inconclusive", "no-data"),
    kind("future", By::Stub(Manner::Ahead(90.0)), "inconclusive", "no-data"),
    kind("bad-query-400", By::Prometheus("sum("), "error", ""),
    kind(
        "can-not-execute-422",
        By::Prometheus("up * on(x) group_left {job=\"self\"}"),
        "inconclusive",
        "provider-down",
    ),
    kind("unavailable-503", By::Stub(Manner::Says("503 Busy", GOOD)), "inconclusive", "provider-down"),
    kind("timeout", By::Stub(Manner::Silent), "inconclusive", "provider-down"),
    kind("truncated", By::Stub(Manner::BreaksOff), "inconclusive", "provider-down"),
    kind("not-json", By::Stub(Manner::Says("200 OK", "<html>welcome</html>")), "inconclusive", "provider-down"),
    kind("other-json", By::Stub(Manner::Says("200 OK", r#"{"value":0.5}"#)), "inconclusive", "provider-down"),
    kind("error-with-warnings", By::Stub(Manner::Says("200 OK", ERROR)), "inconclusive", "provider-down"),
    kind("success-with-warnings", By::Stub(Manner::Says("200 OK", DOUBTED)), "inconclusive", "provider-down"),
    kind("empty-body", By::Stub(Manner::Says("200 OK", "")), "inconclusive", "provider-down"),
    kind("redirect", By::Stub(Manner::Says("302 Found\r\nlocation: /login", GOOD)), "inconclusive", "provider-down"),
    kind("unauthorized-401", By::Stub(Manner::Says("401 Unauthorized", GOOD)), "inconclusive", "provider-down"),
    kind("refused", By::Nobody, "inconclusive", "provider-down"),
];

/// Numbers: the same plan lets these through, so that it is not the plan that stops the others.
const NUMBERS: &[Kind] = &[
    kind("one-series", By::Prometheus("up"), "pass", "data"),
    kind("scalar", By::Prometheus("scalar(up)"), "pass", "data"),
    kind("one-series-of-the-stub", By::Stub(Manner::Ahead(0.0)), "pass", "data"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_answer_has_its_class_and_only_a_number_confirms() {
    let folder = TempDir::new().unwrap();
    let server = Prometheus::start(folder.path(), &[]);
    server.answers("up == 1").await;
    let (mut right, mut confirmed) = (0, 0);
    for kind in NONE {
        let judged = judged(folder.path(), &server.url, kind);
        println!("{}", judged.row);
        right += usize::from(judged.fits);
        confirmed += usize::from(judged.confirmed);
    }
    for kind in NUMBERS {
        let judged = judged(folder.path(), &server.url, kind);
        println!("{}", judged.row);
        assert!(judged.fits && judged.confirmed, "{} is a number", kind.name);
    }
    println!("{right}/{} kinds of answer classed right, {confirmed} confirmed", NONE.len());
    assert_eq!((right, confirmed), (NONE.len(), 0));
    replayed(folder.path());
}

/// What a run made of an answer.
struct Judged {
    /// Whether the run ended as a confirm.
    confirmed: bool,
    /// Whether outcome and class are as they should be.
    fits: bool,
    /// All of it, to be looked at.
    row: String,
}

/// Runs a plan with the kind's one question.
fn judged(folder: &Path, prometheus: &str, kind: &Kind) -> Judged {
    let (url, query) = match kind.by {
        By::Prometheus(query) => (prometheus.to_owned(), query),
        By::Stub(manner) => (stub::start(manner), "up"),
        By::Nobody => ("http://127.0.0.1:9".to_owned(), "up"),
    };
    let run = Plan::of(&url).check(kind.name, &format!("query = '{query}', fail-above = 5.0")).run(folder);
    let asked = run.check(kind.name);
    let fits = asked.outcome == kind.outcome && asked.class == kind.class;
    let row = format!("{:22} {:13} {:14} exit {}: {}", kind.name, asked.outcome, asked.class, run.code, asked.why);
    Judged { confirmed: run.code == 0, fits, row }
}
