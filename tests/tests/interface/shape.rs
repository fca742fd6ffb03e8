//! The shape of an interface: everything that a built plugin depends on, each thing as a text that can be compared.
#![expect(clippy::wildcard_enum_match_arm, reason = "kinds of types that the interface does not have need no words")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wit_parser::{
    Function, Handle, InterfaceId, PackageId, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldItem, WorldKey,
};

/// What stands in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The package's version.
    pub(crate) version: String,
    /// Types and functions by their interface and name, and what worlds import and export.
    pub(crate) things: BTreeMap<String, String>,
    /// The interfaces that some world exports: what plugins implement.
    pub(crate) exported: BTreeSet<String>,
}

impl Shape {
    /// Of a folder of WIT files.
    pub(crate) fn of_folder(folder: &Path) -> Self {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder).unwrap_or_else(|error| panic!("{}: {error:#}", folder.display()));
        Self::of(&resolve, package)
    }

    /// Of one text.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut resolve = Resolve::default();
        let package = resolve.push_str("test.wit", text).unwrap_or_else(|error| panic!("{error:#}\n{text}"));
        Self::of(&resolve, package)
    }

    fn of(resolve: &Resolve, package: PackageId) -> Self {
        let package = &resolve.packages[package];
        let version = package.name.version.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut shape = Self { version, things: BTreeMap::new(), exported: BTreeSet::new() };
        for (name, id) in &package.interfaces {
            shape.add_interface(resolve, name, *id);
        }
        for (name, id) in &package.worlds {
            let world = &resolve.worlds[*id];
            shape.things.insert(format!("world {name}"), "world".to_owned());
            for (key, item) in &world.imports {
                shape.things.insert(format!("world {name} import {}", named(resolve, key)), item_text(resolve, item));
            }
            for (key, item) in &world.exports {
                let key = named(resolve, key);
                shape.things.insert(format!("world {name} export {key}"), item_text(resolve, item));
                shape.exported.insert(key);
            }
        }
        shape
    }

    fn add_interface(&mut self, resolve: &Resolve, name: &str, id: InterfaceId) {
        let interface = &resolve.interfaces[id];
        self.things.insert(format!("interface {name}"), "interface".to_owned());
        for (own, id) in &interface.types {
            self.things.insert(format!("type {name}.{own}"), definition(resolve, &resolve.types[*id]));
        }
        for (own, function) in &interface.functions {
            self.things.insert(format!("function {name}.{own}"), signature(resolve, function));
        }
    }
}

fn named(resolve: &Resolve, key: &WorldKey) -> String {
    match key {
        WorldKey::Name(name) => name.clone(),
        WorldKey::Interface(id) => resolve.interfaces[*id].name.clone().unwrap_or_default(),
    }
}

fn item_text(resolve: &Resolve, item: &WorldItem) -> String {
    match item {
        WorldItem::Interface { .. } => "interface".to_owned(),
        WorldItem::Function(function) => signature(resolve, function),
        WorldItem::Type { .. } => "type".to_owned(),
    }
}

fn signature(resolve: &Resolve, function: &Function) -> String {
    let parameters = function.params.iter().map(|it| format!("{}: {}", it.name, reference(resolve, &it.ty)));
    let result = function.result.as_ref().map(|it| format!(" -> {}", reference(resolve, it))).unwrap_or_default();
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    format!("{:?} ({parameters}){result}", function.kind)
}

/// A type where it is defined.
fn definition(resolve: &Resolve, defined: &TypeDef) -> String {
    match &defined.kind {
        TypeDefKind::Record(record) => {
            let fields = record.fields.iter().map(|it| format!("{}: {}", it.name, reference(resolve, &it.ty)));
            format!("record {{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Variant(variant) => {
            let case =
                |ty: &Option<Type>| ty.as_ref().map(|ty| format!("({})", reference(resolve, ty))).unwrap_or_default();
            let cases = variant.cases.iter().map(|it| format!("{}{}", it.name, case(&it.ty)));
            format!("variant {{ {} }}", cases.collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Enum(list) => {
            let cases: Vec<&str> = list.cases.iter().map(|it| it.name.as_str()).collect();
            format!("enum {{ {} }}", cases.join(", "))
        }
        TypeDefKind::Flags(list) => {
            let flags: Vec<&str> = list.flags.iter().map(|it| it.name.as_str()).collect();
            format!("flags {{ {} }}", flags.join(", "))
        }
        other => structure(resolve, other),
    }
}

/// A type where it is used: by its name, where it has one.
fn reference(resolve: &Resolve, used: &Type) -> String {
    match used {
        Type::Id(id) => of_id(resolve, *id),
        plain => format!("{plain:?}").to_lowercase(),
    }
}

fn of_id(resolve: &Resolve, id: TypeId) -> String {
    let defined = &resolve.types[id];
    match (&defined.name, &defined.kind) {
        // What is used from another interface is that interface's.
        (Some(_), TypeDefKind::Type(Type::Id(other))) if resolve.types[*other].name == defined.name => {
            of_id(resolve, *other)
        }
        (Some(name), _) => name.clone(),
        (None, kind) => structure(resolve, kind),
    }
}

fn structure(resolve: &Resolve, kind: &TypeDefKind) -> String {
    let side = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| reference(resolve, ty));
    match kind {
        TypeDefKind::Option(ty) => format!("option<{}>", reference(resolve, ty)),
        TypeDefKind::List(ty) => format!("list<{}>", reference(resolve, ty)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", side(&result.ok), side(&result.err)),
        TypeDefKind::Tuple(tuple) => {
            let types = tuple.types.iter().map(|ty| reference(resolve, ty));
            format!("tuple<{}>", types.collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Type(ty) => reference(resolve, ty),
        TypeDefKind::Handle(Handle::Own(id)) => format!("own<{}>", of_id(resolve, *id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", of_id(resolve, *id)),
        other => format!("{other:?}"),
    }
}
