//! `cargo xtask reference`: the interface's own documentation as one page, `sdk/REFERENCE.md`.
#![expect(clippy::wildcard_enum_match_arm, reason = "kinds of types that the interface does not have need no words")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wit_parser::{
    Case, EnumCase, Field, Function, Interface, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId, World,
    WorldItem, WorldKey,
};

use crate::step::{Places, say};

/// The page, from the repository's top.
const PAGE: &str = "sdk/REFERENCE.md";

/// The interfaces in the order in which they are read; any other comes after them.
const ORDER: [&str; 8] = ["types", "checker", "restorer", "shifter", "http", "net", "log", "clock"];

/// Writes the page.
///
/// # Errors
/// When the interface can't be read or the page can't be written.
pub(crate) fn reference(places: &Places) -> Result<()> {
    let page = page(&places.root)?;
    fs::write(places.root.join(PAGE), page).with_context(|| format!("could not write {PAGE}"))?;
    say(&format!("{PAGE} says what wit/holdpoint says"));
    Ok(())
}

fn page(root: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root.join("wit/holdpoint")).context("could not read wit/holdpoint")?;
    let package = &resolve.packages[package];
    let mut out = format!(
        "# The plugin interface\n\n`{}`, as the files in `wit/holdpoint` describe it. This page is made of their comments by \
         `cargo xtask reference`; each SDK has the same things in its language's own words.\n",
        package.name
    );
    for world in package.worlds.values() {
        world_section(&mut out, &resolve, &resolve.worlds[*world])?;
    }
    let mut interfaces: Vec<(&String, &InterfaceId)> = package.interfaces.iter().collect();
    interfaces.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    for (name, id) in interfaces {
        interface_section(&mut out, &resolve, (name, &resolve.interfaces[*id]))?;
    }
    Ok(out)
}

fn world_section(out: &mut String, resolve: &Resolve, world: &World) -> Result<()> {
    writeln!(out, "\n## World `{}`\n\n{}\n", world.name, docs(world.docs.contents.as_ref()))?;
    let named = |key: &WorldKey| match key {
        WorldKey::Name(name) => name.clone(),
        WorldKey::Interface(id) => resolve.interfaces[*id].name.clone().unwrap_or_default(),
    };
    let listed = |(key, item): (&WorldKey, &WorldItem)| match item {
        WorldItem::Interface { .. } => Some(format!("[`{0}`](#interface-{0})", named(key))),
        WorldItem::Function(function) => Some(format!("`{}`", signature(resolve, function))),
        WorldItem::Type { .. } => None,
    };
    let imports: Vec<String> = world.imports.iter().filter_map(listed).collect();
    let exports: Vec<String> = world.exports.iter().filter_map(listed).collect();
    writeln!(out, "Imports {}. Exports {}.", imports.join(", "), exports.join(", "))?;
    Ok(())
}

fn interface_section(out: &mut String, resolve: &Resolve, (name, interface): (&str, &Interface)) -> Result<()> {
    writeln!(out, "\n## Interface `{name}`\n\n{}", docs(interface.docs.contents.as_ref()))?;
    for (name, id) in &interface.types {
        type_section(out, resolve, (name, &resolve.types[*id]))?;
    }
    for function in interface.functions.values() {
        writeln!(out, "\n### `{}`\n\n{}", signature(resolve, function), docs(function.docs.contents.as_ref()))?;
    }
    Ok(())
}

fn type_section(out: &mut String, resolve: &Resolve, (name, defined): (&str, &TypeDef)) -> Result<()> {
    // What is used from another interface is described there.
    if let TypeDefKind::Type(Type::Id(other)) = defined.kind
        && resolve.types[other].name.as_deref() == Some(name)
    {
        return Ok(());
    }
    let (word, table) = match &defined.kind {
        TypeDefKind::Record(record) => ("record", fields(resolve, &record.fields)),
        TypeDefKind::Variant(variant) => ("variant", cases(resolve, &variant.cases)),
        TypeDefKind::Enum(list) => ("enum", words(&list.cases)),
        other => ("type", format!("`{}`\n", structure(resolve, other))),
    };
    writeln!(out, "\n### {word} `{name}`\n\n{}\n\n{table}", docs(defined.docs.contents.as_ref()))?;
    trim(out);
    Ok(())
}

