//! The author's day with the real program: a new project, its own tests, its component, and everything that goes wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use holdpoint_tests::{holdpoint, languages_tools, program, root, said, target};
use serde_json::Value as Json;
use tempfile::TempDir;

/// A language that projects are written in, and how its projects are tried here.
struct Row {
    language: &'static str,
    /// The command of its projects' own tests.
    own_tests: fn(&Path) -> Command,
    /// The source; what is added to it so that it does not compile; and what its compiler then says.
    broken: (&'static str, &'static str, &'static str),
}

const KINDS: [&str; 3] = ["check", "rollback", "rollout"];

const RUST: Row = Row {
    language: "rust",
    own_tests: |project| {
        let mut cargo = Command::new("cargo");
        cargo.arg("test").current_dir(project).env("CARGO_TARGET_DIR", target().join("author/native"));
        cargo
    },
    broken: ("src/lib.rs", "fn broken() -> u32 { nowhere }\n", "src/lib.rs:"),
};

const GO: Row = Row {
    language: "go",
    own_tests: |project| {
        let mut go = Command::new(languages_tools().join("go/bin/go"));
        go.arg("test").current_dir(project);
        go
    },
    broken: ("check.go", "\nfunc broken() int { return nowhere }\n", "check.go:"),
};

const C: Row = Row {
    language: "c",
    own_tests: |project| {
        let mut make = Command::new("make");
        make.arg("test").current_dir(project);
        make
    },
    broken: ("check.c", "\nint broken(void) { return nowhere; }\n", "check.c:"),
};

const JAVASCRIPT: Row = Row {
    language: "javascript",
    own_tests: |project| {
        let mut node = Command::new("node");
        node.arg("--test").current_dir(project);
        node
    },
    broken: ("check.js", "\nconst broken = nowhere nowhere;\n", "check.js:"),
};

const TYPESCRIPT: Row = Row {
    language: "typescript",
    own_tests: |project| {
        let mut npm = Command::new("npm");
        npm.arg("test").current_dir(project).env("HOLDPOINT_TOOLS", languages_tools());
        npm
    },
    broken: ("check.ts", "\nconst broken: number = nowhere nowhere;\n", "check.ts:"),
};

const PYTHON: Row = Row {
    language: "python",
    own_tests: |project| {
        let mut python = Command::new("python3");
        python.args(["-m", "unittest"]).current_dir(project);
        python
    },
    broken: ("check.py", "\nbroken = nowhere nowhere\n", "check.py"),
};

/// The program as an author calls it, with the tools that the test command has installed.
fn author(folder: &Path) -> Command {
    let mut command = holdpoint(folder);
    command.current_dir(folder).env("HOLDPOINT_TOOLS", languages_tools());
    command
}

fn run(mut command: Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn good(command: Command) -> Output {
    let output = run(command);
    assert!(output.status.success(), "{}", said(&output));
    output
}

/// An empty folder for a test's projects. The same in each run: what was compiled there is known by its path.
fn empty(test: &str) -> PathBuf {
    let folder = target().join("author").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Begins a project in a folder and returns it. Rust projects share a folder of compiled things, so names are each test's
/// own.
fn begin(row: &Row, (kind, name): (&str, &str), folder: &Path) -> PathBuf {
    let mut new = author(folder);
    new.args(["new", kind, name, "--lang", row.language]);
    let said = good(new);
    let next = format!("next: cd {name} && holdpoint build");
    assert!(String::from_utf8_lossy(&said.stdout).contains(&next), "{said:?}");
    let project = folder.join(name);
    if row.language == "rust" {
        share_what_guests_compiled(&project);
    }
    project
}

/// What Rust projects depend on has been compiled for the project's own plugins, with the same compiler and flags: here it
/// is taken from there, which spares a minute for each.
fn share_what_guests_compiled(project: &Path) {
    let guests = if target().starts_with(root()) { root().join("plugins/target") } else { target().join("guests") };
    fs::create_dir_all(&guests).unwrap();
    fs::create_dir_all(project.join("target")).unwrap();
    std::os::unix::fs::symlink(guests, project.join("target/holdpoint")).unwrap();
}

fn build(project: &Path) -> Command {
    let mut build = author(project);
    build.args(["build", "--format", "json"]);
    build
}

/// Builds and returns what the build told.
fn built(project: &Path) -> Json {
    serde_json::from_slice(&good(build(project)).stdout).unwrap()
}

fn from_nothing_to_components(row: &Row) {
    let folder = empty(&format!("{}-whole", row.language));
    for kind in KINDS {
        let name = format!("whole-{kind}");
        let project = begin(row, (kind, &name), &folder);

        good((row.own_tests)(&project));
        let told = built(&project);

        let component = project.canonicalize().unwrap().join(format!("build/{name}.wasm"));
        assert_eq!(told["path"], component.to_str().unwrap());
        let mut inspect = author(&project);
        inspect.args(["inspect", "--format", "json"]).arg(&component);
        let inspected: Json = serde_json::from_slice(&good(inspect).stdout).unwrap();
        assert_eq!((&inspected["kind"], &inspected["version"]), (&kind.into(), &"0.1.0".into()));
        assert_eq!((&inspected["digest"], &inspected["size"]), (&told["digest"], &told["size"]));
        assert!(inspected["docs"].as_str().unwrap().starts_with(&format!("# {name}\n")));
    }
    let mut test = author(&folder.join("whole-check"));
    test.arg("test").arg("--cache").arg(target().join("test-cache"));
    good(test);
}

fn a_source_that_does_not_compile_leaves_nothing(row: &Row) {
    let folder = empty(&format!("{}-broken", row.language));
    let project = begin(row, ("check", "broken-check"), &folder);
    let (source, added, says) = row.broken;
    let text = fs::read_to_string(project.join(source)).unwrap();
    fs::write(project.join(source), text + added).unwrap();

    let output = run(build(&project));

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(says) && told.contains("nowhere"), "{told}");
    assert!(output.stdout.is_empty(), "{output:?}");
    assert!(!project.join("build").exists(), "nothing is built");
    let left = fs::read_dir(project.join(".holdpoint")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<String> = left.map(|name| name.to_string_lossy().into_owned()).collect();
    left.sort();
    assert_eq!(left, [".lock", "build", "sdk", "wit"], "what was begun is gone");
}

/// Held for the languages whose tools allow it; a snapshot of a JavaScript or Python engine has a little of its build's chance.
fn the_same_source_in_another_folder_has_the_same_digest(row: &Row) {
    let folder = empty(&format!("{}-twice", row.language));
    let deeper = folder.join("somewhere/else");
    fs::create_dir_all(&deeper).unwrap();

    let digests = [&folder, &deeper].map(|folder| built(&begin(row, ("check", "twice"), folder))["digest"].clone());

    assert_eq!(digests[0], digests[1]);
}

fn without_its_tools_the_build_says_what_gets_them(row: &Row) {
    let folder = empty(&format!("{}-bare", row.language));
    let project = begin(row, ("check", "bare"), &folder);
    let mut build = build(&project);
    build.env("PATH", "").env("HOLDPOINT_TOOLS", folder.join("none"));

    let output = run(build);

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("error: could not build"), "{}", said(&output));
    assert!(said(&output).contains("hint: get it with: "), "{}", said(&output));
    assert!(!project.join("build").exists());
}

#[test]
fn rust_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&RUST);
}

