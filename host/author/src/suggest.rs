//! Suggestions: which known word was probably meant.

/// Returns `; did you mean "…"?` for the word that differs least, if it differs in a third of its letters at most.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = known.into_iter().filter_map(|word| {
        let distance = distance(written, word);
        (distance <= (word.chars().count() / 3).max(1)).then_some((distance, word))
    });
    near.min().map(|(_, word)| format!("; did you mean {word:?}?")).unwrap_or_default()
}

/// Writes words as `"a", "b" or "c"`.
pub(crate) fn either<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("{word:?}")).collect();
    match words.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Counts the letters to insert, drop or change.
fn distance(from: &str, to: &str) -> usize {
    let mut last: Vec<usize> = (0..=to.chars().count()).collect();
    for (row, letter) in from.chars().take(64).enumerate() {
        let mut left = row + 1;
        let mut this = vec![left];
        for (wanted, pair) in to.chars().zip(last.windows(2)) {
            let (diagonal, above) = match pair {
                [diagonal, above] => (*diagonal, *above),
                _ => continue,
            };
            left = (diagonal + usize::from(letter != wanted)).min(above + 1).min(left + 1);
            this.push(left);
        }
        last = this;
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        assert_eq!(did_you_mean("requets", ["requests", "name"]), "; did you mean \"requests\"?");
    }

    #[test]
    fn something_else_altogether_finds_nothing() {
        assert_eq!(did_you_mean("colour", ["requests", "name"]), "");
    }
}
