//! Words: values that are written as one text, and what that text must be.

use holdpoint_core::decision::Decided;
use holdpoint_core::id::Digest;
use holdpoint_core::name::{CheckName, EndpointName, PhaseName, PluginName, SecretName};
use holdpoint_core::plan::cause::RootCause;
use holdpoint_core::plan::check::Severity;
use holdpoint_core::plan::endpoint::AddressRule;
use holdpoint_core::plan::grant::{Method, NetOperation, PathPattern};
use holdpoint_core::plan::limit::Bytes;
use holdpoint_core::plan::people::{Silence, Way};
use holdpoint_core::plan::phase::Arming;
use holdpoint_core::plan::stage::OnFail;
use holdpoint_core::release::{ChangeKind, Strategy};
use holdpoint_core::response::Response;
use holdpoint_core::run::ending::Ending;
use holdpoint_core::stat::promise::Direction;
use holdpoint_core::text::visible;
use holdpoint_core::time::Span;
use ipnet::IpNet;
use serde_json::{Value as Json, json};

use crate::form::{Definitions, Form};
use crate::node::{Node, Value};
use crate::problem::Code;
use crate::reader::{Reader, Spot};
use crate::scenario::{FaultKind, Speech};
use crate::suggest::{did_you_mean, either};

/// A value that is written as one text.
pub(crate) trait Word: Sized {
    /// What is wanted, for a value of another type.
    const WANTED: &'static str;
    /// Which rule a wrong text breaks.
    const CODE: Code = Code::BadValue;

    /// Takes the text, or says in words why it can't be.
    fn parse(text: &str) -> Result<Self, String>;

    /// Describes the text.
    fn schema() -> Json;
}

impl<W: Word> Form for W {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(text) = node.text() else {
            reader.wrong_type(node, spot, W::WANTED);
            return None;
        };
        match W::parse(text) {
            Ok(word) => Some(word),
            Err(why) => {
                reader.error(W::CODE, node.at, format!("{}: {why}", spot.words()));
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        W::schema()
    }
}

macro_rules! words {
    ($($word:ty, $wanted:literal, $schema:tt;)*) => {$(
        impl Word for $word {
            const WANTED: &'static str = $wanted;

            fn parse(text: &str) -> Result<Self, String> {
                <$word>::parse(text).map_err(|error| error.to_string())
            }

            fn schema() -> Json {
                json!($schema)
            }
        }
    )*};
}

const NAME: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

words! {
    CheckName, "a name", {"type": "string", "pattern": NAME, "maxLength": 64};
    PhaseName, "a name", {"type": "string", "pattern": NAME, "maxLength": 64};
    EndpointName, "a name", {"type": "string", "pattern": NAME, "maxLength": 64};
    PluginName, "a name", {"type": "string", "pattern": NAME, "maxLength": 64};
    SecretName, "a name", {"type": "string", "pattern": NAME, "maxLength": 64};
    Span, "a length of time such as \"30s\"", {"type": "string", "pattern": "^([0-9]+(ms|s|m|h))+$"};
    Bytes, "a size such as \"8MiB\"", {"type": "string", "pattern": "^[0-9]+(B|KiB|MiB|GiB)$"};
    Method, "a method such as \"GET\"", {"type": "string", "pattern": "^[A-Z]{1,16}$"};
    PathPattern, "a path such as \"/api/**\"", {"type": "string", "pattern": "^/"};
    Digest, "a digest", {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"};
}

impl Word for AddressRule {
    const WANTED: &'static str = "\"public\", \"private\", an address or a network";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "public" => return Ok(Self::Public),
            "private" => return Ok(Self::Private),
            _ => {}
        }
        let address = text.parse::<std::net::IpAddr>().map(IpNet::from).ok();
        let Some(network) = address.or_else(|| text.parse().ok()) else {
            let meant = did_you_mean(text, ["public", "private"]);
            return Err(format!(
                "an address rule is \"public\", \"private\", an address or a network such as 10.1.0.0/16: {text:?} is not{meant}"
            ));
        };
        let rule = Self::Network(network.trunc());
        let canonical = match rule {
            // Such an address is dialled as the IPv4 one, and matched as it.
            Self::Network(network) if network.addr().to_canonical() != network.addr() => {
                network.addr().to_canonical().to_string()
            }
            Self::Public | Self::Private | Self::Network(_) => rule.to_string(),
        };
        if canonical == text { Ok(rule) } else { Err(format!("{text:?} is written {canonical:?}")) }
    }

    fn schema() -> Json {
        json!({"type": "string", "anyOf": [{"enum": ["public", "private"]}, {"pattern": "^[0-9a-f.:]+(/[0-9]+)?$"}]})
    }
}

/// The name of an environment: any visible text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentName(pub(crate) String);

impl Word for EnvironmentName {
    const WANTED: &'static str = "the name of an environment";

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() || visible(text) != text {
            return Err(format!("{:?} can't be the name of an environment", visible(text)));
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }
}

