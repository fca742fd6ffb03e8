//! `cargo xtask guests`: from the guests' sources to components that the host loads.
//!
//! Builds every package of the guests' workspace that has a `plugin.toml`, turns its core module into a
//! component, adds the manifest, and writes `plugins/NAME.wasm` (a plugin) or `plugins/test/NAME.wasm` (a test
//! guest) under the host's target folder. All are encoded before the first is written, and each is written
//! whole or not at all.

mod component;
mod manifest;
mod toolchain;

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{MetadataCommand, Package};
use sha2::{Digest, Sha256};

use crate::step::{Places, say};
use manifest::Manifest;
use toolchain::Toolchain;

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
    package: String,
    /// The core module's file name.
    module: String,
    manifest: Manifest,
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

    let toolchain = Toolchain::choose()?;
    say(&format!("guests: compiling with {toolchain}"));
    let packages: Vec<&str> = guests.iter().map(|guest| guest.package.as_str()).collect();
    toolchain.build(&places.root, &places.guests(), &packages)?;

    let encoded: Vec<Vec<u8>> = guests.iter().map(|guest| guest.encode(places)).collect::<Result<_>>()?;
    for (guest, bytes) in guests.iter().zip(encoded) {
        guest.deliver(&output, &bytes)?;
    }
    Ok(())
}

impl Guest {
    fn read(package: &Package, root: &Path) -> Result<Self> {
        let folder = package.manifest_path.parent().context("a package without a folder")?.as_std_path();
        let library = package
            .targets
            .iter()
            .find(|target| target.is_cdylib())
            .with_context(|| format!("{folder}: no `crate-type = [\"cdylib\"]`", folder = folder.display()))?;
        Ok(Self {
            package: package.name.to_string(),
            module: format!("{}.wasm", library.name.replace('-', "_")),
            manifest: Manifest::read(folder, &package.version.to_string(), package.license.as_deref())?,
            shelf: if folder.starts_with(root.join("plugins")) { "" } else { "test" },
        })
    }

    fn encode(&self, places: &Places) -> Result<Vec<u8>> {
        let path = places.guests().join("wasm32-unknown-unknown/release").join(&self.module);
        let module = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
        component::encode(&module, &self.manifest)
            .with_context(|| format!("{} does not fit the plugin interface", self.package))
    }

    fn deliver(&self, output: &Path, bytes: &[u8]) -> Result<()> {
        let folder = output.join(self.shelf);
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.wasm", self.manifest.name()));
        let news = if fs::read(&path).is_ok_and(|old| old == bytes) { "unchanged" } else { "written" };
        if news == "written" {
            let unfinished = path.with_extension("wasm.unfinished");
            fs::write(&unfinished, bytes)?;
            fs::rename(&unfinished, &path)?;
        }
        let digest = hex::encode(Sha256::digest(bytes));
        say(&format!("{:>9} bytes  sha256:{digest}  {} ({news})", bytes.len(), path.display()));
        Ok(())
    }
}

fn guests(places: &Places) -> Result<Vec<Guest>> {
    let mut guests = Vec::new();
    for package in &metadata(&places.root.join("plugins/Cargo.toml"))?.packages {
        if package.manifest_path.with_file_name("plugin.toml").exists() {
            guests.push(Guest::read(package, &places.root)?);
        }
    }
    guests.sort_by_key(|guest| (guest.shelf, guest.manifest.name().to_owned()));
    for pair in guests.windows(2) {
        if let [one, other] = pair {
            let same = one.shelf == other.shelf && one.manifest.name() == other.manifest.name();
            ensure!(!same, "{} and {} are both called `{}`", one.package, other.package, one.manifest.name());
        }
    }
    Ok(guests)
}

fn chosen(mut guests: Vec<Guest>, names: &[String]) -> Result<Vec<Guest>> {
    let known: Vec<String> = guests.iter().map(|guest| guest.manifest.name().to_owned()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        bail!("no guest is called `{name}`; there are: {}", known.join(", "));
    }
    guests.retain(|guest| names.is_empty() || names.iter().any(|name| name == guest.manifest.name()));
    Ok(guests)
}

fn metadata(manifest: &Path) -> Result<cargo_metadata::Metadata> {
    MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec()
        .with_context(|| format!("could not read the workspace {}", manifest.display()))
}
