//! The release's facts, gathered from flags, environment variables, a release file and the plan.

use std::collections::BTreeMap;

use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::text::visible;

use crate::form::{Section as _, Text};
use crate::problem::{Code, Gravity, Problem, sort};
use crate::raw::release::Release as Raw;
use crate::reader::{Placed, Reader};
use crate::source::Source;
use crate::suggest::{did_you_mean, either, nearest};
use crate::syntax;
use crate::word::{change_kind, strategy};

/// One fact of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The service that was deployed. Needed.
    Service,
    /// The environment that it was deployed to. Needed.
    Environment,
    /// The version that was deployed. Needed.
    Version,
    /// The version that ran before.
    PreviousVersion,
    /// The artifact as a package URL with a digest.
    Artifact,
    /// The source revision.
    Revision,
    /// What kind of change it is.
    Change,
    /// How it was rolled out.
    Strategy,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Self; 8] = [
        Self::Service,
        Self::Environment,
        Self::Version,
        Self::PreviousVersion,
        Self::Artifact,
        Self::Revision,
        Self::Change,
        Self::Strategy,
    ];

    /// Its key in a release file and in the plan's `[release]`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Environment => "environment",
            Self::Version => "version",
            Self::PreviousVersion => "previous-version",
            Self::Artifact => "artifact",
            Self::Revision => "revision",
            Self::Change => "change",
            Self::Strategy => "strategy",
        }
    }

    /// Its flag. That of the version is longer than its key: `--version` asks a program for its own.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Service => "--service",
            Self::Environment => "--environment",
            Self::Version => "--release-version",
            Self::PreviousVersion => "--previous-version",
            Self::Artifact => "--artifact",
            Self::Revision => "--revision",
            Self::Change => "--change",
            Self::Strategy => "--strategy",
        }
    }

    /// Its environment variable.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Service => "HOLDPOINT_SERVICE",
            Self::Environment => "HOLDPOINT_ENVIRONMENT",
            Self::Version => "HOLDPOINT_VERSION",
            Self::PreviousVersion => "HOLDPOINT_PREVIOUS_VERSION",
            Self::Artifact => "HOLDPOINT_ARTIFACT",
            Self::Revision => "HOLDPOINT_REVISION",
            Self::Change => "HOLDPOINT_CHANGE",
            Self::Strategy => "HOLDPOINT_STRATEGY",
        }
    }
}

/// What one source says of the release.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layer {
    /// The facts.
    pub facts: BTreeMap<Fact, String>,
    /// Other facts.
    pub labels: BTreeMap<String, String>,
}

impl Layer {
    /// What the environment variables say. An empty variable says nothing.
    pub fn of_variables(variables: &BTreeMap<String, String>) -> Self {
        let said = Fact::ALL.into_iter().filter_map(|fact| {
            let value = variables.get(fact.variable()).filter(|value| !value.is_empty())?;
            Some((fact, value.clone()))
        });
        Self { facts: said.collect(), labels: BTreeMap::new() }
    }

    /// Reads a release file: JSON when it begins with a brace, else TOML.
    pub fn read(text: &str) -> (Self, Vec<Problem>) {
        let source = Source::new(text);
        let json = text.trim_start().starts_with('{');
        let (tree, mut problems) = if json { syntax::json(text, &source) } else { syntax::toml(text, &source) };
        let mut reader = Reader::new(&source);
        let raw = Raw::read(&tree, "the release", &mut reader);
        problems.append(&mut reader.problems);
        sort(&mut problems);
        (Self::of_plan(&raw), problems)
    }

