//! The conformance plugin: does what its settings say, so that cases can show what the SDK makes of it.

mod ends;
mod expects;
mod says;
mod sends;
mod settings;
mod tells;
#[cfg(test)]
mod tests;

use holdpoint_sdk::{Call, CheckResult, Findings, Host};

use settings::{Settings, Word};

fn check(settings: &Settings, host: &Host, call: &Call) -> CheckResult {
    let Some(word) = settings.word else { return Ok(Findings::new().verdict("there was nothing to do")) };
    match word {
        Word::Say => Ok(says::say(settings)),
        Word::Flood => Ok(says::flood(settings.count)),
        Word::Echo => Ok(tells::echo(call)),
        Word::Weigh => Ok(tells::weigh(&settings.text)),
        Word::Count => Ok(tells::count()),
        Word::Order => Ok(tells::order(settings)),
        Word::Log => Ok(tells::log(&settings.lines, host)),
        Word::Clock => Ok(tells::clock(settings.sleep_ms, host)),
        Word::Expect => Ok(expects::expect(settings)),
        Word::Send => Ok(sends::send(settings, host)),
        Word::Need => sends::need(&settings.url, host),
        Word::Answer => sends::answer(&settings.url, host),
        Word::Net => Ok(sends::net(settings, host)),
        Word::Fail => ends::fail(settings),
        Word::Throw => ends::throw(&settings.message),
        Word::Allocate => Ok(ends::allocate(settings.mib)),
        Word::Spin => ends::spin(),
        Word::Recurse => Ok(ends::recurse()),
    }
}

holdpoint_sdk::check!(Settings, check, validate = settings::examine);
