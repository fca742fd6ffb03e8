//! Any text is a plan or has problems, told with places inside of it; a plan that comes of it freezes the same twice.
#![no_main]

use std::collections::BTreeMap;

use holdpoint_plan::{Context, policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = holdpoint_plan::read(text);
    for problem in &reading.problems {
        if let Some(place) = problem.place {
            assert!(place.start <= place.end && place.end <= text.len(), "{problem:?} of {} bytes", text.len());
        }
    }
    for environment in [None, Some("production".to_owned())] {
        let context =
            Context { environment, policy: policy::standard(), bundles: BTreeMap::new(), authorities: BTreeMap::new() };
        let (plan, problems) = holdpoint_plan::lower(&reading.draft, &context);
        if let Some(plan) = plan {
            assert!(!holdpoint_plan::any_error(&problems) && !holdpoint_plan::any_error(&reading.problems));
            assert_eq!(holdpoint_plan::digest::frozen(&plan), holdpoint_plan::digest::frozen(&plan.clone()));
        }
    }
    let _ = policy::read(text);
});