    /// What a plan's `[release]` says.
    pub(crate) fn of_plan(raw: &Raw) -> Self {
        let text = |text: &Option<Placed<Text>>| text.as_ref().map(|text| text.value.0.clone());
        let change = raw.change.as_ref().map(|change| word(&ChangeKind::ALL, change.value));
        let strategy = raw.strategy.as_ref().map(|strategy| word(&Strategy::ALL, strategy.value));
        let said = [
            (Fact::Service, text(&raw.service)),
            (Fact::Environment, text(&raw.environment)),
            (Fact::Version, text(&raw.version)),
            (Fact::PreviousVersion, text(&raw.previous_version)),
            (Fact::Artifact, text(&raw.artifact)),
            (Fact::Revision, text(&raw.revision)),
            (Fact::Change, change),
            (Fact::Strategy, strategy),
        ];
        Self {
            facts: said.into_iter().filter_map(|(fact, value)| Some((fact, value?))).collect(),
            labels: raw.labels.as_ref().map(|labels| labels.value.0.clone()).unwrap_or_default(),
        }
    }
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], value: T) -> String {
    all.iter().find(|(_, known)| *known == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

/// Notes variables that are probably misspelt: `HOLDPOINT_VERISON`. Warnings, without a place.
pub fn misspelt<'a>(variables: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
    let unknown = variables.into_iter().filter(|name| Fact::ALL.iter().all(|fact| fact.variable() != *name));
    let near = unknown.filter_map(|name| {
        let key = name.strip_prefix("HOLDPOINT_")?.to_lowercase().replace('_', "-");
        let meant = nearest(&key, Fact::ALL.map(Fact::key))?;
        let fact = Fact::ALL.into_iter().find(|fact| fact.key() == meant)?;
        let what = format!("{} says nothing; did you mean {}?", visible(name), fact.variable());
        Some(Problem { gravity: Gravity::Warning, ..Problem::nowhere(Code::Release, what) })
    });
    near.collect()
}

/// Everything that says something of the release. The earlier goes before the later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources {
    /// The flags.
    pub flags: Layer,
    /// The environment variables.
    pub variables: Layer,
    /// The release file.
    pub file: Layer,
    /// The plan's `[release]`.
    pub plan: Layer,
}

/// What was gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// The release, when nothing that is needed is missing or wrong.
    pub release: Option<Release>,
    /// The environment, when it is known, even without the rest.
    pub environment: Option<String>,
    /// What is missing or wrong. These problems have no place.
    pub problems: Vec<Problem>,
}

impl Sources {
    /// Puts the sources over each other.
    pub fn gather(&self) -> Gathered {
        let mut problems = Vec::new();
        let mut facts = BTreeMap::new();
        for fact in Fact::ALL {
            if let Some((value, whence)) = self.said(fact) {
                check(value, &whence, &mut problems);
                facts.insert(fact, value.to_owned());
            }
        }
        let mut need = |fact: Fact| {
            let found = facts.get(&fact).cloned();
            if found.is_none() {
                problems.push(missing(fact));
            }
            found.unwrap_or_default()
        };
        let (service, environment, version) = (need(Fact::Service), need(Fact::Environment), need(Fact::Version));
        let change = self.choice(Fact::Change, change_kind, &ChangeKind::ALL.map(|(word, _)| word), &mut problems);
        let strategy = self.choice(Fact::Strategy, strategy, &Strategy::ALL.map(|(word, _)| word), &mut problems);
        let release = Release {
            service,
            environment,
            version,
            previous_version: facts.get(&Fact::PreviousVersion).cloned(),
            artifact: facts.get(&Fact::Artifact).cloned(),
            revision: facts.get(&Fact::Revision).cloned(),
            change: change.unwrap_or(ChangeKind::Feature),
            strategy: strategy.unwrap_or(Strategy::Rolling),
            labels: self.labels(),
        };
        let environment = facts.get(&Fact::Environment).cloned();
        Gathered { release: problems.is_empty().then_some(release), environment, problems }
    }

    /// What the first source that knows a fact says of it, and which source that is.
    fn said(&self, fact: Fact) -> Option<(&str, String)> {
        let sources = [
            (&self.flags, fact.flag().to_owned()),
            (&self.variables, fact.variable().to_owned()),
            (&self.file, format!("{:?} of the release file", fact.key())),
            (&self.plan, format!("{:?} of the plan's [release]", fact.key())),
        ];
        sources.into_iter().find_map(|(layer, whence)| Some((layer.facts.get(&fact)?.as_str(), whence)))
    }

