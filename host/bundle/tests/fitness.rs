//! What is taken as a bundle and what is refused, on components built from the interface itself.

use std::path::Path;

use holdpoint_bundle::shape::ShapeError;
use holdpoint_bundle::{Bundle, BundleError, OpenError};
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::plan::limit::Bytes;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

const CAP: Bytes = Bytes::mib(1);

/// The interface's WIT in one piece.
fn interface() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/holdpoint");
    let mut whole = "package holdpoint:plugin@0.1.0;\n".to_owned();
    for entry in std::fs::read_dir(folder).expect("the interface is there") {
        let text = std::fs::read_to_string(entry.expect("its files can be listed").path()).expect("and read");
        whole.push_str(&text.replace("package holdpoint:plugin@0.1.0;", ""));
    }
    whole
}

/// A component for a world of this WIT; what it imports stays unused.
fn component(world: &str, wit: &str, abi: LiftLowerAbi) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("plugin.wit", wit).expect("the interface hangs together");
    let world = resolve.select_world(&[package], Some(world)).expect("the world exists");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(abi));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the module takes its metadata");
    ComponentEncoder::default().module(&module).and_then(|mut e| e.encode()).expect("the module becomes a component")
}

fn plain(world: &str) -> Vec<u8> {
    component(world, &interface(), LiftLowerAbi::Sync)
}

fn with_manifest(mut component: Vec<u8>, kind: &str) -> Vec<u8> {
    let text = format!(
        r#"{{"manifest":1,"name":"web","version":"1.2.3","kind":"{kind}","summary":"Looks.","docs":"","requests":[],"settings":{{}}}}"#
    );
    append_section(&mut component, "holdpoint:manifest", text.as_bytes());
    component
}

fn append_section(component: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut body = vec![u8::try_from(name.len()).expect("a short name")];
    body.extend_from_slice(name.as_bytes());
    body.extend_from_slice(content);
    let low = u8::try_from(body.len() & 0x7f).expect("seven bits") | 0x80;
    let high = u8::try_from(body.len() >> 7).expect("a short section");
    component.extend_from_slice(&[0, low, high]);
    component.extend_from_slice(&body);
}

fn refused(bytes: Vec<u8>) -> BundleError {
    Bundle::from_bytes(bytes, CAP).expect_err("these bytes are refused")
}

fn misshapen(bytes: Vec<u8>) -> ShapeError {
    match refused(bytes) {
        BundleError::Shape(error) => error,
        other @ (BundleError::Manifest(_) | BundleError::Disagree { .. }) => {
            panic!("refused for another reason: {other}")
        }
    }
}

#[test]
fn a_check_with_its_manifest_is_a_bundle() {
    let bytes = with_manifest(plain("check"), "check");

    let bundle = Bundle::from_bytes(bytes.clone(), CAP).unwrap();

    assert_eq!(bundle.shape.kind, PluginKind::Check);
    assert_eq!(bundle.shape.interface.to_string(), "0.1.0");
    assert_eq!(bundle.manifest.name, "web");
    assert_eq!(bundle.digest, holdpoint_core::id::Digest::of(&bytes));
    let imports: Vec<_> = bundle.shape.imports.iter().map(ToString::to_string).collect();
    assert!(imports.contains(&"holdpoint:plugin/http@0.1.0".to_owned()), "{imports:?}");
}

#[test]
fn a_rollback_plugin_is_told_from_a_check_by_its_export() {
    let bundle = Bundle::from_bytes(with_manifest(plain("rollback"), "rollback"), CAP).unwrap();

    assert_eq!(bundle.shape.kind, PluginKind::Rollback);
}

#[test]
fn a_rollout_plugin_is_told_from_the_others_by_its_export() {
    let bundle = Bundle::from_bytes(with_manifest(plain("rollout"), "rollout"), CAP).unwrap();

    assert_eq!((bundle.shape.kind, bundle.shape.kind_interface()), (PluginKind::Rollout, "shifter"));
}

#[test]
fn a_manifest_of_the_other_kind_is_refused() {
    let error = refused(with_manifest(plain("check"), "rollback"));

    assert_eq!(error, BundleError::Disagree { said: "rollback", exported: "checker" });
}

#[test]
fn a_component_without_a_manifest_is_refused() {
    assert!(refused(plain("check")).to_string().contains("has no manifest"));
}

#[test]
fn a_second_manifest_is_refused() {
    let twice = with_manifest(with_manifest(plain("check"), "check"), "check");

    assert!(refused(twice).to_string().contains("has 2 manifests"));
}

#[test]
fn no_bytes_are_refused() {
    assert_eq!(misshapen(Vec::new()), ShapeError::Empty);
}

#[test]
fn a_core_module_is_refused_with_the_way_to_a_component() {
    let error = misshapen(b"\0asm\x01\0\0\0".to_vec());

    assert_eq!(error, ShapeError::CoreModule);
    assert!(error.to_string().contains("wasm-tools component new"));
}

