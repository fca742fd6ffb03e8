//! A walk over a component's sections: names of imports and exports, the manifest, signs of the async ABI.
//!
//! Core modules inside are stepped over, nested components are walked. Nothing is validated beyond what the walk
//! itself needs: the engine validates before it compiles.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the binary format's enums have many variants, of which a few matter"
)]

use wasmparser::{
    BinaryReaderError, CanonicalFunction, CanonicalOption, Chunk, ComponentDefinedType, ComponentType,
    ComponentTypeDeclaration, FromReader, InstanceTypeDeclaration, Parser, Payload, SectionLimited, WasmFeatures,
};

use crate::manifest::SECTION;
use crate::shape::ShapeError;

/// How deep components may be nested, and types within types. What tools build stays below ten.
const DEEPEST: usize = 32;

/// What was seen on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen<'a> {
    /// The component's own imports, in order.
    pub(crate) imports: Vec<&'a str>,
    /// The component's own exports, in order.
    pub(crate) exports: Vec<&'a str>,
    /// The contents of the manifest sections.
    pub(crate) manifests: Vec<&'a [u8]>,
    /// The first sign of the async ABI.
    pub(crate) asynchronous: Option<&'static str>,
}

/// Walks over a whole component.
pub(crate) fn walk(bytes: &[u8]) -> Result<Seen<'_>, ShapeError> {
    let mut seen = Seen::default();
    seen.component(bytes, 0, 0)?;
    Ok(seen)
}

impl<'a> Seen<'a> {
    /// Walks over one component, which begins at `start` of the file.
    fn component(&mut self, bytes: &'a [u8], start: usize, depth: usize) -> Result<(), ShapeError> {
        if depth > DEEPEST {
            return Err(ShapeError::Malformed { at: start, why: "components are nested too deep".to_owned() });
        }
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let chunk = parser.parse(rest, rest.is_empty()).map_err(|error| fault(start, &error))?;
            let (consumed, payload) = match chunk {
                Chunk::NeedMoreData(_) => return Err(ShapeError::Truncated { length: start + bytes.len() }),
                Chunk::Parsed { consumed, payload } => (consumed, payload),
            };
            at += consumed;
            match payload {
                Payload::End(_) => return Ok(()),
                Payload::ModuleSection { unchecked_range, .. } => {
                    inner(bytes, start, &unchecked_range)?;
                    at = unchecked_range.end;
                }
                Payload::ComponentSection { unchecked_range, .. } => {
                    let nested = inner(bytes, start, &unchecked_range)?;
                    self.component(nested, start + unchecked_range.start, depth + 1)?;
                    at = unchecked_range.end;
                }
                other => self.section(other, depth).map_err(|error| fault(start, &error))?,
            }
        }
    }

    fn section(&mut self, payload: Payload<'a>, depth: usize) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentImportSection(section) if depth == 0 => {
                each(section, |import| self.imports.push(import.name.name))
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                each(section, |export| self.exports.push(export.name.name))
            }
            Payload::CustomSection(section) if depth == 0 && section.name() == SECTION => {
                self.manifests.push(section.data());
                Ok(())
            }
            Payload::ComponentTypeSection(section) => each(section, |found| self.note(sign_in_type(&found, 0))),
            Payload::ComponentCanonicalSection(section) => each(section, |found| self.note(sign_in_function(&found))),
            _ => Ok(()),
        }
    }

    fn note(&mut self, sign: Option<&'static str>) {
        self.asynchronous = self.asynchronous.or(sign);
    }
}

fn each<'a, T: FromReader<'a>>(
    section: SectionLimited<'a, T>,
    mut take: impl FnMut(T),
) -> Result<(), BinaryReaderError> {
    for item in section {
        take(item?);
    }
    Ok(())
}

fn inner<'a>(bytes: &'a [u8], start: usize, range: &std::ops::Range<usize>) -> Result<&'a [u8], ShapeError> {
    bytes.get(range.clone()).ok_or(ShapeError::Truncated { length: start + bytes.len() })
}

fn fault(start: usize, error: &BinaryReaderError) -> ShapeError {
    ShapeError::Malformed { at: start + error.offset(), why: error.message().to_owned() }
}

fn sign_in_function(function: &CanonicalFunction) -> Option<&'static str> {
    let unusual = |options: &[CanonicalOption]| {
        options.iter().any(|option| matches!(option, CanonicalOption::Async | CanonicalOption::Callback(_)))
    };
    match function {
        CanonicalFunction::Lift { options, .. } => unusual(options).then_some("an export that is lifted with `async`"),
        CanonicalFunction::Lower { options, .. } => {
            unusual(options).then_some("an import that is lowered with `async`")
        }
        CanonicalFunction::ResourceNew { .. }
        | CanonicalFunction::ResourceDrop { .. }
        | CanonicalFunction::ResourceRep { .. } => None,
        _ => Some("a built-in for tasks, threads, streams or futures"),
    }
}

fn sign_in_type(found: &ComponentType<'_>, depth: usize) -> Option<&'static str> {
    if depth > DEEPEST {
        return None;
    }
    match found {
        ComponentType::Func(function) => function.async_.then_some("an `async func`"),
        ComponentType::Defined(ComponentDefinedType::Future(_) | ComponentDefinedType::Stream(_)) => {
            Some("a stream or a future")
        }
        ComponentType::Defined(_) | ComponentType::Resource { .. } => None,
        ComponentType::Component(declarations) => declarations.iter().find_map(|declaration| match declaration {
            ComponentTypeDeclaration::Type(inner) => sign_in_type(inner, depth + 1),
            _ => None,
        }),
        ComponentType::Instance(declarations) => declarations.iter().find_map(|declaration| match declaration {
            InstanceTypeDeclaration::Type(inner) => sign_in_type(inner, depth + 1),
            _ => None,
        }),
    }
}
