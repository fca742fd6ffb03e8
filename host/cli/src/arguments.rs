//! What was typed. Each help text is the program's documentation.

mod author;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use author::{BEGINNING, BUILDING, MEASURING, TESTING, TRYING};
pub(crate) use author::{Bench, Build, New, Test, Try};

/// Find out whether a release is good, and act when it isn't
#[derive(Debug, Parser)]
#[command(name = "holdpoint", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes of `run`: 0 confirmed, 10 hotfix, 20 rolled back and verified, 21 rollback failed,
30 escalated (a person must decide), 130 cancelled by hand. Any command: 2 wrong usage or a
broken plan, 70 an internal error.")]
pub(crate) struct Arguments {
    /// Where runs and their evidence are kept [default: the user's state folder]
    #[arg(long, global = true, env = "HOLDPOINT_STORE", value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,

    /// Say more about what the program itself does; twice for all of it
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What a signal does to a run.
const INTERRUPTED: &str =
    "Ctrl-C (SIGINT) or SIGTERM ends the run as cancelled: what runs is stopped, the journal and \
the reports are written, and the exit code is 130. A rollback that has begun is not left half-way: its step in flight \
ends, its status is asked, and the exit code is 21. Another Ctrl-C changes nothing; `kill -9` stops at once, and \
`holdpoint show` then tells how far it came.

The exit code tells the decision, whether or not a report could be written.";

/// What a file of cases is.
const JUDGING: &str = "FILE is JSON: one case, or several as {\"cases\": [...]}. A case has a name, a rule, and the numbers \
that it is tried on: \"window\" and \"baseline\", or \"measurements\". `holdpoint schema judge` describes all of it. With \
\"expect\", a case says what it should come to.

Exit codes: 0 every case could be judged and came to what it expects, 2 the file is wrong, or a case came to something \
else.";

/// What a rehearsal is.
const REHEARSING: &str = "Everything outside is the scenario's: metrics by formulas, answers, faults, people, crashes of \
the host. What it does not answer is a refused connection. Time is virtual, so a window of two hours takes seconds, and \
the same plan, scenario and seed give the same journal, byte for byte. Nothing outside is touched, no secret is read, and \
nothing is kept unless --keep or --report asks for it. `holdpoint schema scenario` describes the file.

Exit codes: 0 it came as the scenario expects, or it expects nothing; 2 it did not, or something is wrong with the plan or \
the scenario.";

/// What a backtest is.
const BACKTESTING: &str = "Checks and signals are matched by their names; each sample is given to the plan's rules at the time \
after the first one at which it was taken. Nothing is called and nothing is rolled back: a backtest ends with the first \
decision, or where what was recorded ends, since nobody knows what would have followed. A sample that the past run did not \
take, as with a shorter interval, is no data.

Exit codes: 0 all runs were decided anew, 2 something is wrong with the plan, or a decision flips under --fail-on-flip.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify a release under a plan, decide, and carry the decision out
    #[command(after_help = INTERRUPTED)]
    Run(Box<Run>),
    /// Rehearse a plan: the real plugins, in a world and a time that a scenario plays
    #[command(after_help = REHEARSING)]
    Rehearse(Box<Rehearse>),
    /// Decide past runs anew by a plan, from what was recorded: which decisions flip, what fires earlier or later
    #[command(after_help = BACKTESTING)]
    Backtest(Box<Backtest>),
    /// Read a plan and report everything that is wrong with it
    Lint(Box<Lint>),
    /// Say a plan in sentences: what is looked at, what must not be, and what happens then
    Explain(Box<Explain>),
    /// Print the JSON Schema of plans, release files, the host's policy, scenarios or cases to judge, for editors
    Schema(Schema),
    /// Try rules on numbers from a file
    #[command(after_help = JUDGING)]
    Judge(Judge),
    /// Begin a plugin: a small project that builds and passes its tests as it stands
    #[command(after_help = BEGINNING)]
    New(New),
    /// Build a plugin project into the component that a plan names
    #[command(after_help = BUILDING)]
    Build(Build),
    /// Build a plugin project and hold it against its fixtures, in the real sandbox
    #[command(after_help = TESTING)]
    Test(Box<Test>),
    /// Call a check once against the real world, and show all that came of it
    #[command(after_help = TRYING)]
    Try(Box<Try>),
    /// Measure what a plugin costs: loading it, a call, many calls, memory
    #[command(after_help = MEASURING)]
    Bench(Bench),
    /// Show what a plugin is and what it asks for, without running it
    Inspect(Inspect),
    /// List the runs that are kept, the newest first
    Runs(Runs),
    /// Show a run: its state, its decision and why
    Show(Show),
    /// Write a run's report
    Report(Report),
    /// Make the calls of a past run again from what was recorded, and compare how they end
    Replay(Replay),
    /// Find out whether a run's journal and evidence are what was written
    Verify(Verify),
    /// Write a whole run to one file, with its evidence and its plugins
    Export(Export),
    /// Bring in a run that was exported
    Import(Import),
    /// Compile a plugin for a parent that holds the pipes
    #[command(name = COMPILE, hide = true)]
    Compile,
    /// Print a completion script for a shell
    Completions(Completions),
}

/// The command that this program calls itself with.
pub(crate) const COMPILE: &str = "compile-for-parent";

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Run the checks, and say what a rollback would do instead of doing it
    #[arg(long = "dry-run")]
    pub(crate) rehearsed: bool,

    /// Write the report here when the run ends; .html, .md, .json and .xml (JUnit) say its form. Repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,

    /// Write a fixture for each call to this folder, for the tests of plugins
    #[arg(long, value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,

    /// How to tell what happens: text for people, json for one journal entry a line
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    // Last, since every option after the release's facts would stand under their heading.
    #[command(flatten)]
    pub(crate) plan: PlanSource,
}

