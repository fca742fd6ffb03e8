//! To which revision a Deployment is set back, if to any.

use std::collections::BTreeMap;

use holdpoint_sdk::Failure;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::object::{Deployment, ReplicaSet, images, without_hash};
use crate::settings::Wanted;

/// What is to be done about a Deployment.
pub(crate) enum Choice {
    /// It is to be set back to this revision.
    Back(Back),
    /// It is there already.
    There(String),
    /// It can't be set back, and why.
    Refused(String),
}

/// The way back.
pub(crate) struct Back {
    /// The current revision.
    pub(crate) from: u64,
    /// The revision to set it back to.
    pub(crate) to: u64,
    /// The `ReplicaSet` that keeps it.
    pub(crate) replica_set: ReplicaSet,
}

/// Chooses the revision, from what the cluster has.
///
/// # Errors
/// When the API doesn't answer, or its controller has not yet seen the Deployment as it stands: then the current
/// revision isn't known, nor which is the one before.
pub(crate) fn choose(cluster: &Cluster<'_>, wanted: &Wanted) -> Result<Choice, Failure> {
    let name = &cluster.settings.deployment;
    let Some(deployment) = cluster.deployment()? else {
        return Ok(Choice::Refused(format!("there is no Deployment {name} in {}", cluster.settings.namespace)));
    };
    if deployment.spec.paused {
        return Ok(Choice::Refused(format!("{name} is paused, so a change of it would not be rolled out")));
    }
    let Some(from) = deployment.metadata.revision().filter(|_| deployment.is_observed()) else {
        return Err(Failure::Unavailable(format!("the cluster's controller has not yet seen {name} as it stands")));
    };
    let has_images = mismatch(&deployment.spec.template, &wanted.images).is_none();
    if cluster.settings.to_revision.is_none() && wanted.tells_version && has_images {
        return Ok(Choice::There(format!("{name} has the images of the version before, at revision {from}")));
    }
    let sets = cluster.replica_sets_of(&deployment)?;
    Ok(match cluster.settings.to_revision {
        Some(to) => given(&deployment, sets, from, to),
        None => before(&deployment, sets, from),
    }
    .with_images(&wanted.images))
}

/// The revision that the settings name.
fn given(deployment: &Deployment, sets: Vec<ReplicaSet>, from: u64, to: u64) -> Choice {
    let name = &deployment.metadata.name;
    match sets.into_iter().find(|set| set.metadata.revision() == Some(to)) {
        None => Choice::Refused(format!("{name} has no revision {to}: there never was one, or it was pruned")),
        Some(set) if is_same(deployment, &set) => Choice::There(format!("{name} is at revision {to}")),
        Some(replica_set) => Choice::Back(Back { from, to, replica_set }),
    }
}

/// The highest revision below the current one that differs from it.
fn before(deployment: &Deployment, sets: Vec<ReplicaSet>, from: u64) -> Choice {
    let below = sets.into_iter().filter(|set| !is_same(deployment, set));
    let below = below.filter_map(|set| Some((set.metadata.revision().filter(|revision| *revision < from)?, set)));
    match below.max_by_key(|(revision, _)| *revision) {
        Some((to, replica_set)) => Choice::Back(Back { from, to, replica_set }),
        None => Choice::Refused(format!("{} has no revision before {from}", deployment.metadata.name)),
    }
}

impl Choice {
    /// Refuses a revision that doesn't have these images.
    fn with_images(self, wanted: &BTreeMap<String, String>) -> Self {
        match self {
            Self::Back(back) => match mismatch(&back.replica_set.spec.template, wanted) {
                Some(flaw) => Self::Refused(format!("revision {} has {flaw}", back.to)),
                None => Self::Back(back),
            },
            Self::There(_) | Self::Refused(_) => self,
        }
    }
}

/// Whether a Deployment's template is the one that a `ReplicaSet` keeps.
pub(crate) fn is_same(deployment: &Deployment, set: &ReplicaSet) -> bool {
    without_hash(&deployment.spec.template) == without_hash(&set.spec.template)
}

/// Returns the first image that is not as wanted, both sides told.
fn mismatch(template: &Value, wanted: &BTreeMap<String, String>) -> Option<String> {
    let images = images(template);
    wanted.iter().find_map(|(container, wanted)| match images.get(container.as_str()) {
        Some(image) if image == wanted => None,
        Some(image) => Some(format!("the image {image} in {container} instead of {wanted}")),
        None => Some(format!("no container {container}")),
    })
}
