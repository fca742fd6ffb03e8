//! The program's other commands, and its answers to bad input.

use holdpoint_tests::{holdpoint, root, said, target};
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn a_plan_with_several_mistakes_is_told_all_of_them_with_their_lines() {
    let folder = TempDir::new().unwrap();
    let plan = folder.path().join("plan.toml");
    let text = std::fs::read_to_string(root().join("examples/plans/shop.toml")).unwrap();
    let text = text
        .replace("severity = \"critical\"", "severty = \"critical\"")
        .replace("plugin = \"identity\"", "plugin = \"identty\"");
    std::fs::write(&plan, &text).unwrap();
    let output = holdpoint(folder.path())
        .arg("lint")
        .arg(&plan)
        .arg("--plugins")
        .arg(target().join("plugins"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let err = String::from_utf8_lossy(&output.stderr);
    for (wrong, meant) in [("severty", "severity"), ("identty", "identity")] {
        let line = text.lines().position(|line| line.contains(wrong)).unwrap() + 1;
        let told =
            err.lines().find(|told| told.contains(wrong)).unwrap_or_else(|| panic!("{wrong} is not told: {err}"));
        assert!(told.contains(&format!("plan.toml:{line}:")), "{told}");
        assert!(err.contains(meant), "{err}");
    }
}

#[test]
fn the_example_plans_lint_clean() {
    let folder = TempDir::new().unwrap();
    for (plan, environment) in [
        ("shop.toml", "demo"),
        ("team.toml", "staging"),
        ("team.toml", "production"),
        ("watched.toml", "demo"),
        ("cohorts.toml", "demo"),
        ("canary.toml", "demo"),
        ("rolling.toml", "demo"),
        ("blue-green.toml", "demo"),
    ] {
        let output = holdpoint(folder.path())
            .arg("lint")
            .arg(root().join("examples/plans").join(plan))
            .args(["--strict", "-e", environment, "--plugins"])
            .arg(target().join("plugins"))
            .env("SHOP_PASSWORD", "any-password")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{plan}: {}", said(&output));
    }
}

#[test]
fn the_plan_that_the_readme_explains_lints_clean() {
    let folder = TempDir::new().unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let plan = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("the README has a plan");
    std::fs::write(folder.path().join("plan.toml"), plan).unwrap();

    let mut command = holdpoint(folder.path());
    command.arg("lint").arg(folder.path().join("plan.toml")).args(["--strict", "--plugins"]);
    let output = command.arg(target().join("plugins")).output().unwrap();

    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn a_plugin_is_inspected_without_being_run() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path())
        .args(["inspect", "--format", "json"])
        .arg(target().join("plugins/http.wasm"))
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!((&shown["name"], &shown["kind"]), (&Value::from("http"), &Value::from("check")));
    assert!(shown["settings"]["properties"]["url"].is_object(), "{shown:#}");
}

#[test]
fn a_file_that_is_no_plugin_is_refused_with_what_was_found() {
    let folder = TempDir::new().unwrap();
    let cases: [(&str, &[u8]); 3] = [("empty", b""), ("text", b"(component)"), ("module", b"\0asm\x01\0\0\0")];
    for (name, bytes) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let output = holdpoint(folder.path()).arg("inspect").arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
        assert!(output.stderr.len() > 40, "{name}: {}", said(&output));
    }
}

#[test]
fn a_report_of_a_run_that_is_not_there_is_a_clear_error() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).args(["report", "latest"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("there are no runs"), "{}", said(&output));
}

#[test]
fn completions_know_every_command() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).args(["completions", "bash"]).output().unwrap();
    let script = String::from_utf8_lossy(&output.stdout);
    for command in ["run", "lint", "schema", "inspect", "runs", "show", "report"] {
        assert!(script.contains(command), "{command}");
    }
}

