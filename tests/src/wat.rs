//! Guests from text: core modules in WAT, made into bundles. For what no compiler would write.

use std::borrow::Cow;

use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::root;

/// The parts of a check's core module. Each is WAT, and has a harmless default.
#[derive(Debug, Clone)]
pub struct Core<'a> {
    /// Imports, which come first.
    pub imports: &'a str,
    /// Memories, tables, globals, functions; must export `memory`.
    pub items: &'a str,
    /// The body of the function that runs when the module is instantiated.
    pub start: &'a str,
    /// The body of `cabi_realloc`, which gives the host memory for arguments; returns an address.
    pub realloc: &'a str,
    /// The body of `run`; returns the address of a result.
    pub run: &'a str,
    /// The body of what the host calls after it has read the result.
    pub after: &'a str,
}

impl Default for Core<'_> {
    /// A check that passes.
    fn default() -> Self {
        Self {
            imports: "",
            items: "(memory (export \"memory\") 2)",
            start: "",
            realloc: "global.get $free  global.get $free local.get 3 i32.add i32.const 7 i32.add i32.const -8 i32.and \
                      global.set $free",
            run: "i32.const 64",
            after: "",
        }
    }
}

impl Core<'_> {
    /// The bundle of a check plugin with this name.
    ///
    /// # Panics
    /// When the WAT is not well-formed or doesn't fit the world.
    #[must_use]
    pub fn bundle(&self, name: &str) -> Vec<u8> {
        self.bundle_with(name, "")
    }

    /// The same, whose world also holds what these lines of WIT import, and whatever packages follow them.
    ///
    /// # Panics
    /// When the WAT is not well-formed or doesn't fit the world, or the WIT makes no sense.
    #[must_use]
    pub fn bundle_with(&self, name: &str, imports: &str) -> Vec<u8> {
        let mut module = wat::parse_str(self.text()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut resolve = Resolve::default();
        resolve.push_dir(root().join("wit/holdpoint")).expect("the interface's files");
        let (lines, packages) = imports
            .split_once("package")
            .map_or((imports, String::new()), |(lines, rest)| (lines, format!("package{rest}")));
        let text = format!(
            "package test:{name};\nworld guest {{ include holdpoint:plugin/check@0.1.0; {lines} }}\n{packages}"
        );
        let package = resolve.push_str("guest.wit", &text).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let world = resolve.select_world(&[package], Some("guest")).expect("the world `guest`");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the world's types");
        let encoder = ComponentEncoder::default().validate(true).module(&module);
        let component = encoder.and_then(|mut encoder| encoder.encode());
        with_manifest(component.unwrap_or_else(|error| panic!("{name}: {error:#}")), name)
    }

    /// The verdict that `run` may return lies at 64: ok, pass, a summary of four letters, nothing else.
    fn text(&self) -> String {
        let Self { imports, items, start, realloc, run, after } = self;
        format!(
            r#"(module {imports} {items}
            (global $free (mut i32) (i32.const 4096))
            (data (i32.const 64) "\00\00\00\00\00\00\00\00\00\01\00\00\04\00\00\00")
            (data (i32.const 256) "fine")
            (func $start {start})
            (start $start)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
            (func (export "holdpoint:plugin/checker@0.1.0#validate") (param i32 i32) (result i32) i32.const 512)
            (func (export "cabi_post_holdpoint:plugin/checker@0.1.0#run") (param i32) {after})
            (func (export "holdpoint:plugin/checker@0.1.0#run") (param i32) (result i32) {run}))"#
        )
    }
}

/// The body of a `cabi_realloc` that turns hostile when it is asked for the arguments of `run`, which are larger than
/// those of `validate`: the guest passes the lint.
#[must_use]
pub fn in_call(hostile: &str) -> String {
    format!("(if (i32.gt_u (local.get 3) (i32.const 64)) (then {hostile})) {}", Core::default().realloc)
}

/// Appends the manifest of a check that asks to look with GET and has no settings.
#[must_use]
pub fn with_manifest(mut component: Vec<u8>, name: &str) -> Vec<u8> {
    let manifest = serde_json::json!({
        "manifest": 1, "name": name, "version": "0.1.0", "kind": "check", "summary": "a guest of the tests",
        "docs": "", "settings": {"type": "object"}, "limits": {},
        "requests": [{"import": "http", "methods": ["GET"], "why": "it says that it looks"}],
    });
    let content = Cow::Owned(manifest.to_string().into_bytes());
    CustomSection { name: "holdpoint:manifest".into(), data: content }.append_to_component(&mut component);
    component
}
