//! Which compiler builds plugins in Rust, and how it is called.
//!
//! In this order: a rustup toolchain that has the wasm target; Debian's compiler. Debian ships no compiled standard
//! library for this target but its source, so there it is built together with the plugin.

use std::ffi::OsString;
use std::fmt::{self, Display, Formatter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::TARGET;
use crate::language::{InstallError, Missing};
use crate::tool;
use crate::toolbox::Toolbox;

/// Debian's packages: the compiler, cargo, the standard library's source, the linker.
pub const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// The files of those packages that a build needs.
const FILES: [&str; 3] = ["/usr/bin/rustc", "/usr/bin/cargo", "/usr/bin/wasm-ld-19"];

/// A compiler that can build plugins.
#[derive(Debug, Clone)]
pub struct Tools(Compiler);

#[derive(Debug, Clone)]
enum Compiler {
    /// One of rustup's toolchains, which has the target.
    Rustup { rustup: PathBuf, toolchain: String },
    /// Debian's, with the standard library built from source.
    Debian,
}

impl Display for Tools {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Compiler::Rustup { toolchain, .. } => write!(out, "rustup toolchain {toolchain}"),
            Compiler::Debian => out.write_str("Debian's compiler"),
        }
    }
}

impl Tools {
    /// Looks for a compiler.
    ///
    /// # Errors
    /// When there is none that can make wasm.
    pub fn find(toolbox: &Toolbox) -> Result<Self, Missing> {
        let rustup = toolbox.on_path("rustup");
        let toolchains = rustup.as_deref().map(rustup_toolchains).unwrap_or_default();
        if let Some(rustup) = &rustup
            && let Some(toolchain) = toolchains.iter().find(|name| has_target(rustup, name))
        {
            return Ok(Self(Compiler::Rustup { rustup: rustup.clone(), toolchain: toolchain.clone() }));
        }
        if debian_is_installed(toolbox) {
            return Ok(Self(Compiler::Debian));
        }
        Err(missing(toolbox, toolchains.first().map(String::as_str)))
    }

    /// Adds the target to rustup's first toolchain.
    ///
    /// # Errors
    /// When there is no rustup with a toolchain that is new enough, or it says no.
    pub fn install(toolbox: &Toolbox) -> Result<(), InstallError> {
        let Err(missing) = Self::find(toolbox) else { return Ok(()) };
        let Some(program) = toolbox.on_path("rustup") else { return Err(missing.into()) };
        let Some(toolchain) = rustup_toolchains(&program).into_iter().next() else { return Err(missing.into()) };
        Ok(tool::run(rustup(&program).args(["target", "add", TARGET, "--toolchain", &toolchain]))?)
    }

    /// Returns `cargo build` of this compiler, for plugins whose files are named from this folder on.
    pub(super) fn cargo(&self, top: &Path) -> Command {
        match &self.0 {
            Compiler::Rustup { rustup, toolchain } => rustup_cargo(rustup, toolchain, top),
            Compiler::Debian => debian_cargo(),
        }
    }
}

/// What is missing, and the command that fits this machine.
fn missing(toolbox: &Toolbox, toolchain: Option<&str>) -> Missing {
    let (oldest, debian) = (env!("CARGO_PKG_RUST_VERSION"), DEBIAN_PACKAGES.join(" "));
    let command = match (toolchain, toolbox.on_path("apt-get")) {
        (Some(toolchain), _) => format!("rustup target add {TARGET} --toolchain {toolchain}"),
        (None, Some(_)) => format!("sudo apt-get install --no-install-recommends {debian}"),
        (None, None) => format!("install rustup from https://rustup.rs, then: rustup target add {TARGET}"),
    };
    let what = format!(
        "there is no Rust compiler from {oldest} on that can make {TARGET}: no rustup on the PATH has a toolchain with \
         that target, and Debian's {debian} are not installed"
    );
    Missing { what, command }
}

fn rustup_cargo(program: &Path, toolchain: &str, top: &Path) -> Command {
    let mut cargo = rustup(program);
    cargo.args(["run", toolchain, "cargo", "build"]);
    // A component must not tell where it was built; panics name files from the repository's top.
    let mut flags = format!("--remap-path-prefix={}/=", top.display());
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
fn rustup_toolchains(program: &Path) -> Vec<String> {
    let listed = output(rustup(program).args(["toolchain", "list"])).unwrap_or_default();
    let mut toolchains: Vec<(bool, String)> = listed
        .lines()
        .filter_map(|line| Some((!line.contains("active"), line.split_whitespace().next()?.to_owned())))
        .filter(|(_, name)| is_new_enough(rustup(program).args(["run", name, "rustc", "--version"])))
        .collect();
    toolchains.sort();
    toolchains.into_iter().map(|(_, name)| name).collect()
}

fn has_target(program: &Path, toolchain: &str) -> bool {
    let query = ["run", toolchain, "rustc", "--print", "target-libdir", "--target", TARGET];
    output(rustup(program).args(query)).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// Whether Debian's compiler is there and one that the `PATH` leads to, though not before others.
fn debian_is_installed(toolbox: &Toolbox) -> bool {
    let source = || {
        let sysroot = output(cleaned("/usr/bin/rustc").args(["--print", "sysroot"]));
        sysroot.is_some_and(|sysroot| Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library").is_dir())
    };
    toolbox.path_folders().any(|folder| folder == Path::new("/usr/bin"))
        && FILES.iter().all(|file| Path::new(file).exists())
        && source()
        && is_new_enough(cleaned("/usr/bin/rustc").arg("--version"))
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

fn rustup(program: &Path) -> Command {
    let mut rustup = cleaned(program);
    rustup.env("RUSTUP_AUTO_INSTALL", "0");
    rustup
}

/// Returns a command without what a cargo around this program may have put into the environment: its choice of compiler,
/// flags, libraries and target folder are the host's.
fn cleaned(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
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
