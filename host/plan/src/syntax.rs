//! Syntax: TOML or JSON text into a tree whose every key and value knows its place.

use holdpoint_core::text::visible;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::node::{Entry, Node, Value};
use crate::problem::{Code, Gravity, Problem};
use crate::source::{At, Source};

/// The longest text, in bytes: a plan for people has a fraction of it, one that a program wrote for ten thousand signals
/// about half.
const LONGEST: usize = 4 << 20;

/// How deeply values may lie in each other.
const DEEPEST: usize = 48;

/// Reads TOML as far as it can be read. What can't be is a problem, and the rest stands.
pub(crate) fn toml(text: &str, source: &Source) -> (Node, Vec<Problem>) {
    let empty = Node { at: At::default(), value: Value::Table(Vec::new()) };
    if let Some(why) = unreadable(text) {
        return (empty, vec![syntax(source, At::default(), &why)]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = errors
        .iter()
        .map(|error| {
            let at = error.span().map(|span| At { start: span.start, end: span.end }).unwrap_or_default();
            syntax(source, at, &format!("this is not TOML: {}", error.message()))
        })
        .collect();
    let mut too_deep = Vec::new();
    let tree = Node { at: At::default(), value: entries(table.get_ref(), 0, &mut too_deep) };
    problems.extend(too_deep.into_iter().map(|at| syntax(source, at, "this lies too deep in other values")));
    (tree, problems)
}

/// Reads JSON. All keys and values of one key have the place where that key is first written.
pub(crate) fn json(text: &str, source: &Source) -> (Node, Vec<Problem>) {
    let empty = Node { at: At::default(), value: Value::Table(Vec::new()) };
    match serde_json::from_str::<Unplaced>(text) {
        Ok(unplaced) => (placed(unplaced.0, text, At::default()), Vec::new()),
        Err(error) => {
            let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let start = start + error.column().saturating_sub(1);
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            (empty, vec![syntax(source, At { start, end: start }, &format!("this is not JSON: {words}"))])
        }
    }
}

fn syntax(source: &Source, at: At, what: &str) -> Problem {
    let place = Some(source.place(at));
    Problem { gravity: Gravity::Error, code: Code::Syntax, place, what: visible(what), cure: None }
}

/// Says why a text is not even parsed.
///
/// The parser bounds brackets and not dotted keys, and a tree is taken apart as deep as it is; so the depth that the
/// dots of a text could make is bounded here. A line has 16 dots free, whatever they stand for; beyond these the whole
/// text has a thousand.
fn unreadable(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return Some(format!("this has {} bytes, and may have {LONGEST}", text.len()));
    }
    let joins = |line: &str| {
        let letters = line.chars().filter(|letter| !letter.is_whitespace());
        let mut before = '.';
        let mut count: usize = 0;
        for letter in letters {
            count += usize::from(letter == '.' && before != '.');
            before = letter;
        }
        count
    };
    let beyond: usize = text.lines().map(|line| joins(line).saturating_sub(16)).sum();
    (beyond > 1_000).then(|| "this has lines with very many dots; break them into several".to_owned())
}

fn entries(table: &DeTable<'_>, depth: usize, too_deep: &mut Vec<At>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_at: at(key),
            node: node(value, depth + 1, too_deep),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_at);
    Value::Table(entries)
}

fn node(spanned: &Spanned<DeValue<'_>>, depth: usize, too_deep: &mut Vec<At>) -> Node {
    let at = at(spanned);
    if depth > DEEPEST {
        too_deep.push(at);
        return Node { at, value: Value::Other("something that lies too deep") };
    }
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => integer(number),
        DeValue::Float(number) => number.as_str().parse().map_or(Value::Other("a fraction"), Value::Float),
        DeValue::Boolean(word) => Value::Boolean(*word),
        DeValue::Datetime(_) => Value::Other("a date or time"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, depth + 1, too_deep)).collect()),
        DeValue::Table(table) => entries(table, depth, too_deep),
    };
    Node { at, value }
}

fn integer(number: &DeInteger<'_>) -> Value {
    i64::from_str_radix(number.as_str(), number.radix())
        .map_or(Value::Other("a whole number beyond 64 bits"), Value::Integer)
}

fn at<T>(spanned: &Spanned<T>) -> At {
    let span = spanned.span();
    At { start: span.start, end: span.end }
}

/// JSON as it stands, doubled keys and all.
struct Unplaced(Value);

impl<'de> Deserialize<'de> for Unplaced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Taking).map(Self)
    }
}

struct Taking;

impl<'de> Visitor<'de> for Taking {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, word: bool) -> Result<Value, E> {
        Ok(Value::Boolean(word))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(i64::try_from(number).map_or(Value::Other("a whole number beyond 64 bits"), Value::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Other("null"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(Unplaced(value)) = items.next_element()? {
            nodes.push(Node { at: At::default(), value });
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, Unplaced(value))) = pairs.next_entry()? {
            let node = Node { at: At::default(), value };
            entries.push(Entry { key, key_at: At::default(), node });
        }
        Ok(Value::Table(entries))
    }
}

/// Gives the entries of a JSON object the places where their keys are first written.
fn placed(value: Value, text: &str, at: At) -> Node {
    let Value::Table(entries) = value else { return Node { at, value } };
    let place = |entry: Entry| {
        let written = serde_json::Value::from(entry.key.as_str()).to_string();
        let key_at = text.find(&written).map_or(at, |start| At { start, end: start + written.len() });
        Entry { key: entry.key, key_at, node: placed(entry.node.value, text, key_at) }
    };
    Node { at, value: Value::Table(entries.into_iter().map(place).collect()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        toml(text, &Source::new(text)).1.iter().map(|problem| problem.render("x.toml")).collect()
    }

    #[test]
    fn two_mistakes_of_syntax_are_both_told() {
        assert_eq!(problems("a = \nb = 1\nc = [1\n").len(), 2);
    }

    #[test]
    fn a_key_of_a_hundred_thousand_parts_is_refused_and_nothing_overflows() {
        for text in [format!("a{} = 1", ".a".repeat(100_000)), format!("[{}b]", "a.".repeat(100_000))] {
            assert_eq!(problems(&text).len(), 1);
        }
    }

    #[test]
    fn deep_brackets_are_refused_and_nothing_overflows() {
        let text = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!problems(&text).is_empty());
    }

    #[test]
    fn depth_from_brackets_and_dots_together_is_refused_and_nothing_overflows() {
        let dots = ".a".repeat(16);
        let text = format!("{}1{}", format!("a{dots} = {{\n").repeat(70), "}".repeat(70));
        assert!(!problems(&text).is_empty());
    }

    #[test]
    fn json_that_is_cut_short_is_told_with_its_place() {
        let text = "{\n  \"version\": ";
        let (_, problems) = json(text, &Source::new(text));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].place.unwrap().line, 2);
    }
}
