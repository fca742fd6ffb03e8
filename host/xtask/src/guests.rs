//! `cargo xtask guests`: from the guests' sources to components that the host loads.
//!
//! Builds every package of the guests' workspace that has a `plugin.toml`, turns its core module into a
//! component, adds the manifest, and writes `plugins/NAME.wasm` (a plugin) or `plugins/test/NAME.wasm` (a test
//! guest) under the host's target folder. All are encoded before the first is written, and each is written
//! whole or not at all.

use std::env;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{MetadataCommand, Package};
use holdpoint_author::language::Language;
use holdpoint_author::language::rust::{self, Crates};
use holdpoint_author::{Bundle, Project, Toolbox, build};

use crate::package;
use crate::step::{Places, say};

/// What to build.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Build only these, by the names in their `plugin.toml`
    names: Vec<String>,
}

impl Arguments {
    /// Every guest there is.
    pub(crate) fn all() -> Self {
        Self { names: Vec::new() }
    }
}

/// One package that becomes a component.
struct Guest {
    found: rust::package::Crate,
    project: Project,
    /// Whether it is shipped or only tested with, as the folder below the components' own.
    shelf: &'static str,
}

/// Builds the guests and says for each where it is, how large, and with which digest.
///
/// # Errors
/// When a guest is incomplete, doesn't compile or doesn't fit the plugin interface, or when no compiler for
/// guests is to be had. Nothing is written then.
pub(crate) fn build(places: &Places, arguments: &Arguments) -> Result<()> {
    let output = places.plugins();
    let guests = chosen(guests(places)?, &arguments.names)?;
    fs::create_dir_all(&output)?;
    // Two builds at once would read each other's modules.
    let lock = File::create(output.join(".lock"))?;
    lock.lock().context("could not lock the folder of components")?;

    let tools = compiler()?;
    say(&format!("guests: compiling with {tools}"));
    let packages: Vec<&str> = guests.iter().map(|guest| guest.found.package.as_str()).collect();
    let (workspace, target) = (places.root.join("plugins"), places.guests());
    let crates = Crates { workspace: &workspace, target: &target, packages: &packages };
    crates.compile(&tools).context("the guests did not compile")?;

    let built: Vec<_> = guests.iter().map(|guest| guest.bundle(&crates)).collect::<Result<_>>()?;
    for (guest, bundle) in guests.iter().zip(built) {
        let path = output.join(guest.shelf).join(format!("{}.wasm", guest.name()));
        let built = build::deliver(bundle, &path)?;
        let news = if built.unchanged { "unchanged" } else { "written" };
        let (size, digest) = (built.bundle.bytes.len(), built.bundle.digest);
        say(&format!("{size:>9} bytes  {digest}  {} ({news})", path.display()));
    }
    Ok(())
}

/// Finds the compiler for guests: what is there, else Debian's from apt, else rustup's target.
fn compiler() -> Result<rust::Tools> {
    // What compiles is not looked for beside a project: all guests are built at once.
    let toolbox = Toolbox::new(env::temp_dir(), env::var_os("PATH").unwrap_or_default());
    if let Ok(tools) = rust::Tools::find(&toolbox) {
        return Ok(tools);
    }
    package::install(&rust::DEBIAN_PACKAGES);
    if let Ok(tools) = rust::Tools::find(&toolbox) {
        return Ok(tools);
    }
    Language::Rust.install(&toolbox).context("no compiler for guests")?;
    rust::Tools::find(&toolbox).map_err(|missing| anyhow::anyhow!("{missing}; get it with: {}", missing.command))
}

impl Guest {
    fn read(package: &Package, root: &Path) -> Result<Self> {
        let folder = package.manifest_path.parent().context("a package without a folder")?.as_std_path();
        let shelf = if folder.starts_with(root.join("plugins")) { "" } else { "test" };
        Ok(Self { found: rust::package::find(folder)?, project: Project::read(folder)?, shelf })
    }

    fn name(&self) -> &str {
        self.project.manifest().name()
    }

    fn bundle(&self, crates: &Crates<'_>) -> Result<Bundle> {
        let component = crates.component(&self.found.module);
        let finished = component.map_err(build::BuildError::from).and_then(|bytes| build::finish(bytes, &self.project));
        finished.with_context(|| format!("{} is not a plugin", self.found.package))
    }
}

fn guests(places: &Places) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    for package in &metadata(&places.root.join("plugins/Cargo.toml"))?.packages {
        if package.manifest_path.with_file_name("plugin.toml").exists() {
            guests.push(Guest::read(package, &places.root)?);
        }
    }
    guests.sort_by_key(|guest| (guest.shelf, guest.name().to_owned()));
    for pair in guests.windows(2) {
        if let [one, other] = pair {
            let same = one.shelf == other.shelf && one.name() == other.name();
            ensure!(!same, "{} and {} are both called `{}`", one.found.package, other.found.package, one.name());
        }
    }
    Ok(guests)
}

fn chosen(mut guests: Vec<Guest>, names: &[String]) -> Result<Vec<Guest>> {
    let known: Vec<String> = guests.iter().map(|guest| guest.name().to_owned()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        bail!("no guest is called `{name}`; there are: {}", known.join(", "));
    }
    guests.retain(|guest| names.is_empty() || names.iter().any(|name| name == guest.name()));
    Ok(guests)
}

fn metadata(manifest: &Path) -> Result<cargo_metadata::Metadata> {
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .with_context(|| format!("could not read the workspace {}", manifest.display()))
}