/// One line end at the end.
fn trim(out: &mut String) {
    out.truncate(out.trim_end().len());
    out.push('\n');
}

fn fields(resolve: &Resolve, fields: &[Field]) -> String {
    let line = |field: &Field| {
        let docs = in_a_cell(field.docs.contents.as_ref());
        format!("| `{}` | `{}` | {docs} |\n", field.name, reference_to(resolve, &field.ty))
    };
    format!("| field | type | |\n|---|---|---|\n{}", fields.iter().map(line).collect::<String>())
}

fn cases(resolve: &Resolve, cases: &[Case]) -> String {
    let line = |case: &Case| {
        let holds = case.ty.as_ref().map(|ty| format!("`{}`", reference_to(resolve, ty))).unwrap_or_default();
        format!("| `{}` | {holds} | {} |\n", case.name, in_a_cell(case.docs.contents.as_ref()))
    };
    format!("| case | holds | |\n|---|---|---|\n{}", cases.iter().map(line).collect::<String>())
}

fn words(cases: &[EnumCase]) -> String {
    let line = |case: &EnumCase| format!("| `{}` | {} |\n", case.name, in_a_cell(case.docs.contents.as_ref()));
    format!("| case | |\n|---|---|\n{}", cases.iter().map(line).collect::<String>())
}

fn docs(text: Option<&String>) -> String {
    text.map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn in_a_cell(text: Option<&String>) -> String {
    docs(text).replace('\n', " ").replace('|', "\\|")
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let parameters = function.params.iter().map(|it| format!("{}: {}", it.name, reference_to(resolve, &it.ty)));
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    let result = function.result.as_ref().map(|ty| format!(" -> {}", reference_to(resolve, ty))).unwrap_or_default();
    format!("{}: func({parameters}){result}", function.name)
}

fn reference_to(resolve: &Resolve, used: &Type) -> String {
    match used {
        Type::Id(id) => named(resolve, *id),
        plain => format!("{plain:?}").to_lowercase(),
    }
}

fn named(resolve: &Resolve, id: TypeId) -> String {
    let defined = &resolve.types[id];
    defined.name.clone().unwrap_or_else(|| structure(resolve, &defined.kind))
}

fn structure(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let side = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| reference_to(resolve, ty));
    match kind {
        TypeDefKind::Option(ty) => format!("option<{}>", reference_to(resolve, ty)),
        TypeDefKind::List(ty) => format!("list<{}>", reference_to(resolve, ty)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", side(&result.ok), side(&result.err)),
        TypeDefKind::Tuple(tuple) => {
            let types: Vec<String> = tuple.types.iter().map(|ty| reference_to(resolve, ty)).collect();
            format!("tuple<{}>", types.join(", "))
        }
        TypeDefKind::Type(ty) => reference_to(resolve, ty),
        other => other.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    #[test]
    fn the_committed_page_says_what_the_interface_says() {
        let committed = fs::read_to_string(root().join(PAGE)).unwrap_or_default();

        assert_eq!(committed, page(&root()).unwrap(), "{PAGE} lags behind wit/holdpoint: run `cargo xtask reference`");
    }

    #[test]
    fn every_field_case_and_function_is_on_the_page_with_its_words() {
        let page = page(&root()).unwrap();

        for wanted in [
            "| `previous-version` | `option<string>` | The version that ran before, if it is known. |",
            "| `no-data` |  | The provider answered, and had nothing. |",
            "| `inconclusive` | It could not be found out. |",
            "### `send-all: func(requests: list<request>) -> list<result<answer, error>>`",
            "Exports [`restorer`](#interface-restorer).",
        ] {
            assert!(page.contains(wanted), "{wanted}");
        }
    }
}
