//! The SDKs' own tests, and those of the plugins beside them, natively: each in its language's own runner.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow};
use holdpoint_author::{Language, Project, Toolbox, carried};

use crate::step::{Places, run, say};

/// What is written in Go, from the repository's top: the SDK, and plugins.
const GO: [&str; 3] = ["sdk/go", "sdk/conformance/go", "examples/checks/go"];

/// Test programs in C: the folder that they are run in, and what they are compiled of beside the SDK.
const C: [(&str, &[&str]); 2] = [("sdk/c", &["test/sdk_test.c"]), ("examples/checks/c", &["check.c", "check_test.c"])];

/// Plugins in JavaScript and TypeScript, whose own tests need nothing but the SDK.
const JAVASCRIPT: [&str; 2] = ["examples/checks/javascript", "examples/checks/typescript"];

/// Plugins in Python, likewise.
const PYTHON: [&str; 1] = ["examples/checks/python"];

/// How C is compiled to be tested: every warning is an error.
const C_FLAGS: [&str; 7] = ["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-sanitize-recover=all"];

/// What finds the mistakes that C itself lets through, where the compiler has it.
const SANITIZERS: &str = "-fsanitize=address,undefined";

/// Runs them.
///
/// # Errors
/// When one fails, or there is nothing to run them with.
pub(crate) fn test(places: &Places) -> Result<()> {
    go(places)?;
    c(places)?;
    javascript(places)?;
    python(places)
}

fn go(places: &Places) -> Result<()> {
    let toolbox = Toolbox::new(places.languages_tools(), env::var_os("PATH").unwrap_or_default());
    let go = toolbox.program(Language::Go, "go").context("there is no Go for its SDK's tests")?;
    for folder in GO {
        let go = || {
            let mut command = Command::new(&go);
            // Nothing is fetched: the SDK needs no module but the standard library.
            command.current_dir(places.root.join(folder)).envs([
                ("GOTOOLCHAIN", "local"),
                ("GOPROXY", "off"),
                ("GOWORK", "off"),
            ]);
            command
        };
        run(&format!("vet of {folder}"), go().args(["vet", "./..."]))?;
        run(&format!("tests of {folder}"), go().args(["test", "./..."]))?;
    }
    Ok(())
}

fn c(places: &Places) -> Result<()> {
    let folder = places.target.join("tests-c");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let sdk = places.root.join("sdk/c");
    let sanitized = has_sanitizers(&folder)?;
    for (at, sources) in C {
        let program = folder.join(at.replace('/', "-"));
        let mut compile = Command::new("cc");
        compile.current_dir(places.root.join(at)).args(C_FLAGS).args(sanitized.then_some(SANITIZERS));
        compile.arg("-I").arg(&sdk).args(sources).arg(sdk.join("holdpoint.c")).arg("-lm").arg("-o").arg(&program);
        run(&format!("compiling the tests of {at}"), &mut compile)?;
        run(&format!("tests of {at}"), Command::new(&program).current_dir(places.root.join(at)))?;
    }
    Ok(())
}

fn javascript(places: &Places) -> Result<()> {
    let sdk = places.root.join("sdk/js");
    let mut tests = Vec::new();
    for entry in fs::read_dir(sdk.join("test")).with_context(|| format!("could not read {}", sdk.display()))? {
        tests.push(entry?.path());
    }
    tests.sort();
    run("tests of sdk/js", Command::new("node").arg("--test").args(tests).current_dir(sdk))?;
    for folder in JAVASCRIPT {
        let path = with_sdk(places, folder)?;
        let mut npm = Command::new("npm");
        npm.arg("test").current_dir(path).env("HOLDPOINT_TOOLS", places.languages_tools());
        run(&format!("tests of {folder}"), &mut npm)?;
    }
    Ok(())
}

fn python(places: &Places) -> Result<()> {
    let unittest = |folder: PathBuf| {
        let mut python = Command::new("python3");
        python.args(["-m", "unittest"]).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
        python
    };
    run("tests of sdk/python", &mut unittest(places.root.join("sdk/python")))?;
    for folder in PYTHON {
        run(&format!("tests of {folder}"), &mut unittest(with_sdk(places, folder)?))?;
    }
    Ok(())
}

/// A plugin's folder, into which the SDK has been written as a build does it.
fn with_sdk(places: &Places, folder: &str) -> Result<PathBuf> {
    let path = places.root.join(folder);
    let project = Project::read(&path).map_err(|problems| anyhow!("{folder}: {problems}"))?;
    carried::refresh(&project).with_context(|| format!("could not write the SDK into {folder}"))?;
    Ok(path)
}

/// Whether programs can be made with sanitizers here: a compiler knows the flag even where their library is missing.
fn has_sanitizers(folder: &Path) -> Result<bool> {
    let source: PathBuf = folder.join("nothing.c");
    fs::write(&source, "int main(void) { return 0; }\n")
        .with_context(|| format!("could not write {}", source.display()))?;
    let nothing: [&OsStr; 4] = [SANITIZERS.as_ref(), source.as_ref(), "-o".as_ref(), OsStr::new("nothing")];
    let made = Command::new("cc").current_dir(folder).args(nothing).stderr(Stdio::null()).status();
    let made = made.context("there is no C compiler (cc) for the C SDK's tests")?.success();
    if !made {
        say("the C SDK is tested without sanitizers: this compiler has none");
    }
    Ok(made)
}