/// What is typed, with the program's folder in place of `@`; the exit code; what must be told; and a word of the cure.
const WRONG: [(&[&str], i32, &str, &str); 16] = [
    (&["run", "@/none.toml"], 2, "could not read the plan", "hint: the path"),
    (&["lint", "@"], 2, "could not read the plan", "hint: it is a folder"),
    (&["lint", "@/binary"], 2, "could not read the plan", "hint: it must be TOML"),
    (&["lint", "@/empty.toml"], 2, "empty.toml:1:1: error: the plan has no \"holdpoint\"", "holdpoint = \"0.1\""),
    (&["lint", "@/plan.toml", "--release", "@/none.json"], 2, "could not read the release file", "hint: the path"),
    (&["lint", "@/plan.toml", "--policy", "@/empty.toml"], 2, "the policy has no \"holdpoint\"", "holdpoint = \"0.1\""),
    (&["lint", "@/plan.toml", "--change", "featur"], 2, "--change can't be \"featur\"", "did you mean \"feature\"?"),
    (&["lint", "@/plan.toml", "--bind", "shop"], 2, "--bind \"shop\" does not say ENDPOINT=URL", "--bind shop="),
    (
        &["lint", "@/plan.toml", "--bind", "shp=http://a.example"],
        2,
        "there is no endpoint \"shp\"",
        "the plan has shop",
    ),
    (&["lint", "@/plan.toml", "--bind", "shop=a.example"], 2, "--bind shop: a URL begins with", "https://"),
    (&["run", "@/plan.toml", "-e", "test"], 2, "the release's version is not known", "--release-version"),
    (&["show", "--store", "@/empty.toml"], 2, "the runs can't be read", "--store DIR"),
    (&["show", "--store", "@/none"], 2, "there are no runs in", "--store DIR"),
    (&["report", "-o", "@/report.pdf"], 2, "there are no runs in", "--store DIR"),
    (&["inspect", "@/plan.toml"], 2, "this is not WebAssembly", "*.wasm"),
    (&["runs", "--most", "-1"], 2, "'-1'", "--most"),
];

#[test]
fn a_wrong_call_is_told_with_what_was_wrong_and_what_mends_it() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().to_str().unwrap();
    let plan = "holdpoint = \"0.1\"\nname = \"x\"\n[endpoint.shop]\nurl = \"https://shop.example\"\n[plugin.http]\n\
                bundle = \"http.wasm\"\n[[plugin.http.grant]]\nendpoint = \"shop\"\n[[phase]]\nname = \"smoke\"\n\
                [[phase.check]]\nname = \"home\"\nplugin = \"http\"\non-fail = \"escalate\"\n\
                settings = { url = \"endpoint:shop/\", expect = { status = 200 } }\n[escalation]\ncommander = \"me\"\n\
                [release]\nservice = \"shop\"\n";
    std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
    std::fs::write(folder.path().join("empty.toml"), "").unwrap();
    std::fs::write(folder.path().join("binary"), [0xff, 0xfe, 0x00]).unwrap();
    for (typed, code, what, cure) in WRONG {
        let mut command = std::process::Command::new(holdpoint_tests::program());
        command.env("HOLDPOINT_PLUGINS", target().join("plugins")).env("HOLDPOINT_STORE", folder.path().join("store"));
        command.env_remove("HOLDPOINT_POLICY");
        let output = command.args(typed.iter().map(|word| word.replace('@', place))).output().unwrap();

        assert_eq!(output.status.code(), Some(code), "{typed:?}: {}", said(&output));
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.contains(what), "{typed:?} does not tell {what:?}: {err}");
        assert!(err.contains(cure), "{typed:?} does not tell {cure:?}: {err}");
    }
}

#[test]
fn a_variable_that_is_set_and_empty_is_not_taken_for_one_that_is_not_set() {
    let folder = TempDir::new().unwrap();
    let output = holdpoint(folder.path()).arg("runs").env("HOLDPOINT_POLICY", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("HOLDPOINT_POLICY is set, and empty"), "{}", said(&output));
}