#[test]
fn a_rust_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&RUST);
}

#[test]
fn the_same_rust_source_has_the_same_digest() {
    the_same_source_in_another_folder_has_the_same_digest(&RUST);
}

#[test]
fn without_a_rust_compiler_the_build_says_what_gets_one() {
    without_its_tools_the_build_says_what_gets_them(&RUST);
}

#[test]
fn go_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&GO);
}

#[test]
fn a_go_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&GO);
}

#[test]
fn the_same_go_source_has_the_same_digest() {
    the_same_source_in_another_folder_has_the_same_digest(&GO);
}

#[test]
fn without_a_go_compiler_the_build_says_what_gets_one() {
    without_its_tools_the_build_says_what_gets_them(&GO);
}

#[test]
fn c_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&C);
}

#[test]
fn a_c_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&C);
}

#[test]
fn the_same_c_source_has_the_same_digest() {
    the_same_source_in_another_folder_has_the_same_digest(&C);
}

#[test]
fn without_a_c_compiler_the_build_says_what_gets_one() {
    without_its_tools_the_build_says_what_gets_them(&C);
}

#[test]
fn javascript_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&JAVASCRIPT);
}

#[test]
fn a_javascript_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&JAVASCRIPT);
}

#[test]
fn without_what_compiles_javascript_the_build_says_what_gets_it() {
    without_its_tools_the_build_says_what_gets_them(&JAVASCRIPT);
}

#[test]
fn typescript_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&TYPESCRIPT);
}

#[test]
fn a_typescript_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&TYPESCRIPT);
}

#[test]
fn without_what_compiles_typescript_the_build_says_what_gets_it() {
    without_its_tools_the_build_says_what_gets_them(&TYPESCRIPT);
}

