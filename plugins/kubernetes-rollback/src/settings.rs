//! What the rollback is told to do, as it stands in the plan.

use std::collections::BTreeMap;

use holdpoint_sdk::{Endpoint, Failure, Problem, Release};
use schemars::JsonSchema;
use serde::Deserialize;

/// The placeholder that stands for the version that ran before.
const PREVIOUS: &str = "{{previous-version}}";

/// One Deployment, and to which revision it is set back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// The Kubernetes API: `endpoint:NAME`.
    pub(crate) api: Endpoint,
    /// The Deployment's namespace.
    pub(crate) namespace: String,
    /// The Deployment's name.
    pub(crate) deployment: String,
    /// The revision to set it back to. Without it, the highest below the current one.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub(crate) to_revision: Option<u64>,
    /// The image that each of these containers must have in that revision; `{{previous-version}}` stands for the
    /// version that ran before. A revision with another image is refused.
    #[serde(default)]
    pub(crate) images: BTreeMap<String, String>,
}

/// What the revision must have.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The images, by container.
    pub(crate) images: BTreeMap<String, String>,
    /// Whether an image tells the previous version from the released one. One that is the same in both (a release of
    /// new configuration, say) doesn't.
    pub(crate) tells_version: bool,
}

impl Settings {
    /// Finds what is wrong beyond what the types say.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (at, name) in [("/namespace", &self.namespace), ("/deployment", &self.deployment)] {
            if !is_name(name) {
                let problem = Problem::at(at, format!("`{name}` is not a name in Kubernetes"));
                problems.push(problem.hint("use lower-case letters, digits, `-` and `.`"));
            }
        }
        if self.to_revision == Some(0) {
            problems.push(Problem::at("/to-revision", "there is no revision 0").hint("revisions count from 1"));
        }
        for (container, image) in &self.images {
            if image.replace(PREVIOUS, "").contains("{{") || image.is_empty() {
                let at = format!("/images/{}", container.replace('~', "~0").replace('/', "~1"));
                let problem = Problem::at(at, format!("`{image}` can't be an image"));
                problems.push(problem.hint(format!("only `{PREVIOUS}` is filled in")));
            }
        }
        problems
    }

    /// Returns the images that the containers must have.
    ///
    /// # Errors
    /// [`Failure::Settings`] when an image names the previous version and the release states none.
    pub(crate) fn wanted(&self, release: &Release) -> Result<Wanted, Failure> {
        let previous = release.previous_version.as_deref().filter(|version| !version.is_empty());
        let mut wanted = Wanted { images: BTreeMap::new(), tells_version: false };
        for (container, image) in &self.images {
            let filled = match (image.contains(PREVIOUS), previous) {
                (false, _) => image.clone(),
                (true, Some(previous)) => {
                    wanted.tells_version |= previous != release.version;
                    image.replace(PREVIOUS, previous)
                }
                (true, None) => {
                    let told = "the release states no previous-version, and the image of";
                    return Err(Failure::Settings(format!("{told} {container} needs it")));
                }
            };
            wanted.images.insert(container.clone(), filled);
        }
        Ok(wanted)
    }
}

/// Whether this is a DNS subdomain name, as Kubernetes names its objects.
fn is_name(name: &str) -> bool {
    let ends = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let part = |part: &str| {
        part.bytes().next().is_some_and(ends)
            && part.bytes().last().is_some_and(ends)
            && part.bytes().all(|letter| ends(letter) || letter == b'-')
    };
    name.len() <= 253 && name.split('.').all(part)
}
