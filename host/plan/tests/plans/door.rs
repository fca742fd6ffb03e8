//! The front door: attachments, places of settings, the frozen form, and schemas that come from strangers.

use holdpoint_core::name::CheckName;
use holdpoint_core::plan::Plan;
use holdpoint_plan::{Attachment, BundleFacts, Draft, SettingsOf, digest, release};

use crate::setting;

fn text(plan: &str) -> String {
    std::fs::read_to_string(setting::root().join("good").join(plan)).unwrap()
}

fn draft(text: &str) -> Draft {
    holdpoint_plan::read(text).draft
}

fn plan(text: &str) -> Plan {
    holdpoint_plan::lower(&draft(text), &setting::context_for("")).0.unwrap()
}

#[test]
fn every_file_that_a_plan_names_is_an_attachment_with_its_place() {
    let attachments: Vec<(String, usize)> = draft(&text("whole.toml"))
        .attachments()
        .into_iter()
        .map(|attachment| match attachment {
            Attachment::Bundle { path, place } | Attachment::Authorities { path, place } => (path, place.line),
        })
        .collect();

    let expected = [
        ("certs/ca.pem", 24),
        ("certs/ca.pem", 30),
        ("plugins/http.wasm", 42),
        ("plugins/tcp.wasm", 71),
        ("plugins/switch.wasm", 78),
    ];
    assert_eq!(attachments, expected.map(|(path, line)| (path.to_owned(), line)));
}

#[test]
fn a_pointer_into_settings_leads_to_the_line_of_its_key() {
    let draft = draft(&text("whole.toml"));
    let home = CheckName::parse("home").unwrap();
    let line = |of, pointer| draft.place_of(of, pointer).map(|place| place.line);

    assert_eq!(line(SettingsOf::Check(&home), "/url"), Some(111));
    assert_eq!(line(SettingsOf::Check(&home), "/expect/status/1"), Some(115));
    assert_eq!(line(SettingsOf::Check(&home), "/expect/no-such-key"), Some(114));
    assert_eq!(line(SettingsOf::Rollback, "/steps/0/url"), Some(123));
    assert_eq!(line(SettingsOf::Check(&CheckName::parse("nobody").unwrap()), "/url"), None);
}

#[test]
fn what_a_plugin_refuses_is_told_like_any_other_problem() {
    let draft = draft(&text("whole.toml"));
    let home = CheckName::parse("home").unwrap();

    let problem = draft.refused(SettingsOf::Check(&home), "/url", "this \u{1b}[2J is no URL");

    assert_eq!(
        problem.render("plan.toml"),
        "plan.toml:111:1: error: the plugin refuses the settings of check \"home\": this \\u{1b}[2J is no URL"
    );
}

#[test]
fn the_digest_is_of_what_a_plan_means_and_not_of_how_it_is_typed() {
    let written = text("smallest.toml");
    let retyped = written
        .replace("settings = { url = \"endpoint:shop/\" }", "severity = \"major\"\nsettings.url = 'endpoint:shop/'")
        .replace("[endpoint.shop]", "# a comment\n[endpoint.shop]\naddresses = [\"public\"]");
    let other = written.replace("\"endpoint:shop/\"", "\"endpoint:shop/x\"");
    assert_ne!(written, retyped);

    assert_eq!(digest::frozen(&plan(&written)), digest::frozen(&plan(&retyped)));
    assert_ne!(digest::frozen(&plan(&written)), digest::frozen(&plan(&other)));
}

#[test]
fn the_digest_binds_the_release_too() {
    let plan = plan(&text("whole.toml"));
    let layer = draft(&text("whole.toml")).release();
    let gather = |layer| release::Sources { plan: layer, ..release::Sources::default() }.gather().release.unwrap();
    let mut changed = layer.clone();
    changed.facts.insert(release::Fact::Version, "1.5.1".to_owned());

    let (now, then) = (gather(layer), gather(changed));

    assert_eq!(digest::digest(&plan, &now), digest::digest(&plan, &now));
    assert_ne!(digest::digest(&plan, &now), digest::digest(&plan, &then));
}

#[test]
fn a_frozen_plan_reads_back_as_the_same_plan() {
    let plan = plan(&text("whole.toml"));

    let thawed: Plan = serde_json::from_str(&digest::frozen(&plan)).unwrap();

    assert_eq!(thawed, plan);
}

/// What is told of `smallest.toml` when its plugin comes with this schema.
fn told_with_schema(schema: &str) -> Vec<String> {
    let mut context = setting::context_for("");
    let Some(Ok(BundleFacts { manifest, .. })) = context.bundles.get_mut("plugins/http.wasm") else { panic!() };
    schema.clone_into(&mut manifest.settings);
    let (_, problems) = holdpoint_plan::lower(&draft(&text("smallest.toml")), &context);
    problems.iter().map(|problem| problem.render("plan.toml")).collect()
}

#[test]
fn a_schema_that_refers_to_itself_without_end_does_not_hang_or_overflow() {
    for schema in [
        r##"{"$ref": "#"}"##,
        r##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
        r##"{"allOf": [{"$ref": "#"}]}"##,
        r##"{"anyOf": [{"$ref": "#"}, {"not": {"$ref": "#"}}]}"##,
    ] {
        assert!(told_with_schema(schema).len() <= 20, "{schema}");
    }
}

#[test]
fn a_schema_that_points_to_the_network_or_a_file_is_refused_and_not_fetched() {
    for schema in [r#"{"$ref": "http://127.0.0.1:9/x.json"}"#, r#"{"$ref": "file:///etc/passwd"}"#] {
        let told = told_with_schema(schema);
        assert!(told[0].contains("the settings schema of plugin \"http\" can't be used"), "{told:#?}");
    }
}

#[test]
fn a_pattern_that_would_backtrack_for_ever_ends() {
    let schema = r#"{"properties": {"url": {"pattern": "^(([a-z:]+)+/)+(?!x)$"}}}"#;

    assert!(told_with_schema(schema).len() <= 20);
}