#[test]
fn python_projects_of_each_kind_build_and_pass_their_own_tests() {
    from_nothing_to_components(&PYTHON);
}

#[test]
fn a_python_source_that_does_not_compile_leaves_no_component() {
    a_source_that_does_not_compile_leaves_nothing(&PYTHON);
}

#[test]
fn without_what_compiles_python_the_build_says_what_gets_it() {
    without_its_tools_the_build_says_what_gets_them(&PYTHON);
}

#[test]
fn a_member_of_a_workspace_is_built_in_it_and_inherits_from_it() {
    let folder = empty("rust-member");
    let project = begin(&RUST, ("check", "member"), &folder);
    let package = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    let (package, shared) = package.split_at(package.find("# Small first").unwrap());
    let package = package.replace("version = \"0.1.0\"", "version.workspace = true");
    let shared =
        shared.replace("[workspace]", "[workspace]\nmembers = [\"member\"]\n[workspace.package]\nversion = \"2.1.0\"");
    fs::write(project.join("Cargo.toml"), package).unwrap();
    fs::write(folder.join("Cargo.toml"), shared).unwrap();
    fs::rename(project.join("target"), folder.join("target")).unwrap();
    fs::rename(project.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let told = built(&project);

    assert_eq!((&told["name"], &told["version"]), (&"member".into(), &"2.1.0".into()));
    assert!(project.join("build/member.wasm").exists());
    assert!(!project.join("target").exists(), "what was compiled is the workspace's");
}

/// What `holdpoint new` can't begin, and words of what it says.
const REFUSED: [(&[&str], &str); 5] = [
    (&["check", "Order Flow", "--lang", "rust"], "a name is kebab-case"),
    (&["check", "3d", "--lang", "rust"], "it begins with a digit"),
    (&["check", "self", "--lang", "rust"], "the word has a meaning there"),
    (&["check", "orders", "--lang", "pyhton"], "a similar value exists: 'python'"),
    (&["notifier", "orders", "--lang", "rust"], "possible values: check, rollback, rollout"),
];

#[test]
fn what_can_not_be_begun_is_told_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    for (wish, words) in REFUSED {
        let mut new = author(folder.path());
        new.arg("new").args(wish);

        let output = run(new);

        assert_eq!(output.status.code(), Some(2), "{wish:?}");
        assert!(said(&output).contains(words), "{wish:?}: {}", said(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_written_over() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("orders")).unwrap();
    fs::write(folder.path().join("orders/check.py"), "mine").unwrap();
    let mut new = author(folder.path());
    new.args(["new", "check", "orders", "--lang", "rust"]);

    let output = run(new);

    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("orders is there already"), "{}", said(&output));
    assert_eq!(fs::read_dir(folder.path().join("orders")).unwrap().count(), 1);
}

#[test]
fn everything_that_is_wrong_with_a_project_is_told_at_once_with_its_place() {
    let folder = TempDir::new().unwrap();
    let plugin = "name = \"Orders\"\nkind = \"chek\"\nsumary = \"Orders.\"\n\n[build]\nlanguage = \"python\"\n";
    fs::write(folder.path().join("plugin.toml"), plugin).unwrap();
    fs::write(folder.path().join("settings.schema.json"), "{").unwrap();

    let output = run(build(folder.path()));

    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    let begins = [
        "plugin.toml:1:1: a plugin.toml needs the key \"summary\"",
        "plugin.toml:1:8: a name is kebab-case",
        "plugin.toml:2:8: \"chek\" is none of",
        "plugin.toml:3:1: unknown key \"sumary\"",
        "README.md: could not be read",
        "settings.schema.json:1:1: this is not JSON",
        "error: . is not a plugin project that can be built: 6 problems",
    ];
    assert_eq!(told.lines().count(), begins.len(), "{told}");
    for (line, begin) in told.lines().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
}

#[test]
fn a_component_of_an_earlier_build_outlives_a_broken_one() {
    let project = begin(&RUST, ("check", "earlier"), &empty("rust-earlier"));
    built(&project);
    let component = project.join("build/earlier.wasm");
    let before = fs::read(&component).unwrap();
    fs::write(project.join("src/lib.rs"), "//! Nothing that a host could call.\n").unwrap();

    let output = run(build(&project));

    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read(&component).unwrap(), before);
    assert_eq!(fs::read_dir(project.join("build")).unwrap().count(), 1);
}

#[test]
fn the_languages_are_offered_for_completion() {
    let output = good({
        let mut completions = Command::new(program());
        completions.args(["completions", "bash"]);
        completions
    });

    assert!(String::from_utf8_lossy(&output.stdout).contains("rust typescript javascript python go c"));
}
