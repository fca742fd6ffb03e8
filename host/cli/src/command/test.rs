//! `holdpoint test`: a plugin in the real sandbox, held against its fixtures.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use holdpoint_bundle::Bundle;

use crate::arguments::{Format, Test};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Ink};
use crate::trial::difference::differences;
use crate::trial::fixture::Fixture;
use crate::trial::player::{Came, Player};
use crate::trial::sources::Sources;
use crate::trial::subject::{self, Subject};
use crate::trial::told::{self, Case, Verdict};
use crate::trial::written::blessed;

/// How often sources are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Builds what is to be built, plays the fixtures and tells what came of them; again and again when it watches.
pub(crate) fn test(asked: &Test) -> Result<Exit, Failure> {
    if asked.watch { watch(asked) } else { once(asked) }
}

/// Until somebody ends it: Ctrl-C ends the program, and nothing is left half-done. A change of fixtures alone builds nothing.
fn watch(asked: &Test) -> Result<Exit, Failure> {
    let subject = Subject::at(&asked.plugin)?;
    let (own, fixtures) = ([subject.folder()], fixtures(asked, &subject));
    let look = || (Sources::of(&own).without(&fixtures), Sources::of(&fixtures));
    let mut built: Option<(Sources, Bundle)> = None;
    loop {
        let seen = look();
        if built.as_ref().is_none_or(|(of, _)| *of != seen.0) {
            let opened = Subject::at(&asked.plugin).and_then(|subject| subject.open(asked.tools.as_deref()));
            built = opened.inspect_err(output::failure).ok().map(|bundle| (seen.0.clone(), bundle));
        }
        if let Some((_, bundle)) = &built {
            let _told = held_against(asked, &subject, bundle).inspect_err(output::failure);
        }
        output::note(&output::paint(Ink::Cyan, "waiting for a change; Ctrl-C ends this", &std::io::stderr()));
        while look() == seen {
            thread::sleep(LOOK);
        }
        // An editor may write a file in several steps.
        thread::sleep(LOOK);
    }
}

fn once(asked: &Test) -> Result<Exit, Failure> {
    let subject = Subject::at(&asked.plugin)?;
    let bundle = subject.open(asked.tools.as_deref())?;
    held_against(asked, &subject, &bundle)
}

/// Plays the fixtures with a component, and tells what came of them.
fn held_against(asked: &Test, subject: &Subject, bundle: &Bundle) -> Result<Exit, Failure> {
    let Some(fixtures) = chosen(asked, subject)? else { return Ok(Exit::Wrong) };
    let player = Player::new(bundle, asked.cache.as_deref(), &fixtures)?;
    let cases = super::runtime()?.block_on(played(asked, &player, &fixtures))?;
    tell(asked, &player.manifest.name, &cases)?;
    Ok(if cases.iter().all(Case::is_well) { Exit::Done } else { Exit::Wrong })
}

fn fixtures(asked: &Test, subject: &Subject) -> Vec<PathBuf> {
    if asked.fixtures.is_empty() { vec![subject.fixtures()] } else { asked.fixtures.clone() }
}

/// The fixtures that are to be played; `None` when something is wrong with them, which has been told.
fn chosen(asked: &Test, subject: &Subject) -> Result<Option<Vec<Fixture>>, Failure> {
    let named = fixtures(asked, subject);
    let Some(mut fixtures) = subject::read(&subject::files(&named)?)? else { return Ok(None) };
    if let Some(filter) = &asked.filter {
        fixtures.retain(|fixture| fixture.name.contains(filter.as_str()));
    }
    if fixtures.is_empty() {
        let places: Vec<String> = named.iter().map(|place| place.display().to_string()).collect();
        let which = asked.filter.as_ref().map_or_else(String::new, |filter| format!(" whose name contains {filter:?}"));
        let hint = "`holdpoint try --record FILE` makes one of a call to the real world; sdk/conformance/README.md describes them";
        return Err(Failure::usage(format!("there is no fixture{which} in {}", places.join(", "))).hint(hint));
    }
    Ok(Some(fixtures))
}

async fn played<'a>(asked: &Test, player: &Player, fixtures: &'a [Fixture]) -> Result<Vec<Case<'a>>, Failure> {
    let mut cases = Vec::with_capacity(fixtures.len());
    for fixture in fixtures {
        let came = player.play(fixture).await?;
        let verdict = match &fixture.expected {
            None if asked.bless => Verdict::Blessed,
            None => Verdict::NothingExpected,
            Some(expected) => match differences(expected, &came.observed) {
                differences if differences.is_empty() => Verdict::AsExpected,
                _ if asked.bless => Verdict::Blessed,
                differences => Verdict::Otherwise(differences),
            },
        };
        if matches!(verdict, Verdict::Blessed) {
            write(&fixture.file, &blessed(fixture, &came.observed))?;
        }
        let Came { observed, took, memory } = came;
        cases.push(Case { fixture, observed, took, memory, verdict });
        if asked.format == Format::Text {
            cases.last().into_iter().for_each(|told| output::line(&told.to_text()));
        }
    }
    Ok(cases)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let unfinished = file.with_extension("json.unfinished");
    let written = fs::write(&unfinished, text).and_then(|()| fs::rename(&unfinished, file));
    written.map_err(|error| Failure::usage(format!("could not write {}", file.display())).because(error))
}

fn tell(asked: &Test, plugin: &str, cases: &[Case<'_>]) -> Result<(), Failure> {
    match asked.format {
        Format::Text => output::line(&format!("\n{}", told::summary(cases))),
        Format::Json => output::line(&format!("{:#}", told::json(plugin, cases))),
    }
    match &asked.junit {
        Some(file) => fs::write(file, told::junit(plugin, cases))
            .map_err(|error| Failure::usage(format!("could not write {}", file.display())).because(error)),
        None => Ok(()),
    }
}
