//! Which compiler builds the guests, and how it is called.
//!
//! In this order: a rustup toolchain that already has the wasm target; Debian's compiler, which is installed with
//! apt if that can be done; `rustup target add`. Debian ships no compiled standard library for this target but its
//! source, so there it is built together with the guests.

use std::fmt::{self, Display, Formatter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's packages: the compiler, cargo, the standard library's source, the linker.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The files of those packages that a build needs.
const FILES: [&str; 3] = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/wasm-ld-19"];

/// A compiler that can build guests.
pub(super) enum Toolchain {
    /// One of rustup's, which has the target.
    Rustup {
        /// The toolchain's name.
        name: String,
        /// What was done to get it.
        how: &'static str,
    },
    /// Debian's, with the standard library built from source.
    Debian {
        /// What was done to get it.
        how: &'static str,
    },
}

impl Display for Toolchain {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rustup { name, how } => write!(out, "rustup toolchain {name} ({how})"),
            Self::Debian { how } => write!(out, "Debian's compiler ({how})"),
        }
    }
}

impl Toolchain {
    /// Picks a compiler, installing one if none is there.
    ///
    /// # Errors
    /// When none of the three ways leads to one; the text says what was tried and how to mend it.
    pub(super) fn choose() -> Result<Self> {
        let installed = rustup_toolchains();
        if let Some(name) = installed.iter().find(|name| has_target(name)) {
            return Ok(Self::Rustup { name: name.clone(), how: "has the target" });
        }
        if debian_is_installed() {
            return Ok(Self::Debian { how: "installed" });
        }
        if debian_is_installable() && install_debian() && debian_is_installed() {
            return Ok(Self::Debian { how: "just installed with apt" });
        }
        if let Some(name) = installed.first() {
            let added = run_quietly(rustup().args(["target", "add", TARGET, "--toolchain", name]));
            if added && has_target(name) {
                return Ok(Self::Rustup { name: name.clone(), how: "target just added" });
            }
        }
        bail!(
            "no compiler for guests: no rustup toolchain has the target {TARGET}, Debian's {} are neither installed \
             nor installable, and `rustup target add {TARGET}` did not help; do one of these by hand",
            PACKAGES.join(" ")
        )
    }

    /// Compiles packages of the guests' workspace for release.
    ///
    /// # Errors
    /// When the compiler can't be started or says no; its own words stand above on the terminal.
    pub(super) fn build(&self, root: &Path, building: &Path, packages: &[&str]) -> Result<()> {
        let mut cargo = match self {
            Self::Rustup { name, .. } => rustup_cargo(name, root),
            Self::Debian { .. } => debian_cargo(),
        };
        cargo.args(["--release", "--lib", "--target", TARGET, "--target-dir"]).arg(building);
        for package in packages {
            cargo.args(["--package", package]);
        }
        let status = cargo.current_dir(root.join("plugins")).status().context("could not start cargo for guests")?;
        ensure!(status.success(), "the guests did not compile ({status})");
        Ok(())
    }
}

fn rustup_cargo(toolchain: &str, root: &Path) -> Command {
    let mut cargo = rustup();
    cargo.args(["run", toolchain, "cargo", "build"]);
    // A component must not tell where it was built; panics name files from the repository's top.
    let mut flags = format!("--remap-path-prefix={}/=", root.display());
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(std::env::home_dir()?.join(".cargo"))) {
        let _ = write!(flags, "\u{1f}--remap-path-prefix={}/registry/src/=", home.display());
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags);
    cargo
}

fn debian_cargo() -> Command {
    let mut cargo = cleaned("/usr/bin/cargo");
    cargo
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC", "/usr/bin/rustc")
        // Building the standard library is not stable yet; this lets a stable compiler do it.
        .env("RUSTC_BOOTSTRAP", "1")
        // This compiler looks for a linker by a name that Debian doesn't use.
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19")
        .args(["build", "-Zbuild-std=std,panic_abort"])
        .args(["-Ztrim-paths", "--config", "profile.release.trim-paths=\"all\""]);
    cargo
}

/// Returns rustup's toolchains that are new enough, the active one first.
fn rustup_toolchains() -> Vec<String> {
    let listed = output(rustup().args(["toolchain", "list"])).unwrap_or_default();
    let mut toolchains: Vec<(bool, String)> = listed
        .lines()
        .filter_map(|line| Some((!line.contains("active"), line.split_whitespace().next()?.to_owned())))
        .filter(|(_, name)| is_new_enough(rustup().args(["run", name, "rustc", "--version"])))
        .collect();
    toolchains.sort();
    toolchains.into_iter().map(|(_, name)| name).collect()
}

fn has_target(toolchain: &str) -> bool {
    let query = ["run", toolchain, "rustc", "--print", "target-libdir", "--target", TARGET];
    output(rustup().args(query)).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

fn debian_is_installed() -> bool {
    let source = output(cleaned("/usr/bin/rustc").args(["--print", "sysroot"]))
        .is_some_and(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library").is_dir());
    source
        && FILES.iter().all(|file| Path::new(file).exists())
        && is_new_enough(cleaned("/usr/bin/rustc").arg("--version"))
}

fn debian_is_installable() -> bool {
    let root = output(Command::new("id").arg("-u")).is_some_and(|user| user.trim() == "0");
    let known = || run_quietly(Command::new("apt-cache").arg("show").args(PACKAGES));
    root && (known() || (run_quietly(Command::new("apt-get").arg("update")) && known()))
}

fn install_debian() -> bool {
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-y", "--no-install-recommends"]).args(PACKAGES).env("DEBIAN_FRONTEND", "noninteractive");
    run_quietly(&mut apt)
}

/// Whether `rustc --version` answers at least the version that the guests' workspace asks for.
fn is_new_enough(rustc: &mut Command) -> bool {
    let version = |text: &str| -> Option<(u32, u32)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    let said = output(rustc).unwrap_or_default();
    let found = said.split_whitespace().nth(1).and_then(version);
    found.is_some() && found >= version(env!("CARGO_PKG_RUST_VERSION"))
}

fn rustup() -> Command {
    let mut rustup = cleaned("rustup");
    rustup.env("RUSTUP_AUTO_INSTALL", "0");
    rustup
}

/// Returns a command without what the cargo that runs this task has put into the environment: its choice of
/// compiler, flags, libraries and target folder are the host's.
fn cleaned(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(belongs_to_the_host_build) {
            command.env_remove(name);
        }
    }
    command
}

fn belongs_to_the_host_build(name: &str) -> bool {
    // Where crates come from and how they travel is the user's, and the same for both builds.
    const KEPT: [&str; 7] =
        ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_", "RUSTUP_HOME"];
    let cargo_or_rust = name.starts_with("CARGO") || name.starts_with("RUST") || name == "LD_LIBRARY_PATH";
    cargo_or_rust && !KEPT.iter().any(|kept| name.starts_with(kept))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn run_quietly(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_compiler_does_not_leak_into_the_guests_build() {
        for name in ["RUSTUP_TOOLCHAIN", "RUSTC", "CARGO", "CARGO_TARGET_DIR", "RUSTFLAGS", "LD_LIBRARY_PATH"] {
            assert!(belongs_to_the_host_build(name), "{name}");
        }
    }

    #[test]
    fn the_way_to_the_registry_is_kept() {
        for name in ["CARGO_HOME", "CARGO_HTTP_PROXY", "CARGO_NET_OFFLINE", "HTTPS_PROXY", "PATH"] {
            assert!(!belongs_to_the_host_build(name), "{name}");
        }
    }
}
