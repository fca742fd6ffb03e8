//! The four questions of the host, answered by way of the Kubernetes API.

use holdpoint_sdk::rollback::{
    Order, Progress, Readiness, Rollback, RollbackPlan, StatusReport, Step, StepEnd, StepReport,
};
use holdpoint_sdk::{Call, Failure, Host, Problem};
use serde::{Deserialize, Serialize};

use crate::cluster::{Cluster, Patched};
use crate::object::{Deployment, ReplicaSet, images};
use crate::patch;
use crate::progress;
use crate::settings::Settings;
use crate::target::{self, Back, Choice};

/// What a step needs to know when it is carried out.
///
/// The `ReplicaSet` by its uid: its revision is given anew when it is taken up again. The template stays in the
/// cluster, since it may hold what doesn't belong into a journal.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Payload {
    from: u64,
    to: u64,
    replica_set: String,
    uid: String,
}

impl Rollback for Settings {
    fn validate(&self) -> Vec<Problem> {
        self.problems()
    }

    fn ready(&self, host: &Host, call: &Call) -> Result<Readiness, Failure> {
        let wanted = match self.wanted(&call.release) {
            Err(Failure::Settings(why)) => return Ok(Readiness::Refused(why)),
            other => other?,
        };
        Ok(match target::choose(&Cluster { settings: self, host }, &wanted)? {
            Choice::Back(_) => Readiness::Ready,
            Choice::There(seen) => Readiness::AlreadyThere(seen),
            Choice::Refused(why) => Readiness::Refused(why),
        })
    }

    fn plan(&self, host: &Host, call: &Call) -> Result<RollbackPlan, Failure> {
        let cluster = Cluster { settings: self, host };
        match target::choose(&cluster, &self.wanted(&call.release)?)? {
            Choice::Back(back) => planned(&cluster, &back),
            Choice::There(why) | Choice::Refused(why) => Err(Failure::Unavailable(why)),
        }
    }

    fn execute(&self, host: &Host, call: &Call, step: &Step, order: Order<'_>) -> Result<StepReport, Failure> {
        let cluster = Cluster { settings: self, host };
        let payload = payload(step)?;
        let deployment = existing(&cluster)?;
        if patch::key_of(&deployment) == Some(order.key) {
            return Ok(already_done(order.key));
        }
        let set = kept(&cluster, &deployment, &payload)?;
        let release = &call.release;
        let cause =
            format!("Holdpoint set {} back from {} to revision {}", release.service, release.version, payload.to);
        match cluster.patch(&patch::setting_back(&deployment, &set, order.key, &cause))? {
            Patched::Done => {
                let told =
                    format!("set back from revision {} to the template of revision {}", payload.from, payload.to);
                Ok(StepReport::new(StepEnd::Started, told))
            }
            Patched::Refused(why) => after_refusal(&cluster, &deployment, order.key, &why),
        }
    }

    fn status(&self, host: &Host, _call: &Call, plan: &RollbackPlan, key: &str) -> Result<StatusReport, Failure> {
        let cluster = Cluster { settings: self, host };
        let Some(deployment) = cluster.deployment()? else {
            return Ok(StatusReport::new(Progress::Unknown, "there is no such Deployment any more"));
        };
        if patch::key_of(&deployment) != Some(key) {
            return Ok(StatusReport::new(Progress::NotBegun, "the Deployment does not carry the rollback's key"));
        }
        let step = plan.steps.first().ok_or_else(|| Failure::Internal("the plan has no step".to_owned()))?;
        let set = cluster.replica_set(&payload(step)?.replica_set)?;
        Ok(match set {
            None => StatusReport::new(Progress::Unknown, "the ReplicaSet of the revision is gone"),
            Some(set) if !target::is_same(&deployment, &set) => {
                StatusReport::new(Progress::Failed, "someone changed the Deployment's template after the rollback")
            }
            Some(_) => {
                let (progress, seen) = progress::of_rollout(&deployment);
                StatusReport::new(progress, seen)
            }
        })
    }
}

fn planned(cluster: &Cluster<'_>, back: &Back) -> Result<RollbackPlan, Failure> {
    let set = &back.replica_set;
    let payload =
        Payload { from: back.from, to: back.to, replica_set: set.metadata.name.clone(), uid: set.metadata.uid.clone() };
    let payload = serde_json::to_string(&payload).map_err(|error| Failure::Internal(error.to_string()))?;
    let images: Vec<String> =
        images(&set.spec.template).iter().map(|(container, image)| format!("{container}: {image}")).collect();
    let (from, to, images) = (back.from, back.to, images.join(", "));
    let name = &cluster.settings.deployment;
    let summary = format!("sets {name} back from revision {from} to {to} ({images})");
    let step = format!("{summary}: PATCH {}", cluster.deployment_target().as_str());
    Ok(RollbackPlan::new(summary, vec![Step::new("set-back", step, payload)]))
}

fn payload(step: &Step) -> Result<Payload, Failure> {
    serde_json::from_str(&step.payload)
        .map_err(|error| Failure::Internal(format!("the step `{}` is not of this plugin's planning: {error}", step.id)))
}

fn existing(cluster: &Cluster<'_>) -> Result<Deployment, Failure> {
    let gone = || Failure::Unavailable(format!("there is no Deployment {}", cluster.settings.deployment));
    cluster.deployment()?.ok_or_else(gone)
}

/// Returns the `ReplicaSet` of the plan, if the Deployment is still as it was planned for.
fn kept(cluster: &Cluster<'_>, deployment: &Deployment, payload: &Payload) -> Result<ReplicaSet, Failure> {
    let unchanged = |why: String| Failure::Unavailable(format!("{why}; nothing was changed"));
    let name = &deployment.metadata.name;
    if deployment.spec.paused {
        return Err(unchanged(format!("{name} was paused after the plan was made")));
    }
    if !deployment.is_observed() || deployment.metadata.revision() != Some(payload.from) {
        return Err(unchanged(format!("{name} is no more at revision {}, for which the plan was made", payload.from)));
    }
    let mut sets = cluster.replica_sets_of(deployment)?.into_iter();
    let found = sets.find(|set| set.metadata.uid == payload.uid);
    found.ok_or_else(|| unchanged(format!("revision {} of {name} was pruned after the plan was made", payload.to)))
}

fn already_done(key: &str) -> StepReport {
    StepReport::new(StepEnd::AlreadyDone, format!("the Deployment carries the key {key} already"))
}

/// Looks what came between the reading and the patch.
fn after_refusal(cluster: &Cluster<'_>, before: &Deployment, key: &str, why: &str) -> Result<StepReport, Failure> {
    let after = existing(cluster)?;
    if patch::key_of(&after) == Some(key) {
        return Ok(already_done(key));
    }
    let (before, after) = (&before.metadata.resource_version, &after.metadata.resource_version);
    let between = if before == after {
        "the Deployment is as it was read".to_owned()
    } else {
        format!("the Deployment changed meanwhile, from resource version {before} to {after}")
    };
    Err(Failure::Unavailable(format!("the API refused the patch ({why}), {between}; nothing was changed")))
}
