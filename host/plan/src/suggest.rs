//! Suggestions: what was probably meant.

/// Returns the candidate that is nearest to what was written, if one is near: a third of its letters may differ.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: String = written.chars().take(64).flat_map(char::to_lowercase).collect();
    let near = candidates.into_iter().filter_map(|candidate| {
        let bound = (candidate.chars().count().max(written.chars().count()) / 3).max(1);
        let distance = distance(&written, candidate);
        (distance <= bound).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Returns `; did you mean "…"?`, or nothing.
pub(crate) fn did_you_mean<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, candidates).map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}

/// Writes a list as `"a", "b" or "c"`.
pub(crate) fn either<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("{word:?}")).collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Counts the letters to insert, drop, change, or swap with their neighbour (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let mut this = vec![row + 1];
        for (column, wanted) in to.iter().enumerate() {
            let read = |cells: &[usize], at: usize| cells.get(at).copied().unwrap_or(usize::MAX - 1);
            let change = read(&last, column) + usize::from(letter != *wanted);
            let mut best = change.min(read(&last, column + 1) + 1).min(read(&this, column) + 1);
            let swapped = column > 0 && previous == Some(*wanted) && to.get(column - 1) == Some(&letter);
            if swapped {
                best = best.min(read(&before_last, column - 1) + 1);
            }
            this.push(best);
        }
        before_last = std::mem::replace(&mut last, this);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        for (written, meant) in
            [("severty", "severity"), ("tiemout", "timeout"), ("Name", "name"), ("on_fail", "on-fail")]
        {
            assert_eq!(nearest(written, ["name", "severity", "timeout", "on-fail"]), Some(meant));
        }
    }

    #[test]
    fn a_word_that_is_near_to_nothing_finds_nothing() {
        assert_eq!(nearest("colour", ["name", "severity", "timeout"]), None);
        assert_eq!(nearest("", ["name"]), None);
    }
}
