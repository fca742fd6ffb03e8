//! `cargo xtask demo`: a good release confirmed, a bad one rolled back and recovered.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::build;
use crate::step::{Places, say};

/// One scene of the demo.
struct Scene {
    /// The report's file name.
    name: &'static str,
    /// What is shown.
    title: &'static str,
    /// The faults of the new version.
    faults: &'static [&'static str],
    /// The exit code that the program must end with.
    exit: i32,
    /// The version that must serve afterwards.
    serves: &'static str,
}

const SCENES: [Scene; 2] = [
    Scene { name: "good", title: "a good release: 1.5.0 works", faults: &[], exit: 0, serves: "1.5.0" },
    Scene {
        name: "bad",
        title: "a bad release: the checkout of 1.5.0 is broken",
        faults: &["checkout-broken"],
        exit: 20,
        serves: "1.4.0",
    },
];

/// Where the parts of a running shop are, as it says itself.
#[derive(Deserialize)]
struct Shop {
    public: String,
    admin: String,
}

/// The variable that the shop takes its test user's password from, and the plan its secret; and what it is for the demo.
const PASSWORD: (&str, &str) = ("SHOP_PASSWORD", "a-password-for-the-demo");

/// Builds what is needed, plays both scenes and says where the reports are.
///
/// # Errors
/// When a scene does not end as it must.
pub(crate) fn demo(places: &Places) -> Result<()> {
    build::programs(places)?;
    let output = places.target.join("demo");
    fs::create_dir_all(&output)?;
    let mut reports = Vec::new();
    for scene in &SCENES {
        reports.push(play(places, &output, scene)?);
    }
    say("\nThe reports, for whoever wasn't there:");
    for report in reports {
        say(&format!("  {}", report.display()));
    }
    Ok(())
}

fn play(places: &Places, output: &Path, scene: &Scene) -> Result<PathBuf> {
    say(&format!("\n── {}", scene.title));
    let mut running = start(places, scene)?;
    let shop = announced(&mut running.0)?;
    let report = output.join(format!("{}.html", scene.name));
    let status = holdpoint(places, output, &shop).arg("--report").arg(&report).status();
    let code = status.context("could not start holdpoint")?.code();
    ensure!(code == Some(scene.exit), "{}: exit code {code:?}, and {} was expected", scene.title, scene.exit);
    ensure!(report.exists(), "{}: there is no report at {}", scene.title, report.display());
    let served = version(&shop)?;
    ensure!(served == scene.serves, "{}: {served} serves, and {} was expected", scene.title, scene.serves);
    say(&format!("exit code {}; the shop now serves {served}", scene.exit));
    Ok(report)
}

/// A running shop, ended when the scene is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Its standard input closes with it, which ends it; the kill is for a shop that hangs.
        drop(self.0.stdin.take());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(places: &Places, scene: &Scene) -> Result<Running> {
    let mut shop = Command::new(places.program("shop"));
    shop.args(["all", "--port-base", "0", "--live", "green", "--until-stdin-closes"]);
    shop.env(PASSWORD.0, PASSWORD.1);
    for fault in scene.faults {
        shop.args(["--fault-green", fault]);
    }
    let child = shop.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    child.map(Running).context("could not start the shop")
}

fn announced(child: &mut Child) -> Result<Shop> {
    let out = child.stdout.take().context("the shop has no output")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line).context("the shop said nothing")?;
    serde_json::from_str(&line).with_context(|| format!("the shop did not say where it is, but: {line}"))
}

fn holdpoint(places: &Places, output: &Path, shop: &Shop) -> Command {
    let mut command = Command::new(places.program("holdpoint"));
    command
        .current_dir(&places.root)
        .env(PASSWORD.0, PASSWORD.1)
        .args(["run", "examples/plans/shop.toml", "--environment", "demo"])
        .args(["--release-version", "1.5.0", "--previous-version", "1.4.0", "--revision", "a81e07b"])
        .arg("--plugins")
        .arg(places.plugins())
        .args(["--bind", &format!("shop={}", shop.public), "--bind", &format!("switch={}", shop.admin)])
        .arg("--store")
        .arg(output.join("store"))
        .arg("--cache")
        .arg(output.join("cache"));
    command
}

/// The version that the shop serves, asked the way its users would ask.
fn version(shop: &Shop) -> Result<String> {
    #[derive(Deserialize)]
    struct Version {
        version: String,
    }
    let body = crate::http::get(&format!("{}/version", shop.public))?;
    Ok(serde_json::from_str::<Version>(&body).with_context(|| format!("the shop's version is odd: {body}"))?.version)
}
