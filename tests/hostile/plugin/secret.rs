//! P12: a guest that tries to get a secret out, with a server that hands it back in every way.

use std::path::{Path, PathBuf};

use holdpoint_tests::{holdpoint, said, target};

use crate::bench::{Bench, Ran};
use crate::network::recorder::{Recorder, whole};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P12", attack: "secret out", run };

/// The value, and the forms in which the server hands it back: plain, Base64, Base64 for URLs inside of other text, hex,
/// percent, HTML, JSON.
const FORMS: [&str; 7] = [
    "canary-7f/3b&9d",
    "Y2FuYXJ5LTdmLzNiJjlk",
    "Y2FuYXJ5LTdmLzNiJjlk",
    "63616e6172792d37662f3362263964",
    "canary-7f%2F3b%269d",
    "canary-7f/3b&amp;9d",
    "canary-7f\\/3b&9d",
];

/// What of it is looked for: no form lacks one of these.
const MARKS: [&str; 3] = ["canary", "Y2FuYXJ5", "63616e617279"];

/// Where a guest may write a placeholder that nothing fills, with what it then says.
const ELSEWHERE: [&str; 6] = [
    "url = \"endpoint:other/?a={{secret:pass}}\"",
    "url = \"endpoint:other/\", body = \"{{secret:pass}}\"",
    "url = \"endpoint:other/\", headers = [[\"x-a\", \"{{secret:pass}}\"]]",
    "url = \"endpoint:shop/{{secret:pass}}\"",
    "url = \"endpoint:shop/\", headers = [[\"x-a\", \"{{secret:pass}}\"]]",
    "url = \"http://{{secret:pass}}.example.com/\"",
];

/// What a guest may ask for so that the server hands the values back, and how it ends.
const ECHOED: [&str; 8] = [
    "url = \"endpoint:shop/\"",
    "url = \"endpoint:shop/\", end = \"failure\"",
    "url = \"endpoint:shop/\", end = \"panic\"",
    "url = \"endpoint:shop/spaced\", joined = true",
    "url = \"endpoint:shop/spaced\", joined = true, end = \"failure\"",
    "url = \"endpoint:shop/spaced\", joined = true, end = \"panic\"",
    "url = \"endpoint:shop/?a={{secret:pass}}\"",
    "url = \"endpoint:other/\"",
];

fn run(trial: &mut Trial) {
    let shop = Recorder::answering(echo);
    let other = Recorder::answering(echo);
    let mut bench = bench(&shop, &other);
    for (number, settings) in ECHOED.into_iter().chain(ELSEWHERE).enumerate() {
        let rest = format!("min-evidence = 0\nsettings = {{ {settings} }}");
        bench = bench.check(&format!("told-{number}"), "gossip", &rest);
    }
    let mine = "min-evidence = 0\nsettings = { url = \"endpoint:shop/\", headers = [[\"authorization\", \"mine\"]] }";
    let bench = bench.check("mine", "gossip", mine);
    let ran = bench.run();
    trial.expect(ran.unharmed(), || said(&ran.output));

    let ends = ran.ends("gossip");
    for (ended, settings) in ends.iter().zip(ECHOED.into_iter().chain(ELSEWHERE)) {
        let refused = ["denied:", "invalid:"].iter().any(|word| ended.summary.contains(word));
        let held = match settings {
            _ if ELSEWHERE.contains(&settings) => refused,
            // What a panic says stands in the log.
            _ if settings.contains("panic") => ended.word == "error",
            _ => ended.summary.contains("[secret "),
        };
        trial.expect(held, || format!("{settings}: {} {}", ended.word, ended.summary));
    }
    let denied = ends.last().is_some_and(|ended| ended.summary.contains("not the plugin's to write"));
    trial.expect(denied, || "the guest wrote the header of a secret itself".to_owned());

    let got: Vec<String> = shop.heard().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    trial.expect(got.iter().all(|bytes| bytes.contains("authorization: Bearer canary-7f/3b&9d\r\n")), || {
        format!("the server was not given its header: {got:?}")
    });
    trial.expect(got.iter().any(|bytes| bytes.starts_with("GET /?a=canary-7f%2F3b%269d&")), || format!("{got:?}"));
    let leaked = other.heard().iter().filter(|bytes| hits(bytes) > 0).count();
    trial.expect(leaked == 0, || format!("{leaked} requests to another endpoint held the value"));
    outputs(trial, &ran);
}

