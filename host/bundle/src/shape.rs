//! The shape of a bundle: a component or not, for which of our worlds, for which version of the interface.

use core::fmt;

use holdpoint_core::manifest::PluginKind;
use holdpoint_core::plan::limit::Bytes;
use semver::Version;
use wasmparser::Parser;

use crate::walk::walk;

/// The version of the plugin interface that this host speaks.
pub const INTERFACE: Version = Version::new(0, 1, 0);

const PACKAGE: &str = "holdpoint:plugin";
const CHECKER: &str = "checker";
const RESTORER: &str = "restorer";
const SHIFTER: &str = "shifter";

/// What of our package a plugin may import.
const OURS: [&str; 5] = ["types", "http", "net", "log", "clock"];

/// What of WASI 0.2 is offered. `wasi:http` beside its outgoing half is not.
const WASI: [&str; 6] = ["wasi:cli", "wasi:io", "wasi:clocks", "wasi:filesystem", "wasi:random", "wasi:sockets"];
const WASI_HTTP: [&str; 2] = ["types", "outgoing-handler"];

/// What a component was built against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The world, by what is exported.
    pub kind: PluginKind,
    /// The version of the plugin interface, read from the export's name.
    pub interface: Version,
    /// What it imports, in order. An import is no permission: without a grant its functions deny.
    pub imports: Vec<Import>,
}

/// The name of an imported or exported interface, in its parts. Written as in a component: `wasi:io/streams@0.2.6`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The package: `holdpoint:plugin`.
    pub package: String,
    /// The interface: `http`.
    pub interface: String,
    /// The version, if there is one.
    pub version: Option<Version>,
}

/// Why some bytes are not a component for one of our worlds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// There are no bytes.
    #[error("the file is empty; build the plugin again")]
    Empty,
    /// There are too many.
    #[error("the component has more than {cap}, the most that is loaded; strip it or build it for size")]
    TooLarge {
        /// The most.
        cap: Bytes,
    },
    /// It is the text format.
    #[error("this is the text format of WebAssembly; turn it into a binary with `wasm-tools parse`")]
    Text,
    /// It is a core module.
    #[error(
        "this is a core module, not a component; turn it into one with `wasm-tools component new`, \
         or build it with the tools of the plugin's language for the target wasm32-wasip2"
    )]
    CoreModule,
    /// It is something else.
    #[error("this is not WebAssembly: it begins with {begins}; give the path of a built component, usually *.wasm")]
    NotWasm {
        /// The first bytes, visible.
        begins: String,
    },
    /// It is WebAssembly of a kind that does not exist yet or any more.
    #[error("the component's binary format is version {found:#x}, this host reads 0xd; build it with current tools")]
    UnknownFormat {
        /// The version.
        found: u16,
    },
    /// It ends too early.
    #[error("the component ends in the middle, after {length} bytes; copy or download it again")]
    Truncated {
        /// How long it is.
        length: usize,
    },
    /// It is damaged.
    #[error("the component is damaged at byte {at} ({why}); build or download it again")]
    Malformed {
        /// Where.
        at: usize,
        /// How.
        why: String,
    },
    /// It uses the async ABI.
    #[error(
        "the component uses the async ABI ({sign}), which this host leaves off; \
         build it with synchronous functions (componentize-qjs: --sync)"
    )]
    Async {
        /// What gave it away.
        sign: &'static str,
    },
    /// It exports none of our interfaces.
    #[error(
        "the component was built for another world: it exports {exports}; \
         a check exports {PACKAGE}/{CHECKER}@{INTERFACE}, a rollback plugin {PACKAGE}/{RESTORER}@{INTERFACE}, \
         a rollout plugin {PACKAGE}/{SHIFTER}@{INTERFACE}"
    )]
    WrongWorld {
        /// What it exports, as a list.
        exports: String,
    },
    /// It exports two of our interfaces.
    #[error("the component exports both {0} and {1}; a bundle is one plugin, so build two")]
    TwoWorlds(&'static str, &'static str),
    /// It was built for a version of the interface that this host does not speak.
    #[error("the component names {name}; this host speaks {PACKAGE} 0.1.x: build it against {INTERFACE}")]
    UnknownVersion {
        /// The name with that version.
        name: String,
    },
    /// It imports what is not offered.
    #[error(
        "the component imports {name}, which this host does not offer; \
         offered are {PACKAGE} (http, net, log, clock), wasi:cli/imports@0.2 and wasi:http/outgoing-handler@0.2"
    )]
    UnknownImport {
        /// The import.
        name: String,
    },
}

impl Shape {
    /// Looks at a component of at most `cap` bytes. The sections beside the shape hold the manifest.
    pub(crate) fn of(bytes: &[u8], cap: Bytes) -> Result<(Self, Vec<&[u8]>), ShapeError> {
        recognise(bytes, cap)?;
        let seen = walk(bytes)?;
        let (kind, interface) = world(&seen.exports)?;
        let imports = seen.imports.iter().map(|name| offered(name)).collect::<Result<_, _>>()?;
        if let Some(sign) = seen.asynchronous {
            return Err(ShapeError::Async { sign });
        }
        Ok((Self { kind, interface, imports }, seen.manifests))
    }

    /// The name of the interface that makes it this kind.
    pub const fn kind_interface(&self) -> &'static str {
        match self.kind {
            PluginKind::Check => CHECKER,
            PluginKind::Rollback => RESTORER,
            PluginKind::Rollout => SHIFTER,
        }
    }
}

