//! A rollback that changes nothing and says that all went well.

use holdpoint_sdk::rollback::{
    Order, Progress, Readiness, Rollback, RollbackPlan, StatusReport, Step, StepEnd, StepReport,
};
use holdpoint_sdk::{Call, Failure, Host};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {}

impl Rollback for Settings {
    fn ready(&self, _host: &Host, _call: &Call) -> Result<Readiness, Failure> {
        Ok(Readiness::Ready)
    }

    fn plan(&self, _host: &Host, _call: &Call) -> Result<RollbackPlan, Failure> {
        Ok(RollbackPlan::new("changes nothing", vec![Step::new("nothing", "does nothing", "{}")]))
    }

    fn execute(&self, _host: &Host, _call: &Call, _step: &Step, order: Order<'_>) -> Result<StepReport, Failure> {
        Ok(StepReport::new(StepEnd::Done, format!("nothing was done under {}", order.key)))
    }

    fn status(&self, _host: &Host, _call: &Call, _plan: &RollbackPlan, _key: &str) -> Result<StatusReport, Failure> {
        Ok(StatusReport::new(Progress::Complete, "nothing was to be done"))
    }
}

holdpoint_sdk::rollback!(Settings);
