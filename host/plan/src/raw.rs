//! A plan as it is typed: the one list of its keys, with what each means.
//!
//! Each section names its keys once. The reader takes its values from there, the check for unknown keys its list, and
//! the JSON Schema its descriptions, which are the doc comments.

pub(crate) mod document;
pub(crate) mod release;
pub(crate) mod endpoint;
pub(crate) mod plugin;
pub(crate) mod check;
pub(crate) mod signal;
pub(crate) mod assess;
pub(crate) mod rollback;
pub(crate) mod rollout;
pub(crate) mod secret;
pub(crate) mod policy;
pub(crate) mod scenario;

/// A key as it is written: hyphens for underscores, and none at its end, where one keeps it from being a word of Rust.
pub(crate) fn key(field: &str) -> String {
    field.trim_end_matches('_').replace('_', "-")
}

/// Declares a section: `required key: Form`, `optional key: Form = default`, or `wanted key: Form` for one whose absence
/// the lowering tells in better words. Underscores stand for hyphens.
macro_rules! section {
    ($(#[doc = $doc:literal])* $noun:literal $name:ident {
        $( $(#[doc = $key_doc:literal])* $need:ident $key:ident : $form:ty $(= $default:expr)? ,)*
    }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct $name {
            /// Where the table begins.
            pub(crate) at: $crate::source::At,
            /// The keys that are there and whose values could not be read.
            pub(crate) unreadable: $crate::form::Unreadable,
            $( $(#[doc = $key_doc])* pub(crate) $key: Option<$crate::reader::Placed<$form>>, )*
        }

        impl $crate::form::Section for $name {
            const NOUN: &'static str = $noun;
            const DOC: &'static str = concat!($($doc, "\n"),*);

            fn keys(definitions: &mut $crate::form::Definitions) -> Vec<$crate::form::Key> {
                vec![$( $crate::form::Key {
                    name: $crate::raw::key(stringify!($key)),
                    doc: concat!($($key_doc, "\n"),*),
                    required: $crate::raw::section!(@required $need),
                    default: [$(serde_json::json!($default))?].into_iter().next(),
                    schema: <$form as $crate::form::Form>::schema(definitions),
                } ),*]
            }

            fn read(node: &$crate::node::Node, owner: &str, reader: &mut $crate::reader::Reader<'_>) -> Self {
                let known = [$( $crate::raw::key(stringify!($key)) ),*];
                reader.check_keys(node, owner, &known);
                $(
                    let spot = $crate::reader::Spot {
                        key: $crate::raw::key(stringify!($key)), owner: owner.to_owned(),
                    };
                    let $key = $crate::form::$need(node, &spot, reader);
                )*
                let read = [$( $key.is_some() ),*];
                let missed = known.into_iter().zip(read).filter(|(key, read)| !read && node.get(key).is_some());
                let unreadable = $crate::form::Unreadable(missed.map(|(key, _)| key).collect());
                Self { at: node.at, unreadable, $( $key ),* }
            }
        }
    };
    (@required required) => { true };
    (@required wanted) => { true };
    (@required optional) => { false };
}
pub(crate) use section;