    fn choice<T>(
        &self,
        fact: Fact,
        parse: fn(&str) -> Option<T>,
        words: &[&'static str],
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        let (value, whence) = self.said(fact)?;
        let choice = parse(value);
        if choice.is_none() {
            let meant = did_you_mean(value, words.iter().copied());
            let problem = Problem::nowhere(Code::Release, format!("{whence} can't be {value:?}{meant}"));
            problems.push(problem.cured_by(format!("it is {}", either(words.iter().copied()))));
        }
        choice
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for layer in [&self.plan, &self.file, &self.variables, &self.flags] {
            labels.extend(layer.labels.clone());
        }
        labels
    }
}

fn check(value: &str, whence: &str, problems: &mut Vec<Problem>) {
    if value.trim().is_empty() {
        problems.push(Problem::nowhere(Code::Release, format!("{whence} is empty")));
    }
    let shown = visible(value);
    if shown != value {
        let what = format!("{whence} holds characters that can't be seen: \"{shown}\"");
        problems.push(Problem::nowhere(Code::Release, what));
    }
}

fn missing(fact: Fact) -> Problem {
    let key = fact.key();
    let problem = Problem::nowhere(Code::MissingFact, format!("the release's {key} is not known"));
    problem.cured_by(format!(
        "give {}, set {}, or write {key} in a release file or in the plan's [release]",
        fact.flag(),
        fact.variable()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(facts: &[(Fact, &str)]) -> Layer {
        let facts = facts.iter().map(|(fact, value)| (*fact, (*value).to_owned())).collect();
        Layer { facts, labels: BTreeMap::new() }
    }

    fn told(sources: &Sources) -> Vec<String> {
        sources.gather().problems.iter().map(|problem| problem.render("")).collect()
    }

    #[test]
    fn a_flag_goes_before_a_variable_before_a_file_before_the_plan() {
        let all = [Fact::Service, Fact::Environment, Fact::Version, Fact::Revision];
        let whole = |value| layer(&all.map(|fact| (fact, value)));
        let sources = Sources {
            flags: layer(&[(Fact::Version, "flag")]),
            variables: layer(&[(Fact::Version, "variable"), (Fact::Environment, "variable")]),
            file: layer(&[(Fact::Version, "file"), (Fact::Environment, "file"), (Fact::Service, "file")]),
            plan: whole("plan"),
        };

        let release = sources.gather().release.unwrap();

        assert_eq!(
            [&*release.version, &*release.environment, &*release.service, release.revision.as_deref().unwrap()],
            ["flag", "variable", "file", "plan"]
        );
        assert_eq!((release.change, release.strategy), (ChangeKind::Feature, Strategy::Rolling));
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once_with_the_ways_to_give_it() {
        let told = told(&Sources::default());

        assert_eq!(told.len(), 3);
        assert_eq!(
            told[2],
            "error: the release's version is not known\n  hint: give --release-version, set HOLDPOINT_VERSION, \
             or write version in a release file or in the plan's [release]"
        );
    }

    #[test]
    fn a_wrong_choice_is_told_with_where_it_came_from() {
        let sources = Sources { variables: layer(&[(Fact::Change, "featur")]), ..Sources::default() };

        assert!(
            told(&sources)[3].starts_with("error: HOLDPOINT_CHANGE can't be \"featur\"; did you mean \"feature\"?")
        );
    }

    #[test]
    fn an_empty_variable_says_nothing_and_an_empty_flag_is_refused() {
        let variables = BTreeMap::from([("HOLDPOINT_VERSION".to_owned(), String::new())]);
        assert_eq!(Layer::of_variables(&variables), Layer::default());

        let sources = Sources { flags: layer(&[(Fact::Version, "")]), ..Sources::default() };
        assert!(told(&sources).contains(&"error: --release-version is empty".to_owned()));
    }

    #[test]
    fn a_misspelt_variable_is_told_and_the_programs_other_variables_are_not() {
        let names =
            ["HOLDPOINT_VERISON", "HOLDPOINT_VERSION", "HOLDPOINT_STORE", "HOLDPOINT_CACHE", "HOLDPOINT_POLICY"];

        let told: Vec<String> = misspelt(names).iter().map(|problem| problem.render("")).collect();

        assert_eq!(told, ["warning: HOLDPOINT_VERISON says nothing; did you mean HOLDPOINT_VERSION?"]);
    }

    #[test]
    fn a_release_file_is_toml_or_json_and_says_the_same() {
        let (toml, none) = Layer::read("version = \"1.5.0\"\n[labels]\nteam = \"shop\"\n");
        let (json, nor) = Layer::read("{\"version\": \"1.5.0\", \"labels\": {\"team\": \"shop\"}}");

        assert_eq!((none.len(), nor.len()), (0, 0));
        assert_eq!(toml, json);
        assert_eq!(toml.facts[&Fact::Version], "1.5.0");
    }

    #[test]
    fn a_json_file_with_an_unknown_a_doubled_and_a_mistyped_key_is_told_all_three() {
        let text = "{\n \"verson\": \"1\",\n \"service\": \"a\",\n \"service\": \"b\",\n \"revision\": 7\n}";

        let told: Vec<String> = Layer::read(text).1.iter().map(|problem| problem.render("r.json")).collect();

        assert_eq!(told.len(), 3, "{told:#?}");
        assert!(
            told[0].starts_with("r.json:2:2: error: unknown key \"verson\" in the release; did you mean \"version\"?")
        );
    }
}