#[test]
fn the_text_format_is_refused_with_the_way_to_the_binary() {
    assert_eq!(misshapen(b" ;; mine\n(component)".to_vec()), ShapeError::Text);
}

#[test]
fn a_file_of_another_kind_is_refused_with_how_it_begins() {
    let error = misshapen(b"\x7fELF\x02\x01\x01\0".to_vec());

    assert_eq!(error, ShapeError::NotWasm { begins: "\"\\x7fELF\\x02\\x01\\x01\\x00\"".to_owned() });
}

#[test]
fn another_binary_format_is_refused_by_its_number() {
    assert_eq!(misshapen(b"\0asm\x0e\0\x01\0".to_vec()), ShapeError::UnknownFormat { found: 14 });
}

#[test]
fn one_byte_more_than_the_cap_is_refused_and_the_cap_itself_is_not() {
    let bytes = with_manifest(plain("check"), "check");
    let length = bytes.len() as u64;

    assert!(Bundle::from_bytes(bytes.clone(), Bytes(length)).is_ok());
    let error = Bundle::from_bytes(bytes, Bytes(length - 1)).unwrap_err();
    assert_eq!(error, BundleError::Shape(ShapeError::TooLarge { cap: Bytes(length - 1) }));
}

#[test]
fn a_file_larger_than_the_cap_is_refused_with_its_path() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), with_manifest(plain("check"), "check")).unwrap();

    let error = Bundle::open(file.path(), Bytes(100)).unwrap_err();

    let OpenError::Unfit { path, source } = error else { panic!("another error: {error}") };
    assert_eq!(path, file.path());
    assert_eq!(source, BundleError::Shape(ShapeError::TooLarge { cap: Bytes(100) }));
}

#[test]
fn a_component_cut_anywhere_is_never_a_bundle() {
    let whole = with_manifest(plain("check"), "check");
    for length in 0..whole.len() {
        refused(whole[..length].to_vec());
    }
}

#[test]
fn a_component_cut_within_a_section_is_called_truncated() {
    let mut cut = with_manifest(plain("check"), "check");
    cut.truncate(cut.len() - 10);

    assert_eq!(misshapen(cut.clone()), ShapeError::Truncated { length: cut.len() });
}

#[test]
fn a_component_that_exports_something_else_is_refused_with_what_it_exports() {
    let error = misshapen(component("check", &interface().replace("checker", "inspector"), LiftLowerAbi::Sync));

    assert!(error.to_string().contains("holdpoint:plugin/inspector@0.1.0"), "{error}");
}

#[test]
fn an_export_of_a_later_minor_version_is_refused_by_its_name() {
    let error = misshapen(component("check", &interface().replace("@0.1.0", "@0.2.0"), LiftLowerAbi::Sync));

    assert_eq!(error, ShapeError::UnknownVersion { name: "holdpoint:plugin/checker@0.2.0".to_owned() });
}

#[test]
fn a_later_patch_version_is_a_bundle() {
    let later = component("check", &interface().replace("@0.1.0", "@0.1.9"), LiftLowerAbi::Sync);

    let bundle = Bundle::from_bytes(with_manifest(later, "check"), CAP).unwrap();

    assert_eq!(bundle.shape.interface.to_string(), "0.1.9");
}

#[test]
fn an_import_that_is_not_offered_is_refused_by_its_name() {
    let error =
        misshapen(component("check", &interface().replace("import log", "import restorer"), LiftLowerAbi::Sync));

    assert_eq!(error, ShapeError::UnknownImport { name: "holdpoint:plugin/restorer@0.1.0".to_owned() });
}

#[test]
fn the_async_abi_is_refused_even_for_synchronous_functions() {
    let error = misshapen(component("check", &interface(), LiftLowerAbi::AsyncStackful));

    assert!(matches!(error, ShapeError::Async { .. }), "{error}");
}

#[test]
fn asynchronous_functions_are_refused() {
    let wit = interface().replace("run: func", "run: async func");

    let error = misshapen(component("check", &wit, LiftLowerAbi::Sync));

    assert!(matches!(error, ShapeError::Async { .. }), "{error}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let with_header = [b"\0asm\x0d\0\x01\0".as_slice(), &bytes].concat();
        let _ = Bundle::from_bytes(bytes, CAP);
        let _ = Bundle::from_bytes(with_header, CAP);
    }

    #[test]
    fn a_flipped_bit_is_answered_without_a_panic(at in 0..2_000_usize, bit in 0..8_u32) {
        let mut bytes = with_manifest(plain("check"), "check");
        let at = at % bytes.len();
        bytes[at] ^= 1_u8 << bit;
        let _ = Bundle::from_bytes(bytes, CAP);
    }
}