/// The headers that say where a request goes, how it is framed or in which form its answer comes: no secret's.
const RESERVED: [&str; 14] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "keep-alive",
    "expect",
    "http2-settings",
    "accept-encoding",
    "range",
    "if-range",
    "user-agent",
];

/// The name of a header that may carry a secret, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderWord(pub(crate) String);

impl Word for HeaderWord {
    const WANTED: &'static str = "the name of a header";

    fn parse(text: &str) -> Result<Self, String> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if text.is_empty() || !text.bytes().all(token) {
            return Err(format!("{:?} is not the name of a header", visible(text)));
        }
        let name = text.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) || name.starts_with("proxy-") {
            return Err(format!("the header {text:?} is the host's own, and can't carry a secret"));
        }
        Ok(Self(name))
    }

    fn schema() -> Json {
        json!({"type": "string", "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"})
    }
}

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program(pub(crate) Vec<String>);

impl Form for Program {
    fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
        let texts: Option<Vec<String>> = match &node.value {
            Value::List(nodes) => nodes.iter().map(|node| node.text().map(str::to_owned)).collect(),
            Value::Text(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Other(_)
            | Value::Table(_) => None,
        };
        let texts = texts.filter(|texts| texts.first().is_some_and(|program| !program.trim().is_empty()));
        if texts.is_none() {
            reader.wrong_type(node, spot, "a list of texts, a program and its arguments");
        }
        texts.map(Self)
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({"type": "array", "minItems": 1, "items": {"type": "string"}})
    }
}

/// What carries a secret, other than a header or a parameter of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedAs {
    Placeholder,
    ClientCertificate,
}

/// A value out of a few.
trait Choice: Copy + 'static {
    const ALL: &'static [(&'static str, Self)];
}

fn choose<C: Choice>(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<C> {
    let words: Vec<&str> = C::ALL.iter().map(|(word, _)| *word).collect();
    let Some(text) = node.text() else {
        reader.wrong_type(node, spot, &either(words));
        return None;
    };
    let choice = C::ALL.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
    if choice.is_none() {
        reader.not_among(node, spot, &words);
    }
    choice
}

macro_rules! choices {
    ($($choice:ty = $all:expr;)*) => {$(
        impl Choice for $choice {
            const ALL: &'static [(&'static str, Self)] = &$all;
        }

        impl Form for $choice {
            fn read(node: &Node, spot: &Spot, reader: &mut Reader<'_>) -> Option<Self> {
                choose(node, spot, reader)
            }

            fn schema(_: &mut Definitions) -> Json {
                json!({"enum": <Self as Choice>::ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>()})
            }
        }
    )*};
}

choices! {
    RootCause = RootCause::ALL;
    Severity = Severity::ALL;
    Response = Response::ALL;
    NetOperation = NetOperation::ALL;
    ChangeKind = ChangeKind::ALL;
    Strategy = Strategy::ALL;
    Way = Way::ALL;
    OnFail = OnFail::ALL;
    Silence = [("by-cause", Silence::ByCause), ("roll-back", Silence::RollsBack), ("hold", Silence::Holds)];
    UsedAs = [("placeholder", UsedAs::Placeholder), ("client-certificate", UsedAs::ClientCertificate)];
    Direction = [("rise", Direction::Rise), ("drop", Direction::Drop), ("either", Direction::Either)];
    FaultKind = [
        ("down", FaultKind::Down),
        ("timeout", FaultKind::Timeout),
        ("error", FaultKind::Error),
        ("slow", FaultKind::Slow),
        ("empty", FaultKind::Empty),
        ("nan", FaultKind::NotANumber),
        ("stale", FaultKind::Stale),
    ];
    Speech = [
        ("confirm", Speech::Confirm),
        ("hotfix", Speech::Hotfix),
        ("roll-back", Speech::RollBack),
        ("extend", Speech::Extend),
    ];
    Decided = [
        ("confirm", Decided::Confirm),
        ("hotfix", Decided::Hotfix),
        ("escalate", Decided::Escalate),
        ("roll-back", Decided::RollBack),
    ];
    Ending = [
        ("confirmed", Ending::Confirmed),
        ("hotfix", Ending::Hotfix),
        ("rolled-back", Ending::RolledBack),
        ("rollback-failed", Ending::RollbackFailed),
        ("escalated", Ending::Escalated),
        ("cancelled", Ending::Cancelled),
    ];
    Arming = [("armed", Arming::Armed), ("observe-only", Arming::ObserveOnly)];
}

/// The words of a release's two choices, for facts that come as plain text.
pub(crate) fn change_kind(text: &str) -> Option<ChangeKind> {
    ChangeKind::ALL.iter().find(|(word, _)| *word == text).map(|(_, kind)| *kind)
}

/// The same for the strategy.
pub(crate) fn strategy(text: &str) -> Option<Strategy> {
    Strategy::ALL.iter().find(|(word, _)| *word == text).map(|(_, strategy)| *strategy)
}

/// An operation as it is written.
pub(crate) fn operation_word(operation: NetOperation) -> &'static str {
    NetOperation::ALL.iter().find(|(_, known)| *known == operation).map_or("", |(word, _)| *word)
}
