//! `holdpoint judge`: rules tried on numbers from a file, and what they come to.

use holdpoint_tests::{CASES, judged, root, said};
use serde_json::{Value as Json, json};

/// The answers to cases.
fn answers(cases: &Json) -> Vec<Json> {
    let output = judged(&cases.to_string(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    json["cases"].as_array().unwrap().clone()
}

/// The answer to one case.
fn answer(case: &Json) -> Json {
    answers(case).remove(0)
}

/// Points around a level, the same every time, which don't depend on each other.
fn around(level: f64, points: u32) -> Vec<f64> {
    let step = |n: u32| f64::from((n.wrapping_mul(2_654_435_761) ^ (n << 7)).wrapping_mul(2_246_822_519) >> 8);
    (1..=points).map(|n| level + 10.0 * (step(n) / f64::from(1_u32 << 24) - 0.5)).collect()
}

#[test]
fn the_example_is_judged_as_it_expects_and_in_its_order() {
    let text = std::fs::read_to_string(root().join(CASES)).unwrap();

    let output = judged(&text, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    let written: Json = serde_json::from_str(&text).unwrap();
    let names = |json: &Json, key| -> Vec<Json> {
        json["cases"].as_array().unwrap().iter().map(|case| case[key].clone()).collect()
    };
    assert_eq!(names(&told, "name"), names(&written, "name"));
    assert_eq!(names(&told, "class"), names(&written, "expect"));
    for case in told["cases"].as_array().unwrap() {
        assert!(case["reason"].as_str().unwrap().len() > 10 && case["as-expected"] == true, "{case:#}");
    }
}

#[test]
fn the_cases_of_the_readme_come_to_what_they_expect() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Trying a rule").unwrap();
    let (_, block) = section.split_once("```json\n").unwrap();
    let (text, _) = block.split_once("```").unwrap();

    let output = judged(text, &[]);

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(text.matches("\"expect\"").count(), text.matches("\"name\"").count());
}

#[test]
fn a_threshold_fires_at_the_sample_that_makes_the_row_long_enough() {
    let rule = json!({ "above": 2, "for-samples": 3 });
    let of = |window: Json| answer(&json!({ "name": "a", "rule": rule, "window": window }));

    let fired = of(json!([1, 3, 3, 1, 3, null, 3, 3]));
    let broken = of(json!([3, 3, null, null, null, null, 3]));
    let silent = of(json!([null, "NaN"]));

    assert_eq!((&fired["class"], &fired["statistics"]["fired-at"]), (&json!("breach"), &json!(8)));
    assert_eq!(fired["left-out"], json!({ "window": { "no-data": 1 } }));
    assert!(fired["reason"].as_str().unwrap().ends_with("; left out of the window: 1 no-data"), "{fired:#}");
    assert_eq!(broken["class"], "inconclusive", "four missing samples break a row, and pass nothing");
    assert_eq!((&silent["class"], &silent["left-out"]["window"]["not-a-number"]), (&json!("no-data"), &json!(1)));
}

#[test]
fn a_percentage_is_of_the_baseline_and_has_no_meaning_at_zero() {
    let of = |rule: Json| answer(&json!({ "name": "a", "rule": rule, "window": [111, 112, 89] }));

    assert_eq!(of(json!({ "rise": 10, "baseline": 100, "for-samples": 2 }))["class"], "breach");
    assert_eq!(of(json!({ "rise": 12, "baseline": [1, 100, 300] }))["class"], "no-breach");
    assert_eq!(of(json!({ "drop": 10, "baseline": 100 }))["class"], "breach");
    assert_eq!(of(json!({ "drop": 12, "baseline": 100 }))["class"], "no-breach");
    assert_eq!(of(json!({ "rise": 10, "baseline": 0 }))["class"], "inconclusive");
    assert_eq!(of(json!({ "rise": 10, "baseline": -100, "for-samples": 3 }))["class"], "breach");
}

#[test]
fn differs_tells_its_class_with_all_the_figures_behind_it() {
    let rule = json!({ "differs": { "direction": "rise", "error-rate": 0.02, "tolerance": { "absolute": 1 } } });
    let (baseline, window) = (around(100.0, 60), around(108.0, 60));

    let found = answer(&json!({ "name": "a", "rule": rule, "baseline": baseline, "window": window }));

    assert_eq!(found["class"], "increased", "{found:#}");
    assert!((found["estimate"].as_f64().unwrap() - 8.0).abs() < 1e-9, "{found:#}");
    assert!(found["interval"]["low"].as_f64().unwrap() > 1.0, "{found:#}");
    assert!(found["p"].as_f64().unwrap() < 0.02, "{found:#}");
    assert_eq!(found["thresholds"]["error-rate"], 0.02);
    assert_eq!(found["dependence"]["points"], 120);
    assert!(found["statistics"]["u"].as_f64().unwrap() > 1_800.0, "{found:#}");
    assert!(found["reason"].as_str().unwrap().starts_with("increased by 8.00"), "{found:#}");
}

#[test]
fn differs_on_too_little_is_never_no_difference() {
    let rule = json!({ "differs": {} });
    let of = |window: Json| {
        answer(&json!({ "name": "a", "rule": rule, "baseline": around(100.0, 60), "window": window }))["class"].clone()
    };

    assert_eq!(of(json!([])), "no-data");
    assert_eq!(of(json!(["NaN", null])), "no-data");
    assert_eq!(of(json!(around(100.0, 12))), "too-early");
    assert_eq!(of(json!(around(100.0, 60))), "no-difference");
}

#[test]
fn a_sequential_rule_stops_at_the_first_look_that_finds_something() {
    let rule = |against: Json| json!({ "sequential": { "against": against, "direction": "rise", "horizon": 60 } });
    let of = |against: Json, window: &[f64], baseline: Option<&[f64]>| {
        let mut case = json!({ "name": "a", "rule": rule(against), "window": window });
        if let Some(baseline) = baseline {
            case["baseline"] = json!(baseline);
        }
        answer(&case)
    };
    let season = |values: Vec<f64>| -> Vec<f64> { values.iter().zip(1..).map(|(x, n)| x + f64::from(n)).collect() };
    let before = around(100.0, 60);

    let risen = of(json!("baseline"), &around(106.0, 60), Some(&before));
    let same = of(json!("baseline"), &before, Some(&before));
    let constant = of(json!(100), &around(106.0, 60), None);
    let worse = of(json!("cohort"), &season(around(106.0, 60)), Some(&season(around(100.0, 61)[1..].to_vec())));
    let together = of(json!("cohort"), &season(around(100.0, 60)), Some(&season(around(100.0, 61)[1..].to_vec())));
    let nothing = of(json!("baseline"), &before, Some(&[]));

    assert_eq!((&risen["class"], &same["class"]), (&json!("increased"), &json!("no-difference")));
    assert!(risen["looks"].as_u64().unwrap() < 40, "{risen:#}");
    assert!(risen["log-e"].as_f64().unwrap() >= risen["thresholds"]["log-e"].as_f64().unwrap(), "{risen:#}");
    assert_eq!((&same["looks"], &same["dependence"]["points"]), (&json!(60), &json!(120)));
    assert_eq!((&constant["class"], &constant["statistics"]["baseline"]), (&json!("increased"), &json!(100.0)));
    assert_eq!((&worse["class"], &together["class"]), (&json!("increased"), &json!("no-difference")));
    assert_eq!(nothing["class"], "no-data");
}

#[test]
fn a_sequential_rule_counts_events_in_requests() {
    let events = |least: u32| -> Vec<Json> { (0..60).map(|n| json!([least + n * 7 % 3, 100])).collect() };
    let of = |counting: &str, against: Json, baseline: Json| {
        let rule = json!({ "sequential": { "counting": counting, "against": against } });
        let mut window = events(5);
        window[0] = json!(null);
        let mut case = json!({ "name": "a", "rule": rule, "window": window });
        if !baseline.is_null() {
            case["baseline"] = baseline;
        }
        answer(&case)
    };

    for (counting, against, baseline) in [
        ("requests", json!(0.01), json!(null)),
        ("exposure", json!(0.01), json!(null)),
        ("requests", json!("baseline"), json!(events(0))),
        ("exposure", json!("baseline"), json!(events(0))),
        ("requests", json!("cohort"), json!(events(0))),
        ("exposure", json!("cohort"), json!(events(0))),
    ] {
        let found = of(counting, against.clone(), baseline);

        assert_eq!(found["class"], "increased", "{counting} {against}: {found:#}");
        assert_eq!(found["left-out"]["window"]["no-data"], 1, "{counting} {against}: {found:#}");
        assert!(found["looks"].as_u64().unwrap() < 59, "{counting} {against}: {found:#}");
    }
    assert_eq!(of("requests", json!("cohort"), json!(events(5)))["class"], "no-difference");
    assert_eq!(of("requests", json!(0.06), json!(null))["class"], "no-difference");
}

#[test]
fn a_trend_is_found_at_the_pace_of_its_samples() {
    let creep: Vec<f64> = around(100.0, 60).iter().zip(0..).map(|(x, n)| x + f64::from(n)).collect();
    let of = |interval: &str, window: &[f64]| {
        answer(&json!({ "name": "a", "rule": { "trend": { "interval": interval } }, "window": window }))
    };

    let (minutes, seconds, flat) = (of("1m", &creep), of("10s", &creep), of("1m", &around(100.0, 60)));

    assert_eq!((&minutes["class"], &flat["class"]), (&json!("increased"), &json!("no-difference")), "{flat:#}");
    let slope = |found: &Json| found["estimate"].as_f64().unwrap();
    assert!((slope(&minutes) - 60.0).abs() < 6.0, "{minutes:#}");
    assert!((slope(&seconds) / slope(&minutes) - 6.0).abs() < 1e-6, "{seconds:#}");
    assert_eq!(of("1m", &[])["class"], "no-data");
}

#[test]
fn an_assessment_ends_where_its_limits_end_it() {
    let terms = json!({ "success-condition": { "below": 1 }, "interval": "10s", "count": 4, "failure-limit": 1 });
    let of =
        |measurements: Json| answer(&json!({ "name": "a", "rule": { "assess": terms }, "measurements": measurements }));

    let failed = of(json!([0, 2, 0, 3, 0]));
    let error = of(json!([null, "NaN", { "error": "503" }, "Inf", null, null]));
    let running = of(json!([0, 0]));

    assert_eq!((&failed["class"], &failed["ended-after"]), (&json!("failed"), &json!(4)));
    assert_eq!(failed["grades"], json!(["successful", "failed", "successful", "failed", "successful"]));
    assert_eq!(failed["statistics"]["late"], 1, "what is measured after the end changes nothing");
    assert_eq!((&error["class"], &error["ended-after"]), (&json!("error"), &json!(5)));
    assert_eq!((&running["class"], &running["ended-after"]), (&json!("running"), &json!(null)));
}

#[test]
fn kayentas_classes_and_scores_are_given() {
    let (control, experiment) = (around(100.0, 20), around(130.0, 20));
    let metric = json!({ "name": "latency", "direction": "increase" });
    let run = |bands: Json| {
        json!({ "name": "run", "rule": { "kayenta": { "scoring": bands, "metrics": [
            { "name": "a", "groups": ["x"], "control": control, "experiment": experiment },
            { "name": "b", "groups": ["y"], "control": control, "experiment": control },
        ] } } })
    };

    let found =
        answer(&json!({ "name": "one", "rule": { "kayenta": metric }, "baseline": control, "window": experiment }));
    let scored = answer(&run(json!({ "pass": 90, "marginal": 40, "group-weights": { "x": 60 } })));
    let unsaid = answer(&run(json!({})));

    assert_eq!((&found["class"], found["estimate"].as_f64().unwrap().round()), (&json!("High"), 30.0));
    assert_eq!((&scored["class"], &scored["estimate"]), (&json!("Marginal"), &json!(40.0)));
    assert_eq!((&scored["metrics"][0]["class"], &scored["metrics"][1]["class"]), (&json!("High"), &json!("Pass")));
    assert_eq!((&unsaid["class"], &unsaid["estimate"]), (&json!("Fail"), &json!(50.0)));
}

#[test]
fn the_reference_values_of_kayentas_method_come_out_of_the_program() {
    let text = std::fs::read_to_string(root().join("host/core/tests/stat/reference/kayenta.json")).unwrap();
    let reference: Json = serde_json::from_str(&text).unwrap();
    let reference = reference["cases"].as_array().unwrap();
    let case = |(number, it): (usize, &Json)| {
        let (control, experiment) = (&it["control"], &it["experiment"]);
        json!({ "name": number.to_string(), "rule": { "kayenta": {} }, "baseline": control, "window": experiment, "expect": it["class"] })
    };

    let found = answers(&json!({ "cases": reference.iter().enumerate().map(case).collect::<Vec<_>>() }));

    assert!(found.len() > 200);
    for (found, reference) in found.iter().zip(reference).filter(|(_, reference)| reference["low"].is_number()) {
        let apart = found["interval"]["low"].as_f64().unwrap() - reference["low"].as_f64().unwrap();
        assert!(apart.abs() < 1e-9, "{found:#} {reference:#}");
    }
}

#[test]
fn kayenta_takes_nan_for_missing_and_judges_nothing_infinite() {
    let of = |odd: Json| {
        let rule = json!({ "kayenta": { "name": "a\u{1b}[2J" } });
        let window: Vec<Json> = around(100.0, 20).iter().map(|x| json!(x)).chain([odd]).collect();
        answer(&json!({ "name": "a", "rule": rule, "baseline": around(100.0, 20), "window": window }))
    };

    let (missing, infinite) = (of(json!("NaN")), of(json!("Inf")));

    assert_eq!((&missing["class"], &missing["missing"]["window"]["not-a-number"]), (&json!("Pass"), &json!(1)));
    assert_eq!(infinite["class"], "Error", "{infinite:#}");
    assert!(!infinite["reason"].as_str().unwrap().contains('\u{1b}'), "a name steers no terminal: {infinite:#}");
}
