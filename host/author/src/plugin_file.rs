//! `plugin.toml`: what a plugin is called, which kind it is, what it asks for and why, and how it is built.

use std::collections::BTreeSet;
use std::path::Path;

use holdpoint_core::manifest::{PluginKind, Request};
use holdpoint_core::name::PluginName;
use holdpoint_core::plan::grant::{Method, NetOperation};
use semver::Version;
use toml::de::DeTable;

use crate::language::Language;
use crate::problem::Problem;
use crate::reader::{Placed, Reader, Section};
use crate::suggest::{did_you_mean, either};
use crate::template::KINDS;

const KEYS: [&str; 8] = ["name", "version", "kind", "summary", "license", "requests", "limits", "build"];

/// What a `plugin.toml` says.
#[derive(Debug, Clone)]
pub(crate) struct PluginFile {
    pub(crate) name: PluginName,
    pub(crate) version: Option<Version>,
    pub(crate) kind: PluginKind,
    pub(crate) summary: String,
    pub(crate) license: Option<String>,
    pub(crate) requests: Vec<Request>,
    /// In bytes, when the host's default is not enough.
    pub(crate) memory: Option<u64>,
    pub(crate) language: Option<Language>,
    /// The file to compile, where the language needs to be told.
    pub(crate) source: Option<String>,
}

/// Reads the text of a `plugin.toml`; what is wrong with it is added to the problems.
pub(crate) fn read(file: &Path, text: &str, problems: &mut Vec<Problem>) -> Option<PluginFile> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader { file, text, problems: Vec::new() };
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        reader.error(at, format!("this is not TOML: {}", error.message()));
    }
    // What could not be parsed may hide keys: without this, each would be told as missing too.
    let read = errors.is_empty().then(|| whole(&mut reader, table.get_ref())).flatten();
    let good = reader.problems.is_empty();
    reader.problems.sort_by_key(|problem| problem.place);
    problems.append(&mut reader.problems);
    read.filter(|_| good)
}

fn whole<'a>(reader: &mut Reader<'a>, table: &'a DeTable<'a>) -> Option<PluginFile> {
    let file = reader.whole(table, &KEYS);
    let name = reader.needed_text(file, "name");
    let name = name.and_then(|name| checked(reader, &name, PluginName::parse));
    let version = reader.text(file, "version");
    let version = version.and_then(|version| {
        checked(reader, &version, |text| Version::parse(text).map_err(|why| format!("{text:?} is no version: {why}")))
    });
    let kind = reader.needed_text(file, "kind").and_then(|word| word_of(reader, &word, &KINDS));
    let summary = reader.needed_text(file, "summary").map(|summary| summary.value);
    let license = reader.text(file, "license").map(|license| license.value);
    let requests = reader.sections(file, "requests", "a request");
    let requests = requests.into_iter().filter_map(|section| request(reader, section)).collect();
    let memory = reader.section(file, "limits", &["memory"]).and_then(|limits| reader.count(limits, "memory"));
    let build = reader.section(file, "build", &["language", "source"]);
    let language = build.and_then(|build| {
        let word = reader.needed_text(build, "language")?;
        word_of(reader, &word, &Language::ALL.map(|language| (language.word(), language)))
    });
    let source = build.and_then(|build| inside(reader, build));
    Some(PluginFile {
        name: name?,
        version,
        kind: kind?,
        summary: summary?,
        license,
        requests,
        memory,
        language,
        source,
    })
}

fn request<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Option<Request> {
    let import = reader.needed_text(section, "import")?;
    match import.value.as_str() {
        "http" => {
            reader.refuse_others(section, &["import", "methods", "why"]);
            let methods = reader.needed_texts(section, "methods");
            let methods: BTreeSet<Method> =
                methods.iter().filter_map(|method| checked(reader, method, Method::parse)).collect();
            let why = reader.needed_text(section, "why")?.value;
            Some(Request::Http { methods, why })
        }
        "net" => {
            reader.refuse_others(section, &["import", "operations", "why"]);
            let operations = reader.needed_texts(section, "operations");
            let operations: BTreeSet<NetOperation> =
                operations.iter().filter_map(|word| word_of(reader, word, &NetOperation::ALL)).collect();
            let why = reader.needed_text(section, "why")?.value;
            Some(Request::Net { operations, why })
        }
        other => {
            reader.error(import.at, format!("{other:?} is no import; a request is for \"http\" or \"net\""));
            None
        }
    }
}

/// Reads the source's path, which may not lead out of the project.
fn inside<'a>(reader: &mut Reader<'a>, build: Section<'a>) -> Option<String> {
    let source = reader.text(build, "source")?;
    let plain = |part| matches!(part, std::path::Component::Normal(_));
    if source.value.is_empty() || !Path::new(&source.value).components().all(plain) {
        reader.error(source.at, format!("{:?} is not the path of a file below the project's folder", source.value));
        return None;
    }
    Some(source.value)
}

fn checked<T, E: ToString>(
    reader: &mut Reader<'_>,
    text: &Placed<String>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    parse(&text.value).map_err(|why| reader.error(text.at, why.to_string())).ok()
}

fn word_of<T: Copy>(reader: &mut Reader<'_>, word: &Placed<String>, known: &[(&str, T)]) -> Option<T> {
    let found = known.iter().find(|(name, _)| *name == word.value).map(|(_, value)| *value);
    if found.is_none() {
        let names = || known.iter().map(|(name, _)| *name);
        let near = did_you_mean(&word.value, names());
        reader.error(word.at, format!("{:?} is none of {}{near}", word.value, either(names())));
    }
    found
}
