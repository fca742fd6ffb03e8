//! The `{{name}}` rollback: a deploy tool brings the previous version back.
//!
//! The tool tells what runs at `GET /version`, deploys at `POST /deploys`, and tells how a deploy with a key stands at
//! `GET /deploys/KEY`. Each call runs in a fresh sandbox, so the tool remembers what was done under a key, not this.

use holdpoint_sdk::rollback::{
    Order, Progress, Readiness, RollbackPlan, StatusReport, Step, StepEnd, StepReport,
};
use holdpoint_sdk::{Call, Endpoint, Failure, Host, Rollback};
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

/// What the tool says of what runs.
#[derive(Deserialize)]
struct Running {
    version: String,
}

/// What the tool says of a deploy.
#[derive(Deserialize)]
struct Deploy {
    state: String,
}

impl Rollback for Settings {
    fn ready(&self, host: &Host, call: &Call) -> Result<Readiness, Failure> {
        let Some(previous) = &call.release.previous_version else {
            return Ok(Readiness::Refused(
                "the release names no previous version".to_owned(),
            ));
        };
        let running: Running = host.get(self.tool.below("/version")).send()?.json()?;
        if running.version == *previous {
            return Ok(Readiness::AlreadyThere(format!("{previous} runs")));
        }
        Ok(Readiness::Ready)
    }

    fn plan(&self, _host: &Host, call: &Call) -> Result<RollbackPlan, Failure> {
        let Some(previous) = &call.release.previous_version else {
            return Err(Failure::Settings(
                "the release names no previous version".to_owned(),
            ));
        };
        let summary = format!("deploy {previous} again");
        // The payload comes back, unread, when the step is carried out.
        Ok(RollbackPlan::new(
            summary.clone(),
            vec![Step::new("deploy", summary, previous)],
        ))
    }

    fn execute(
        &self,
        host: &Host,
        _call: &Call,
        step: &Step,
        order: Order<'_>,
    ) -> Result<StepReport, Failure> {
        let wanted = json!({"version": step.payload, "key": order.key, "fence": order.fence});
        let answer = host
            .post(self.tool.below("/deploys"))
            .json(&wanted)
            .send()?;
        match answer.status {
            201 => Ok(StepReport::new(
                StepEnd::Started,
                format!("{} is being deployed", step.payload),
            )),
            200 => Ok(StepReport::new(
                StepEnd::AlreadyDone,
                format!("{} was deployed before", step.payload),
            )),
            other => Err(Failure::Unavailable(format!(
                "the deploy tool answered {other}"
            ))),
        }
    }

    fn status(
        &self,
        host: &Host,
        _call: &Call,
        _plan: &RollbackPlan,
        key: &str,
    ) -> Result<StatusReport, Failure> {
        let answer = host
            .get(self.tool.below(&format!("/deploys/{key}")))
            .send()?;
        if answer.status == 404 {
            return Ok(StatusReport::new(
                Progress::NotBegun,
                "the deploy tool knows nothing of it",
            ));
        }
        let deploy: Deploy = answer.json()?;
        let progress = match deploy.state.as_str() {
            "running" => Progress::UnderWay,
            "done" => Progress::Complete,
            "failed" => Progress::Failed,
            // What isn't known is never taken for a success.
            _ => Progress::Unknown,
        };
        Ok(StatusReport::new(
            progress,
            format!("the deploy is {}", deploy.state),
        ))
    }
}

holdpoint_sdk::rollback!(Settings);
