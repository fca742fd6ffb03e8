//! The three questions, asked of a deploy tool.

use holdpoint_http_deploy::facts::{Facts, Names};
use holdpoint_http_deploy::filled::Filled;
use holdpoint_http_deploy::found::Found;
use holdpoint_http_deploy::status::{Standing, answered, get, word};
use holdpoint_sdk::rollout::{Order, Progress, Readiness, Rollout, Share, ShiftEnd, ShiftReport, StatusReport};
use holdpoint_sdk::{Call, Failure, Host, Problem};

use crate::settings::{Place, Settings};

/// A key for looking at what would be sent before there is one.
const SOME_KEY: &str = "KEY";

impl Rollout for Settings {
    fn validate(&self) -> Vec<Problem> {
        let mut found = Found::nothing(Names::Share);
        found.call("/shift", self.shift.stated());
        if self.shift.expect.is_empty() && self.shift.started.is_empty() {
            found.add("/shift/expect", "is empty, and so is `started`: no answer would be good");
        }
        if let Some(ready) = &self.ready {
            found.url("/ready/url", &ready.url);
        }
        found.status("/status", &self.status);
        if let Some(share) = &self.share {
            found.url("/share/url", &share.url);
            found.pointer("/share/pointer", &share.pointer);
        }
        found.all()
    }

    fn ready(&self, host: &Host, call: &Call, share: &Share) -> Result<Readiness, Failure> {
        let facts = of_share(call, SOME_KEY, share);
        if let Err(why) = Filled::of(self.shift.stated(), facts) {
            return Ok(Readiness::Refused(why.to_string()));
        }
        if let Some(ready) = &self.ready {
            let answer = get(host, &ready.url, facts)?;
            if answer.status != 200 {
                return Ok(Readiness::Refused(format!("the deploy tool {}", answered(&answer))));
            }
        }
        Ok(Readiness::Ready)
    }

    fn shift(&self, host: &Host, call: &Call, share: &Share, order: Order<'_>) -> Result<ShiftReport, Failure> {
        let filled = Filled::of(self.shift.stated(), of_share(call, order.key, share))?;
        let answer = filled.send(host, &self.idempotency_header, order.key)?;
        let summary = format!("shift to {} %: the deploy tool {}", share.percent, answered(&answer));
        if self.shift.started.contains(&answer.status) {
            return Ok(ShiftReport::new(ShiftEnd::Started, summary));
        }
        if self.shift.expect.contains(&answer.status) {
            return Ok(ShiftReport::new(ShiftEnd::Done, summary));
        }
        Err(Failure::Unavailable(summary))
    }

    fn status(&self, host: &Host, call: &Call, share: &Share, key: &str) -> Result<StatusReport, Failure> {
        let facts = of_share(call, key, share);
        let (standing, said) = self.status.look(host, facts)?;
        let progress = progress(standing);
        match &self.share {
            Some(place) if progress == Progress::Complete => measured(host, place, facts, &said),
            Some(_) | None => Ok(StatusReport::new(progress, said)),
        }
    }
}

fn of_share<'a>(call: &'a Call, key: &'a str, share: &Share) -> Facts<'a> {
    Facts { call, key, percent: Some(share.percent) }
}

/// A shift that is said to be complete, with the share that there is. Without a share it isn't known.
fn measured(host: &Host, place: &Place, facts: Facts<'_>, said: &str) -> Result<StatusReport, Failure> {
    let answer = get(host, &place.url, facts)?;
    let percent =
        if answer.status == 200 { word(&answer, &place.pointer).and_then(|word| word.parse().ok()) } else { None };
    let Some(percent) = percent else {
        let summary = format!("{said}, but not which share the released version has (answer {})", answer.status);
        return Ok(StatusReport::new(Progress::Unknown, summary));
    };
    let summary = format!("{said}, and the released version has {percent} %");
    Ok(StatusReport { percent: Some(percent), ..StatusReport::new(Progress::Complete, summary) })
}

/// A share that is there in part is none: the tool won't bring the rest.
fn progress(standing: Standing) -> Progress {
    match standing {
        Standing::NotBegun => Progress::NotBegun,
        Standing::UnderWay => Progress::UnderWay,
        Standing::Complete => Progress::Complete,
        Standing::Partial | Standing::Failed => Progress::Failed,
        Standing::Unknown => Progress::Unknown,
    }
}
