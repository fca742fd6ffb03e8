//! What the tests need of the machine beside Rust, and how it gets there.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::step::say;

/// A program that tests run, and the Debian package that brings it.
pub(crate) struct Tool {
    program: &'static str,
    package: &'static str,
    purpose: &'static str,
}

/// What the test command needs.
pub(crate) const FOR_TESTS: &[Tool] = &[
    Tool {
        program: "/usr/bin/prometheus",
        package: "prometheus",
        purpose: "the prometheus plugin is tested against it",
    },
    Tool {
        program: "/usr/bin/xmllint",
        package: "libxml2-utils",
        purpose: "JUnit reports are held against their schema by it",
    },
    Tool {
        program: "/usr/sbin/ip",
        package: "iproute2",
        purpose: "hostile networks are set up with it, in namespaces of their own",
    },
    Tool { program: "/usr/bin/make", package: "make", purpose: "plugins in C have their unit tests run by it" },
    Tool {
        program: "/usr/bin/cc",
        package: "gcc",
        purpose: "the tests of plugins in C, and of their SDK, are compiled by it",
    },
];

/// Debian's packages for the clients that install what compiles other languages, and for those languages' own tests.
pub(crate) const FOR_LANGUAGES: [&str; 4] = ["nodejs", "npm", "python3", "python3-venv"];

/// What the bench compares the plugins with.
pub(crate) const FOR_BENCH: &[Tool] = &[
    Tool { program: "/usr/bin/curl", package: "curl", purpose: "the http plugin is compared with it" },
    Tool {
        program: "/usr/lib/nagios/plugins/check_http",
        package: "monitoring-plugins-basic",
        purpose: "the http plugin is compared with its check_http",
    },
];

/// Sees to it that the tools are there: installed already, or installed now where that can be done.
///
/// # Errors
/// When one is missing and can't be installed; the text names the one command that would.
pub(crate) fn provide(tools: &[Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !present(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    install(&packages);
    let still: Vec<String> = missing
        .iter()
        .filter(|tool| !present(tool))
        .map(|tool| format!("{} ({})", tool.package, tool.purpose))
        .collect();
    if still.is_empty() {
        return Ok(());
    }
    bail!("missing: {}; install with: sudo apt-get install {}", still.join(", "), packages.join(" "))
}

/// Installs packages with apt, where that can be done. Whether it could shows in what is there afterwards.
pub(crate) fn install(packages: &[&str]) {
    say(&format!("installing {} with apt", packages.join(" ")));
    if apt(&["update"]) {
        let install = ["install", "-y", "--no-install-recommends"];
        apt(&install.iter().chain(packages).copied().collect::<Vec<_>>());
    }
}

fn present(tool: &Tool) -> bool {
    let name = Path::new(tool.program).file_name().unwrap_or_default();
    let elsewhere = std::env::var_os("PATH").unwrap_or_default();
    Path::new(tool.program).exists() || std::env::split_paths(&elsewhere).any(|folder| folder.join(name).exists())
}

/// Calls apt-get, without a terminal and without starting the services of what it installs.
fn apt(arguments: &[&str]) -> bool {
    let status = Command::new("apt-get")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        // Debian's packages start their daemons on installation, unless this says that the machine does not want it.
        .env("RUNLEVEL", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}
