//! What authors of plugins type. Each help text is the program's documentation.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use holdpoint_author::{Language, template};
use holdpoint_core::manifest::PluginKind;
use holdpoint_core::time::Span;

use super::{Format, ReleaseFacts};

/// What a new project is.
pub(crate) const BEGINNING: &str = "A project has its manifest (plugin.toml: name, kind, what it asks for and why), the JSON Schema of its \
settings, its source, unit tests for the language's own test command, a README that travels inside the component, and, for \
a check, a fixture for `holdpoint test`. The plugin interface and the SDK are written to .holdpoint, from this program: a \
project needs no registry for them, and `holdpoint build` keeps them up to date.";

/// What a build is.
pub(crate) const BUILDING: &str = "The component is written to build/NAME.wasm, whole or not at all: compiled, made a component, given its \
manifest, and looked at as a host would before it loads it. Tools are looked for in the project (node_modules, .venv), in the \
tools folder, and on the PATH; what is missing is told with the one command that gets it.

Exit codes: 0 it is built, 2 something is wrong with the project or its tools.";

/// What a test is.
pub(crate) const TESTING: &str = "A fixture is a JSON file: settings, the answers to the requests that the plugin makes, and in \
\"expect\" what must come of it; what is not named there is not compared. Everything behind the sandbox's gate is the \
fixture's, the clock too, and what it does not answer is denied. Whatever the plugin's manifest asks for is granted on the \
fixture's endpoints, and nothing else. `holdpoint try --record FILE` makes a fixture of a call to the real world.

Exit codes: 0 everything came as expected, 2 something did not, or a fixture is wrong.";

/// What a try is.
pub(crate) const TRYING: &str = "The call is made under a plan of its own, of the flags here, and everything that holds for plans holds \
for it: without a grant nothing is reached, and what is denied is told with the flag that would allow it. An endpoint may \
resolve to public addresses, and to the address that its URL spells out; --address allows more. Settings are JSON where they can be, else \
texts: --set expect.status=204 --set url=endpoint:shop/health.

Exit codes: 0 pass or warn, 1 fail, 3 inconclusive, error or timeout, 2 the call could not be made.";

/// What a bench is.
pub(crate) const MEASURING: &str = "Calls are made in the real sandbox with a fixture in the place of the world, so that nothing is measured \
but the plugin and its host. Loading is measured without anything compiled before, and again from what that left behind. \
--beside runs a program that does the same, a whole process each time, and tells how much longer it takes.";

#[derive(Debug, Args)]
pub(crate) struct New {
    /// What kind of plugin
    #[arg(value_parser = kind())]
    pub(crate) kind: PluginKind,

    /// Its name: kebab-case, beginning with a letter
    pub(crate) name: String,

    /// The language that it is written in
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = language())]
    pub(crate) language: Language,

    /// Where to put the project [default: a folder of its name]
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

fn kind() -> impl TypedValueParser<Value = PluginKind> {
    let words = PossibleValuesParser::new(template::KINDS.map(|(word, _)| word));
    words.try_map(|word| {
        let found = template::KINDS.into_iter().find(|(known, _)| *known == word);
        found.map(|(_, kind)| kind).ok_or("not a kind of plugin")
    })
}

