//! Plans as data: `tests/plans/good/*.toml` are plans without a problem, and become what stands in the `.out` beside
//! them; `tests/plans/bad/*.toml` have the problems that stand there.
//!
//! A plan's first comments may say `# environment: NAME` (else `staging`), `# environment: none`, or
//! `# policy: FILE` of `tests/plans/policies`. `HOLDPOINT_BLESS=1` writes the `.out` files anew.

mod anything;
mod door;
mod setting;

use std::fs;
use std::path::{Path, PathBuf};

use holdpoint_core::plan::Plan;
use holdpoint_plan::{Problem, any_error, problem};

fn plans(folder: &str) -> Vec<PathBuf> {
    let folder = setting::root().join(folder);
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    found.sort();
    found
}

fn judge(path: &Path) -> (Option<Plan>, Vec<Problem>) {
    let text = fs::read_to_string(path).unwrap();
    let reading = holdpoint_plan::read(&text);
    let context = setting::context_for(&text);
    let (plan, mut problems) = holdpoint_plan::lower(&reading.draft, &context);
    problems.extend(reading.problems);
    problem::sort(&mut problems);
    (plan, problems)
}

fn rendered(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.render("plan.toml") + "\n").collect()
}

#[test]
fn good_plans_become_plans_and_nothing_is_said_about_them() {
    let plans = plans("good");
    assert!(plans.len() >= 4, "{plans:?}");
    for path in plans {
        let (plan, problems) = judge(&path);

        assert_eq!(rendered(&problems), "", "{}", path.display());
        let plan = plan.unwrap_or_else(|| panic!("{}", path.display()));
        compare(&path, &(serde_json::to_string_pretty(&plan).unwrap() + "\n"));
    }
}

#[test]
fn bad_plans_are_told_all_that_is_wrong_with_them_and_where() {
    let plans = plans("bad");
    assert!(plans.len() >= 25, "{plans:?}");
    for path in plans {
        let (plan, problems) = judge(&path);
        let told = rendered(&problems);
        assert!(!problems.is_empty(), "{} has nothing wrong with it", path.display());
        assert_eq!(
            plan.is_none(),
            any_error(&problems) || text_says_no_environment(&path),
            "{}: {told}",
            path.display()
        );
        compare(&path, &told);
    }
}

fn text_says_no_environment(path: &Path) -> bool {
    fs::read_to_string(path).unwrap().contains("\n# environment: none\n")
}

/// Holds what came of a plan against the `.out` beside it, or writes it there.
fn compare(path: &Path, out: &str) {
    let golden = path.with_extension("out");
    if std::env::var_os("HOLDPOINT_BLESS").is_some() {
        fs::write(&golden, out).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(expected, out, "{} differs from {}", path.display(), golden.display());
}

#[test]
fn good_plans_satisfy_the_schema() {
    let schema = jsonschema::validator_for(&holdpoint_plan::schema::plan()).unwrap();
    for path in plans("good") {
        let plan: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let plan = serde_json::to_value(plan).unwrap();

        let errors: Vec<String> = schema.iter_errors(&plan).map(|error| error.to_string()).collect();

        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}
