//! The four questions, asked of a deploy tool.

use holdpoint_http_deploy::facts::Facts;
use holdpoint_http_deploy::filled::Filled;
use holdpoint_http_deploy::status::{Standing, answered, get, word};
use holdpoint_sdk::rollback::{
    Order, Progress, Readiness, Rollback, RollbackPlan, StatusReport, Step as Planned, StepEnd, StepReport,
};
use holdpoint_sdk::{Call, Failure, Host, Problem};

use crate::settings::{Settings, Step};
use crate::validate::problems;

/// A key for looking at what would be sent before there is one.
const SOME_KEY: &str = "KEY";

impl Rollback for Settings {
    fn validate(&self) -> Vec<Problem> {
        problems(self)
    }

    fn ready(&self, host: &Host, call: &Call) -> Result<Readiness, Failure> {
        let facts = of_release(call, SOME_KEY);
        for step in &self.steps {
            if let Err(why) = filled(step, facts) {
                return Ok(Readiness::Refused(why.to_string()));
            }
        }
        if let Some(there) = &self.already_there {
            let wanted = there.equals.fill(&facts)?;
            let answer = get(host, &there.url, facts)?;
            // An error page can hold anything.
            if answer.status == 200 && word(&answer, &there.pointer).as_deref() == Some(wanted.as_str()) {
                return Ok(Readiness::AlreadyThere(format!("{} is {wanted}", there.pointer)));
            }
        }
        if let Some(ready) = &self.ready {
            let answer = get(host, &ready.url, facts)?;
            if answer.status != 200 {
                return Ok(Readiness::Refused(format!("the deploy tool {}", answered(&answer))));
            }
        }
        Ok(Readiness::Ready)
    }

    fn plan(&self, _: &Host, call: &Call) -> Result<RollbackPlan, Failure> {
        let mut steps = Vec::new();
        for step in &self.steps {
            let (summary, filled) = filled(step, of_release(call, SOME_KEY))?;
            let summary = format!("{summary} ({} {})", filled.method, filled.url);
            steps.push(Planned::new(&step.id, summary, ""));
        }
        let to = call.release.previous_version.as_deref().unwrap_or("the previous version");
        Ok(RollbackPlan::new(format!("bring {} back to {to}", call.release.service), steps))
    }

    fn execute(&self, host: &Host, call: &Call, step: &Planned, order: Order<'_>) -> Result<StepReport, Failure> {
        let Some(own) = self.steps.iter().find(|own| own.id == step.id) else {
            return Err(Failure::Settings(format!("the settings have no step {:?} any more", step.id)));
        };
        let key = self.key_of(own, order.key);
        let (_, filled) = filled(own, of_release(call, &key))?;
        let answer = filled.send(host, &self.idempotency_header, &key)?;
        let summary = format!("{} {}", own.id, answered(&answer));
        if own.started.contains(&answer.status) {
            return Ok(StepReport::new(StepEnd::Started, summary));
        }
        if own.expect.contains(&answer.status) {
            return Ok(StepReport::new(StepEnd::Done, summary));
        }
        Err(Failure::Unavailable(format!("step {summary}")))
    }

    fn status(&self, host: &Host, call: &Call, _: &RollbackPlan, key: &str) -> Result<StatusReport, Failure> {
        if !self.status.url.names().any(|name| name == "key") {
            let (progress, said) = self.look(host, call, key)?;
            return Ok(StatusReport::new(progress, said));
        }
        let mut all = Vec::new();
        let mut told = Vec::new();
        for step in &self.steps {
            let (progress, said) = self.look(host, call, &self.key_of(step, key))?;
            all.push(progress);
            told.push(if self.steps.len() > 1 { format!("{}: {said}", step.id) } else { said });
        }
        Ok(StatusReport::new(together(&all), told.join("; ")))
    }
}

impl Settings {
    /// The key of one step: the rollback's own, told apart where there are several steps.
    fn key_of(&self, step: &Step, key: &str) -> String {
        if self.steps.len() > 1 { format!("{key}-{}", step.id) } else { key.to_owned() }
    }

    /// Asks the tool how far the operation under one key is.
    fn look(&self, host: &Host, call: &Call, key: &str) -> Result<(Progress, String), Failure> {
        let (standing, said) = self.status.look(host, of_release(call, key))?;
        Ok((progress(standing), said))
    }
}

fn of_release<'a>(call: &'a Call, key: &'a str) -> Facts<'a> {
    Facts { call, key, percent: None }
}

/// A step's summary and call with everything filled in.
fn filled(step: &Step, facts: Facts<'_>) -> Result<(String, Filled), Failure> {
    Ok((step.summary.fill(&facts)?, Filled::of(step.stated(), facts)?))
}

fn progress(standing: Standing) -> Progress {
    match standing {
        Standing::NotBegun => Progress::NotBegun,
        Standing::UnderWay => Progress::UnderWay,
        Standing::Complete => Progress::Complete,
        Standing::Partial => Progress::Partial,
        Standing::Failed => Progress::Failed,
        Standing::Unknown => Progress::Unknown,
    }
}

/// How far a whole is by its steps: what is bad, or not known, of one is so of the whole. Steps that are complete
/// before others that have not begun are partial: the rest are the next steps.
fn together(all: &[Progress]) -> Progress {
    let any = |wanted: Progress| all.contains(&wanted);
    let telling = [Progress::Failed, Progress::Unknown, Progress::UnderWay, Progress::Partial];
    if let Some(one) = telling.into_iter().find(|one| any(*one)) {
        return one;
    }
    match (any(Progress::Complete), any(Progress::NotBegun)) {
        (true, true) => Progress::Partial,
        (true, false) => Progress::Complete,
        (false, true) => Progress::NotBegun,
        (false, false) => Progress::Unknown,
    }
}