/// Tells a component from everything else, by size and first bytes.
fn recognise(bytes: &[u8], cap: Bytes) -> Result<(), ShapeError> {
    match bytes {
        [] => Err(ShapeError::Empty),
        _ if bytes.len() as u64 > cap.0 => Err(ShapeError::TooLarge { cap }),
        _ if Parser::is_component(bytes) => Ok(()),
        _ if Parser::is_core_wasm(bytes) => Err(ShapeError::CoreModule),
        [0, b'a', b's', b'm', low, high, 1, 0] | [0, b'a', b's', b'm', low, high, 1, 0, ..] => {
            Err(ShapeError::UnknownFormat { found: u16::from_le_bytes([*low, *high]) })
        }
        _ if b"\0asm\x0d\0\x01\0".starts_with(bytes) => Err(ShapeError::Truncated { length: bytes.len() }),
        _ if is_text_format(bytes) => Err(ShapeError::Text),
        _ => Err(ShapeError::NotWasm { begins: first_bytes(bytes) }),
    }
}

/// Whether it reads `(module` or `(component` after white space and comments.
fn is_text_format(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
    let mut rest = start.trim_start();
    loop {
        if let Some(comment) = rest.strip_prefix(";;") {
            rest = comment.split_once('\n').map_or("", |(_, after)| after).trim_start();
        } else if let Some(comment) = rest.strip_prefix("(;") {
            rest = comment.split_once(";)").map_or("", |(_, after)| after).trim_start();
        } else {
            break;
        }
    }
    let inside = rest.strip_prefix('(').unwrap_or_default().trim_start();
    inside.starts_with("module") || inside.starts_with("component")
}

fn first_bytes(bytes: &[u8]) -> String {
    let first = bytes.get(..bytes.len().min(8)).unwrap_or_default();
    format!("\"{}\"", first.escape_ascii())
}

/// Finds the one world that the exports belong to.
fn world(exports: &[&str]) -> Result<(PluginKind, Version), ShapeError> {
    let worlds = [(PluginKind::Check, CHECKER), (PluginKind::Rollback, RESTORER), (PluginKind::Rollout, SHIFTER)];
    let exported: Vec<Import> =
        exports.iter().map(|name| Import::of(name)).filter(|name| name.package == PACKAGE).collect();
    let mut found = worlds.into_iter().filter_map(|(kind, interface)| {
        exported.iter().find(|name| name.interface == interface).map(|name| (kind, interface, name))
    });
    let (kind, name) = match (found.next(), found.next()) {
        (Some((kind, _, name)), None) => (kind, name),
        (Some((_, one, _)), Some((_, other, _))) => return Err(ShapeError::TwoWorlds(one, other)),
        (None, _) => return Err(ShapeError::WrongWorld { exports: listed(exports) }),
    };
    match &name.version {
        Some(version) if spoken(version) => Ok((kind, version.clone())),
        Some(_) | None => Err(ShapeError::UnknownVersion { name: name.to_string() }),
    }
}

/// At most five names, for a message.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(5).map(|name| format!("`{}`", name.escape_debug())).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "nothing".to_owned(),
        1..=5 => shown,
        more => format!("{shown} and {} more", more - 5),
    }
}

/// Whether a version of the plugin interface is compatible with ours: below 1.0 the minor number decides.
fn spoken(version: &Version) -> bool {
    version.pre.is_empty() && version.major == INTERFACE.major && version.minor == INTERFACE.minor
}

/// Takes an import's name if it is offered.
fn offered(name: &str) -> Result<Import, ShapeError> {
    let import = Import::of(name);
    let interface = import.interface.as_str();
    match import.package.as_str() {
        PACKAGE if OURS.contains(&interface) => match &import.version {
            Some(version) if spoken(version) => Ok(import),
            Some(_) | None => Err(ShapeError::UnknownVersion { name: import.to_string() }),
        },
        package if WASI.contains(&package) && import.is_wasi_0_2() => Ok(import),
        "wasi:http" if WASI_HTTP.contains(&interface) && import.is_wasi_0_2() => Ok(import),
        _ => Err(ShapeError::UnknownImport { name: import.to_string() }),
    }
}

impl Import {
    /// Takes a name apart. What is not of the form `package/interface@version` is all package.
    fn of(name: &str) -> Self {
        let (path, version) = match name.split_once('@') {
            Some((path, version)) => (path, Version::parse(version).ok()),
            None => (name, None),
        };
        match path.split_once('/') {
            Some((package, interface)) if version.is_some() || !name.contains('@') => {
                Self { package: package.to_owned(), interface: interface.to_owned(), version }
            }
            Some(_) | None => Self { package: name.to_owned(), interface: String::new(), version: None },
        }
    }

    fn is_wasi_0_2(&self) -> bool {
        self.version.as_ref().is_some_and(|version| version.pre.is_empty() && version.major == 0 && version.minor == 2)
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.package.escape_debug())?;
        if !self.interface.is_empty() {
            write!(f, "/{}", self.interface.escape_debug())?;
        }
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "@{version}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_being_taken_apart() {
        for name in ["holdpoint:plugin/http@0.1.0", "wasi:io/streams@0.2.6", "plain", "a:b/c", "a:b/c@x"] {
            assert_eq!(Import::of(name).to_string(), name);
        }
    }

    #[test]
    fn comments_before_the_first_bracket_do_not_hide_the_text_format() {
        assert!(is_text_format(b" ;; a comment\n(; another ;) ( component)"));
        assert!(!is_text_format(b";; only a comment"));
    }

    #[test]
    fn a_later_patch_of_the_interface_is_spoken_and_a_later_minor_is_not() {
        assert!(spoken(&Version::new(0, 1, 7)));
        assert!(!spoken(&Version::new(0, 2, 0)));
        assert!(!spoken(&Version::new(1, 1, 0)));
    }

    #[test]
    fn a_name_from_outside_can_not_smuggle_controls_into_a_message() {
        assert_eq!(listed(&["a\u{1b}[2J"]), "`a\\u{1b}[2J`");
    }
}