/// Looks through everything that the run left behind, and that can be made of it.
fn outputs(trial: &mut Trial, ran: &Ran) {
    let folder = ran.folder();
    let mut canaries = 0;
    let mut look = |what: String, bytes: &[u8]| {
        let found = hits(bytes);
        canaries += found;
        trial.expect(found == 0, || format!("{what} holds {found} canaries"));
    };
    look("standard output".to_owned(), &ran.output.stdout);
    look("standard error".to_owned(), &ran.output.stderr);
    for words in ["show latest", "show latest --format json", "replay latest", "replay latest --format json"] {
        let output = holdpoint(folder).args(words.split(' ')).output().expect("the program starts");
        assert!(output.stdout.len() > 100, "{words}: {}", said(&output));
        look(words.to_owned(), &[output.stdout, output.stderr].concat());
    }
    for format in ["text", "json", "html", "markdown", "junit"] {
        let output = holdpoint(folder).args(["report", "latest", "--format", format]).output();
        let output = output.expect("the program starts");
        look(format!("the report as {format}"), &[output.stdout, output.stderr].concat());
    }
    let mut files = Vec::new();
    gather(&folder.join("store"), &mut files);
    for file in &files {
        look(file.display().to_string(), &std::fs::read(file).unwrap_or_default());
    }
    // A database cuts what is long over its pages, where its bytes would not be found: its rows are looked through whole.
    let rows = rows(&folder.join("store/journal.db"));
    for row in &rows {
        look("a row of the journal".to_owned(), row);
    }
    trial.expect(rows.len() > 20, || format!("only {} rows were looked through", rows.len()));
    let places = format!("{} files of the store and {} rows of its journal", files.len(), rows.len());
    trial.figure(format!("canaries: {canaries} in the outputs, {places}"));
}

fn bench(shop: &Recorder, other: &Recorder) -> Bench {
    let secret =
        |name: &str, rest: &str| format!("[secret.{name}]\nvariable = \"P12_VALUE\"\nendpoint = \"shop\"\n{rest}");
    let grant =
        |endpoint: &str| format!("[[plugin.gossip.grant]]\nendpoint = \"{endpoint}\"\nmethods = [\"GET\", \"POST\"]");
    let gossip = target().join("plugins/test/gossip.wasm");
    assert!(gossip.exists(), "the guests are not there: run `cargo xtask guests` first");
    Bench::new()
        .endpoint("shop", &shop.url())
        .plugin_rest("allow-plain-http = [\"token\", \"key\", \"pass\"]")
        .plugin_rest(&secret("token", "header = \"Authorization\"\ntext = \"Bearer {}\""))
        .plugin_rest(&secret("key", "query = \"key\""))
        .plugin_rest(&secret("pass", "used-as = \"placeholder\""))
        .endpoint("other", &other.url())
        .built("gossip", "test/gossip.wasm", &[grant("shop"), grant("other")].join("\n"))
        .variable("P12_VALUE", FORMS[0])
}

/// Hands the value back in every form, in the status line, in headers and in the body; or letter by letter.
fn echo(line: &str) -> Vec<u8> {
    if line.contains("/spaced") {
        let spaced: Vec<String> = FORMS[0].chars().map(String::from).collect();
        return whole("200 OK", "", &spaced.join(" "));
    }
    let echo = FORMS.join(" ");
    let headers = format!("x-echo: {echo}\r\nauthorization: {echo}\r\nset-cookie: a={}\r\n", FORMS[0]);
    whole(&format!("200 {}", FORMS[0]), &headers, &format!("{echo} {{\"a\":\"{}\"}}", FORMS[6]))
}

fn hits(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    MARKS.iter().map(|mark| text.matches(&mark.to_lowercase()).count()).sum()
}

/// Every entry of a journal, and every piece of evidence that lies in it.
fn rows(journal: &Path) -> Vec<Vec<u8>> {
    let journal = rusqlite::Connection::open(journal).expect("there is a journal");
    let query = "SELECT CAST(body AS BLOB) FROM entry UNION ALL SELECT body FROM blob";
    let mut query = journal.prepare(query).expect("the tables are there");
    let rows = query.query_map([], |row| row.get(0)).expect("it can be read");
    rows.collect::<Result<_, _>>().expect("each row can be read")
}

/// Every file below a folder.
fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { gather(&path, found) } else { found.push(path) }
    }
}
