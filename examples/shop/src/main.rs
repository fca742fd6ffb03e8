//! The program `shop`: starts a version, a switch, or everything, and runs until it is told to stop.
#![forbid(unsafe_code)]

use std::io::{Read, Write, stdin, stdout};

use anyhow::Context;
use clap::Parser;
use holdpoint_shop::{Service, Shop, Switch};
use serde::Serialize;
use serde_json::json;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

mod arguments;

use arguments::{Command, Until};

#[tokio::main(worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let arguments = arguments::Arguments::parse();
    // Before anything listens, so that no signal after the ready line is missed.
    let stopped = stopped(arguments.until())?;
    match arguments.command {
        Command::Serve(serve) => {
            let authority = serve.authority()?;
            let service = Service::start(serve.config(authority.clone())?).await?;
            say(&json!({
                "public": format!("http://{}", service.address()),
                "https": service.https().map(|address| format!("https://{address}")),
                "admin": service.admin().map(|address| format!("http://{address}")),
                "ca": authority.map(|authority| authority.pem()),
            }))?;
            stopped.await;
            service.stop().await;
        }
        Command::Switch(switch) => {
            let switch = Switch::start(switch.config()).await?;
            say(&json!({
                "public": format!("http://{}", switch.address()),
                "admin": format!("http://{}", switch.admin()),
                "live": switch.live(),
            }))?;
            stopped.await;
            switch.stop().await;
        }
        Command::All(all) => {
            let ca_file = all.ca_file.clone();
            let shop = Shop::start(all.config()?).await?;
            if let (Some(path), Some(pem)) = (ca_file, &shop.ready().ca) {
                std::fs::write(&path, pem).with_context(|| format!("could not write {}", path.display()))?;
            }
            say(shop.ready())?;
            stopped.await;
            shop.stop().await;
        }
    }
    Ok(())
}

/// Prints the one line that says where everything answers.
fn say(ready: &impl Serialize) -> anyhow::Result<()> {
    let ready = serde_json::to_string(ready)?;
    let mut out = stdout().lock();
    writeln!(out, "{ready}").and_then(|()| out.flush()).context("could not print the ready line")
}

/// Returns what ends when the program shall: on SIGTERM or SIGINT, and if asked for when stdin closes.
fn stopped(until: Until) -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("could not listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("could not listen for SIGINT")?;
    let closed = stdin_closed(until);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = closed => {}
        }
    })
}

async fn stdin_closed(until: Until) {
    match until {
        Until::Signal => std::future::pending().await,
        Until::SignalOrStdinCloses => {
            let (sender, closed) = oneshot::channel();
            // A plain thread: a read from stdin can't be cancelled, and must not hold up the end.
            std::thread::spawn(move || {
                let mut ignored = [0; 4096];
                while matches!(stdin().read(&mut ignored), Ok(1..)) {}
                // Nobody waits any more when a signal came first.
                let _ = sender.send(());
            });
            drop(closed.await);
        }
    }
}
