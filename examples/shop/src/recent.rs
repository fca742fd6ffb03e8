//! A map that forgets its oldest entries, so that no caller can fill the memory.

use std::collections::{BTreeMap, HashMap};

/// At most `limit` entries by name; the oldest goes when one more comes.
#[derive(Debug)]
pub(crate) struct Recent<V> {
    limit: usize,
    next: u64,
    order: BTreeMap<u64, String>,
    entries: HashMap<String, (u64, V)>,
}

impl<V> Recent<V> {
    pub(crate) fn at_most(limit: usize) -> Self {
        Self { limit, next: 0, order: BTreeMap::new(), entries: HashMap::new() }
    }

    /// Adds an entry as the newest; an entry of the same name is replaced.
    pub(crate) fn insert(&mut self, name: String, value: V) {
        self.remove(&name);
        self.order.insert(self.next, name.clone());
        self.entries.insert(name, (self.next, value));
        self.next += 1;
        while self.entries.len() > self.limit {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            self.entries.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&V> {
        self.entries.get(name).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.entries.get_mut(name).map(|(_, value)| value)
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<V> {
        let (place, value) = self.entries.remove(name)?;
        self.order.remove(&place);
        Some(value)
    }

    /// Returns the values, oldest first.
    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.order.values().filter_map(|name| self.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_goes_when_one_too_many_comes() {
        let mut recent = Recent::at_most(2);

        for name in ["a", "b", "c"] {
            recent.insert(name.to_owned(), name);
        }

        assert_eq!(recent.values().copied().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(recent.get("a"), None);
    }

    #[test]
    fn an_entry_inserted_again_counts_as_the_newest() {
        let mut recent = Recent::at_most(2);

        for name in ["a", "b", "a", "c"] {
            recent.insert(name.to_owned(), name);
        }

        assert_eq!(recent.values().copied().collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn a_removed_entry_makes_room() {
        let mut recent = Recent::at_most(2);
        recent.insert("a".to_owned(), 1);
        recent.insert("b".to_owned(), 2);

        recent.remove("b");
        recent.insert("c".to_owned(), 3);

        assert_eq!(recent.values().copied().collect::<Vec<_>>(), [1, 3]);
    }
}
