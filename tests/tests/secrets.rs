//! A secret in a whole run: the server gets it and echoes it in six encodings, and no output of the run holds it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use holdpoint_tests::{holdpoint, said, target};
use tempfile::TempDir;

/// The value, and the forms in which the server echoes it: plain, Base64, Base64 for URLs inside of other text, hex,
/// percent, HTML.
const FORMS: [&str; 6] = [
    "canary-7f/3b&9d",
    "Y2FuYXJ5LTdmLzNiJjlk",
    "Y2FuYXJ5LTdmLzNiJjlk",
    "63616e6172792d37662f3362263964",
    "canary-7f%2F3b%269d",
    "canary-7f/3b&amp;9d",
];

/// A server that answers with every form, in a header and in the body, and hands on what it got as authorization.
fn server() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (got, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
            let lines: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let authorization = lines.iter().find_map(|line| line.strip_prefix("authorization: "));
            let _ = got.send(authorization.unwrap_or_default().to_owned());
            let echo = FORMS.join(" ");
            let answer = format!(
                "HTTP/1.1 200 {echo}\r\nx-echo: {echo}\r\nauthorization: {echo}\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{echo}",
                echo.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, heard)
}

/// Writes a plan whose one check wants what the server does not say, so that the verdict quotes what it does say.
fn plan(folder: &Path, address: &str, source: &str) -> std::path::PathBuf {
    let plan = folder.join("plan.toml");
    let text = format!(
        "holdpoint = \"0.1\"\nname = \"secret\"\n[escalation]\ncommander = \"on-call\"\n[endpoint.shop]\n\
         url = \"http://{address}\"\naddresses = [\"127.0.0.1\"]\nallow-plain-http = [\"token\"]\n[secret.token]\n\
         {source}\nendpoint = \"shop\"\nheader = \"Authorization\"\ntext = \"Bearer {{}}\"\n[plugin.http]\n\
         bundle = \"http.wasm\"\ngrant = [{{ endpoint = \"shop\" }}]\n[[phase]]\nname = \"smoke\"\n[[phase.check]]\n\
         name = \"echo\"\nplugin = \"http\"\non-fail = \"escalate\"\n\
         settings = {{ url = \"endpoint:shop/\", expect = {{ status = 201, headers = {{ x-echo = {{ equals = \"none\" }} }} }} }}\n"
    );
    fs::write(&plan, text).unwrap();
    plan
}

fn run(plan: &Path, more: &[&str], value: Option<&str>) -> Output {
    let folder = plan.parent().unwrap();
    let mut command = holdpoint(folder);
    command.arg("run").arg(plan).args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"]);
    command.arg(target().join("plugins")).arg("--cache").arg(target().join("test-cache")).args(more);
    match value {
        Some(value) => command.env("CANARY", value),
        None => command.env_remove("CANARY"),
    };
    command.output().unwrap()
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn hits(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    FORMS.iter().map(|form| text.matches(&form.to_lowercase()).count()).sum()
}

#[test]
fn no_output_of_a_run_holds_a_secret_that_the_server_echoes() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan(folder.path(), &address, "variable = \"CANARY\"");
    let report = |ending: &str| folder.path().join(format!("report.{ending}")).display().to_string();
    let (html, junit, markdown) = (report("html"), report("xml"), report("md"));

    for format in ["text", "json"] {
        let more = ["--format", format, "--report", &html, "--report", &junit, "--report", &markdown];
        let output = run(&plan, &more, Some(FORMS[0]));

        assert_eq!(output.status.code(), Some(30), "{}", said(&output));
        assert_eq!(heard.recv().unwrap(), format!("Bearer {}", FORMS[0]));
        assert_eq!(hits(&output.stdout) + hits(&output.stderr), 0, "{}", said(&output));
    }

    let mut written = Vec::new();
    files(folder.path(), &mut written);
    assert!(written.len() > 4, "{written:?}");
    let held: Vec<_> = written.iter().filter(|path| hits(&fs::read(path).unwrap()) > 0).collect();
    assert!(held.is_empty(), "{held:?}");
    let named = |path: &&std::path::PathBuf| {
        let text = fs::read(path).unwrap();
        String::from_utf8_lossy(&text).contains("[secret token]")
    };
    assert!(written.iter().any(|path| named(&path)), "nothing shows that an echo was seen at all");
}

#[test]
fn a_run_does_not_start_without_its_secret() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan(folder.path(), &address, "variable = \"CANARY\"");

    for value in [None, Some(""), Some("tiny5")] {
        let output = run(&plan, &[], value);

        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("CANARY") || said(&output).contains("secret token"), "{}", said(&output));
    }
    assert!(heard.try_recv().is_err());
}

#[test]
fn a_file_that_everyone_may_read_holds_no_secret() {
    let folder = TempDir::new().unwrap();
    let (address, heard) = server();
    let plan = plan(folder.path(), &address, "file = \"token\"");
    let token = folder.path().join("token");
    fs::write(&token, format!("{}\n", FORMS[0])).unwrap();

    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    let open = run(&plan, &[], None);
    assert_eq!(open.status.code(), Some(2), "{}", said(&open));
    assert!(heard.try_recv().is_err());

    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let closed = run(&plan, &[], None);
    assert_eq!(closed.status.code(), Some(30), "{}", said(&closed));
    assert_eq!(heard.recv().unwrap(), format!("Bearer {}", FORMS[0]));
}