#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// The scenario, or a folder of them
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: PathBuf,

    /// What all noise comes from [default: the scenario's own]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,

    /// Rehearse with so many seeds, one after the other, and tell how often each ending came
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) seeds: Option<u32>,

    /// Write the report here; .html, .md, .json and .xml (JUnit) say its form. Repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Vec<PathBuf>,

    /// Keep the rehearsal with its evidence in this store; it is marked as one everywhere
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,

    /// How to tell what came of it: text for people, json for one object a rehearsal
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) plan: PlanSource,
}

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// Which runs: an identity, an unambiguous beginning of it, `latest`, `last:N` or `all`
    #[arg(long, value_name = "RUNS", default_value = "latest")]
    pub(crate) runs: String,

    /// Fail when a decision flips
    #[arg(long)]
    pub(crate) fail_on_flip: bool,

    /// How to tell what came of it: text for people, json for one object a run
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) plan: PlanSource,
}

/// A plan, and the facts that complete it.
#[derive(Debug, Args)]
pub(crate) struct PlanSource {
    /// The plan
    pub(crate) plan: PathBuf,

    /// The host's policy, which no plan may go beyond [default: the built-in one]
    #[arg(long, env = "HOLDPOINT_POLICY", value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// A folder to look for bundles in that do not lie beside the plan. Repeatable
    #[arg(long, env = "HOLDPOINT_PLUGINS", value_name = "DIR", value_delimiter = ':')]
    pub(crate) plugins: Vec<PathBuf>,

    /// Bind an endpoint for this run, whatever the plan says of its URL. Repeatable
    #[arg(long, value_name = "ENDPOINT=URL")]
    pub(crate) bind: Vec<String>,

    /// Where compiled plugins are kept [default: the user's cache folder]
    #[arg(long, env = "HOLDPOINT_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) release: ReleaseFacts,
}

/// The release's facts. Flags win over HOLDPOINT_* variables, these over the file, and the file over the plan.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Release facts")]
pub(crate) struct ReleaseFacts {
    /// A TOML or JSON file with the release's facts
    #[arg(long, value_name = "FILE")]
    pub(crate) release: Option<PathBuf>,
    /// The service that was deployed
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// The environment that it was deployed to
    #[arg(short, long)]
    pub(crate) environment: Option<String>,
    /// The version that was deployed
    #[arg(long, value_name = "VERSION")]
    pub(crate) release_version: Option<String>,
    /// The version that ran before
    #[arg(long, value_name = "VERSION")]
    pub(crate) previous_version: Option<String>,
    /// The artifact as a package URL with a digest
    #[arg(long, value_name = "PURL")]
    pub(crate) artifact: Option<String>,
    /// The source revision
    #[arg(long)]
    pub(crate) revision: Option<String>,
    /// The kind of change: bugfix, feature, migration or infrastructure
    #[arg(long, value_name = "KIND")]
    pub(crate) change: Option<String>,
    /// How it was rolled out: rolling, blue-green, canary or recreate
    #[arg(long)]
    pub(crate) strategy: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Treat warnings as errors
    #[arg(long)]
    pub(crate) strict: bool,

    /// How to tell what is wrong
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) plan: PlanSource,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) plan: PlanSource,
}

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum, default_value_t = Schemas::Plan)]
    pub(crate) of: Schemas,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Schemas {
    /// A plan
    Plan,
    /// The host's policy
    Policy,
    /// A release file
    Release,
    /// A file of cases for `holdpoint judge`
    Judge,
    /// A scenario for `holdpoint rehearse`
    Scenario,
}

#[derive(Debug, Args)]
pub(crate) struct Judge {
    /// The cases, in JSON
    pub(crate) file: PathBuf,

    /// How to tell what they come to [default: text on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The plugin's bundle
    pub(crate) plugin: PathBuf,

    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Runs {
    /// At most so many
    #[arg(long, default_value_t = 20, value_name = "COUNT", allow_negative_numbers = true)]
    pub(crate) most: usize,

    /// How to list them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The run: its identity, an unambiguous beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub(crate) run: String,

    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The run: its identity, an unambiguous beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub(crate) run: String,

    /// Its form [default: what the output file's ending says, else markdown]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportFormat>,

    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The run: its identity, an unambiguous beginning of it, `latest`, or `all` for every run that is kept
    #[arg(default_value = "latest")]
    pub(crate) run: String,

    /// Only the calls of this check; `rollback` for those of the rollback plugin
    pub(crate) check: Option<String>,

    /// Try this version of a plugin instead of the one that ran
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) with: Option<PathBuf>,

    /// Where compiled plugins are kept [default: the user's cache folder]
    #[arg(long, env = "HOLDPOINT_CACHE", value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,

    /// How to tell what came of it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The run: its identity, an unambiguous beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub(crate) run: String,

    /// The head that was printed when the run ended: finds a chain that was written anew
    #[arg(long, value_name = "SHA256")]
    pub(crate) head: Option<String>,

    /// How to tell what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The run: its identity, an unambiguous beginning of it, or `latest`
    #[arg(default_value = "latest")]
    pub(crate) run: String,

    /// Where to write it [default: RUN.holdpoint]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file that `holdpoint export` wrote
    pub(crate) file: PathBuf,

    /// The head that was printed when the run ended: finds a run that was written anew
    #[arg(long, value_name = "SHA256")]
    pub(crate) head: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// For which shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// For whom an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For machines
    Json,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One page without script, which opens offline
    Html,
    /// For a pull request or a chat
    Markdown,
    /// For programs
    Json,
    /// For a CI server
    Junit,
}
