//! `holdpoint explain`: a plan in sentences.

use holdpoint_report::explained;

use crate::arguments::Explain;
use crate::command::lint::tell;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::intent::{self, Completeness};
use crate::output;

/// Reads the plan and says it.
pub(crate) fn explain(asked: &Explain) -> Result<Exit, Failure> {
    let runtime = super::runtime()?;
    let intent = runtime.block_on(intent::read(&asked.plan, Completeness::AsFarAsKnown))?;
    tell(&intent.told);
    if intent.broken() {
        return Err(Failure::plan("the plan can't be run, so there is nothing to explain"));
    }
    let Some(plan) = &intent.plan else {
        let failure = Failure::usage("a plan is explained for one environment, and none is known");
        return Err(failure.hint("name it with --environment"));
    };
    output::print(&explained(plan));
    Ok(Exit::Done)
}
