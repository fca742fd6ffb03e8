//! The `{{name}}` rollout: a deploy tool gives the released version a share of the traffic.
//!
//! The tool tells the share at `GET /traffic` and sets it at `POST /traffic`. Each call runs in a fresh sandbox, so the
//! tool remembers what was done, not this. Traffic only ever moves towards the released version: the way back is the
//! plan's rollback.

use holdpoint_sdk::rollout::{
    Order, Progress, Readiness, Share, ShiftEnd, ShiftReport, StatusReport,
};
use holdpoint_sdk::{Call, Endpoint, Failure, Host, Rollout};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[cfg(test)]
mod tests;

/// Where the deploy tool is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The deploy tool, as `endpoint:NAME`.
    tool: Endpoint,
}

/// What the tool says of the traffic.
#[derive(Deserialize)]
struct Traffic {
    version: String,
    percent: u32,
}

impl Settings {
    fn traffic(&self, host: &Host) -> Result<Traffic, Failure> {
        Ok(host.get(self.tool.below("/traffic")).send()?.json()?)
    }
}

impl Rollout for Settings {
    fn ready(&self, host: &Host, call: &Call, share: &Share) -> Result<Readiness, Failure> {
        let traffic = self.traffic(host)?;
        if traffic.version != call.release.version {
            return Ok(Readiness::Refused(format!(
                "{} is rolled out, not {}",
                traffic.version, call.release.version
            )));
        }
        if traffic.percent > share.percent {
            return Ok(Readiness::Refused(format!(
                "it has {} % already",
                traffic.percent
            )));
        }
        Ok(Readiness::Ready)
    }

    fn shift(
        &self,
        host: &Host,
        call: &Call,
        share: &Share,
        order: Order<'_>,
    ) -> Result<ShiftReport, Failure> {
        let (version, percent) = (&call.release.version, share.percent);
        let wanted =
            json!({"version": version, "percent": percent, "key": order.key, "fence": order.fence});
        let answer = host
            .post(self.tool.below("/traffic"))
            .json(&wanted)
            .send()?;
        match answer.status {
            201 => Ok(ShiftReport::new(
                ShiftEnd::Started,
                format!("{version} is being given {percent} %"),
            )),
            200 => Ok(ShiftReport::new(
                ShiftEnd::AlreadyDone,
                format!("{version} was given {percent} % before"),
            )),
            other => Err(Failure::Unavailable(format!(
                "the deploy tool answered {other}"
            ))),
        }
    }

    fn status(
        &self,
        host: &Host,
        call: &Call,
        share: &Share,
        _key: &str,
    ) -> Result<StatusReport, Failure> {
        let traffic = self.traffic(host)?;
        if traffic.version != call.release.version {
            return Ok(StatusReport::new(
                Progress::Failed,
                format!("{} is rolled out", traffic.version),
            ));
        }
        let progress = if traffic.percent == share.percent {
            Progress::Complete
        } else {
            Progress::UnderWay
        };
        let summary = format!("{} has {} %", traffic.version, traffic.percent);
        Ok(StatusReport {
            percent: Some(traffic.percent),
            ..StatusReport::new(progress, summary)
        })
    }
}

holdpoint_sdk::rollout!(Settings);
