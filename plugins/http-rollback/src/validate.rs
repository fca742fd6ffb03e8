//! What is wrong with settings beyond what their schema can say.

use std::collections::BTreeSet;

use holdpoint_http_deploy::facts::Names;
use holdpoint_http_deploy::found::Found;
use holdpoint_sdk::Problem;

use crate::settings::{Settings, Step};

/// Finds everything at once.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut found = Found::nothing(Names::Release);
    if settings.steps.is_empty() {
        found.add("/steps", "is empty, so nothing would be rolled back");
    }
    let mut ids = BTreeSet::new();
    for (index, step) in settings.steps.iter().enumerate() {
        let at = format!("/steps/{index}");
        if !ids.insert(&step.id) {
            found.add(&format!("{at}/id"), format!("{:?} is there twice", step.id));
        }
        look_at(step, &at, &mut found);
    }
    if let Some(ready) = &settings.ready {
        found.url("/ready/url", &ready.url);
    }
    if let Some(there) = &settings.already_there {
        found.url("/already-there/url", &there.url);
        found.text("/already-there/equals", &there.equals);
        if there.equals.has_secret() {
            found.add("/already-there/equals", "a secret can't be compared with: the plugin never sees it");
        }
        found.pointer("/already-there/pointer", &there.pointer);
    }
    found.status("/status", &settings.status);
    found.all()
}

fn look_at(step: &Step, at: &str, found: &mut Found) {
    found.text(&format!("{at}/summary"), &step.summary);
    found.call(at, step.stated());
    if step.expect.is_empty() && step.started.is_empty() {
        found.add(&format!("{at}/expect"), "is empty, and so is `started`: no answer would be good");
    }
}