fn language() -> impl TypedValueParser<Value = Language> {
    let words = PossibleValuesParser::new(Language::ALL.map(Language::word));
    words.try_map(|word| Language::of_word(&word).ok_or("not a language that plugins are written in"))
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    /// The project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,

    /// Get the language's tools into the tools folder first, where they are missing
    #[arg(long)]
    pub(crate) install: bool,

    /// Where installed tools are kept [default: `tools` in the user's cache folder]
    #[arg(long, env = "HOLDPOINT_TOOLS", value_name = "DIR")]
    pub(crate) tools: Option<PathBuf>,

    /// How to tell what was built
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The project's folder, which is built first, or a component (.wasm)
    #[arg(default_value = ".", value_name = "DIR|PLUGIN")]
    pub(crate) plugin: PathBuf,

    /// A fixture, or a folder of them [default: the folder `fixtures` of the project, or beside the component]. Repeatable
    #[arg(long, value_name = "PATH")]
    pub(crate) fixtures: Vec<PathBuf>,

    /// Only fixtures whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    /// Write what came into the fixtures that expected something else, or nothing
    #[arg(long)]
    pub(crate) bless: bool,

    /// Build and test again whenever a source or a fixture changes; Ctrl-C ends it
    #[arg(long)]
    pub(crate) watch: bool,

    /// Where the tools that build plugins are kept [default: `tools` in the user's cache folder]
    #[arg(long, env = "HOLDPOINT_TOOLS", value_name = "DIR")]
    pub(crate) tools: Option<PathBuf>,

    /// Write what came as JUnit here
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Where compiled plugins are kept [default: the user's cache folder]
    #[arg(long, env = "HOLDPOINT_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// How to tell what came: text for people, json for one object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Try {
    /// The project's folder, which is built first, or a component (.wasm)
    #[arg(default_value = ".", value_name = "DIR|PLUGIN")]
    pub(crate) plugin: PathBuf,

    /// A setting; dotted keys nest. Repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,

    /// A JSON file with settings, which --set goes over
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,

    /// An endpoint. Repeatable
    #[arg(long, value_name = "NAME=URL")]
    pub(crate) endpoint: Vec<String>,

    /// A further address that an endpoint may resolve to: `public`, `private`, an address or a network. Repeatable
    #[arg(long, value_name = "NAME=RULE")]
    pub(crate) address: Vec<String>,

    /// What the check may do: 'http GET,POST endpoint:shop/api/**' or 'net resolve endpoint:cache'. Repeatable
    #[arg(long, value_name = "GRANT")]
    pub(crate) grant: Vec<String>,

    /// A secret from an environment variable, put in where settings say {{secret:NAME}}, or into a header with
    /// NAME=VARIABLE@ENDPOINT:HEADER=TEXT, where {} in the text is the value. Repeatable
    #[arg(long, value_name = "NAME=VARIABLE@ENDPOINT")]
    pub(crate) secret: Vec<String>,

    /// A file with further lines of a plan: endpoints, secrets, grants
    #[arg(long, value_name = "FILE")]
    pub(crate) with: Option<PathBuf>,

    /// Where the tools that build plugins are kept [default: `tools` in the user's cache folder]
    #[arg(long, env = "HOLDPOINT_TOOLS", value_name = "DIR")]
    pub(crate) tools: Option<PathBuf>,

    /// Write what was asked and answered as a fixture for `holdpoint test`
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// The host's policy, which no grant may go beyond [default: the built-in one]
    #[arg(long, env = "HOLDPOINT_POLICY", value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Where compiled plugins are kept [default: the user's cache folder]
    #[arg(long, env = "HOLDPOINT_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// How to tell what came: text for people, json for one object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) release: ReleaseFacts,
}

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The project's folder, which is built first, or a component (.wasm)
    #[arg(default_value = ".", value_name = "DIR|PLUGIN")]
    pub(crate) plugin: PathBuf,

    /// What the call is given, sees and comes to [default: the first of the project's fixtures]
    #[arg(long, value_name = "FILE")]
    pub(crate) fixture: Option<PathBuf>,

    /// How long to measure calls one by one, and again side by side
    #[arg(long = "for", value_name = "SPAN", default_value = "3s", value_parser = some_time)]
    pub(crate) span: Span,

    /// How many calls to keep going side by side [default: as many as there are processors]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Where the tools that build plugins are kept [default: `tools` in the user's cache folder]
    #[arg(long, env = "HOLDPOINT_TOOLS", value_name = "DIR")]
    pub(crate) tools: Option<PathBuf>,

    /// A command that does the same as a process of its own, for the shell
    #[arg(long, value_name = "COMMAND")]
    pub(crate) beside: Option<String>,

    /// How to tell what was measured: text for people, json for one object
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// A span that is not zero: in no time nothing can be measured.
fn some_time(text: &str) -> Result<Span, String> {
    match Span::parse(text).map_err(|error| error.to_string())? {
        Span::ZERO => Err("in no time nothing can be measured".to_owned()),
        span => Ok(span),
    }
}
