//! `cargo xtask measure`: how long our files and functions are. The numbers start a conversation, they end none.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::step::{Places, say};

/// Prints, for each room, its files and how long they and their functions are, tests apart.
///
/// # Errors
/// When a file can't be read.
pub(crate) fn measure(places: &Places) -> Result<()> {
    say(&format!(
        "{:<20}{:>7}{:>9}{:>8}{:>8}{:>8}   {}",
        "room", "files", "lines", "median", "p90", "fn p90", "longest file"
    ));
    for room in rooms(&places.root)? {
        let files = sources(&places.root.join(&room))?;
        let mut lengths = Vec::new();
        let mut functions = Vec::new();
        let mut longest = (0, PathBuf::new());
        for path in &files {
            let text = fs::read_to_string(path)?;
            let production = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = production.lines().count();
            lengths.push(lines);
            functions.extend(function_lengths(production));
            if lines > longest.0 {
                longest = (lines, path.clone());
            }
        }
        let name = longest.1.strip_prefix(&places.root).unwrap_or(&longest.1).display().to_string();
        say(&format!(
            "{room:<20}{:>7}{:>9}{:>8}{:>8}{:>8}   {} ({name})",
            files.len(),
            lengths.iter().sum::<usize>(),
            quantile(&mut lengths, 50),
            quantile(&mut lengths, 90),
            quantile(&mut functions, 90),
            longest.0
        ));
    }
    Ok(())
}

fn rooms(root: &Path) -> Result<Vec<String>> {
    let mut rooms = vec!["examples/shop".to_owned(), "sdk/rust".to_owned(), "tests".to_owned()];
    for parent in ["host", "plugins"] {
        for entry in fs::read_dir(root.join(parent))? {
            let path = entry?.path();
            if path.join("Cargo.toml").exists() {
                rooms.push(format!("{parent}/{}", path.file_name().unwrap_or_default().to_string_lossy()));
            }
        }
    }
    rooms.sort();
    Ok(rooms)
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The lengths of functions, by the indentation that the formatter guarantees.
fn function_lengths(text: &str) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let indentation = line.len() - line.trim_start().len();
        let words = line.trim_start();
        let begins = words.split(' ').take(5).any(|word| word == "fn") && !words.starts_with("//");
        match open {
            None if begins && !words.ends_with(';') => {
                if words.ends_with('}') {
                    lengths.push(1);
                } else {
                    open = Some((number, indentation));
                }
            }
            Some((start, depth)) if indentation == depth && words.starts_with('}') => {
                lengths.push(number - start + 1);
                open = None;
            }
            None | Some(_) => {}
        }
    }
    lengths
}

fn quantile(values: &mut [usize], percent: usize) -> usize {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values.get((last * percent).div_ceil(100)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_as_long_as_from_its_first_line_to_its_brace() {
        assert_eq!(function_lengths("fn a() {\n    b();\n}\n\npub fn c() {}\n"), [3, 1]);
    }

    #[test]
    fn the_ninetieth_percentile_of_ten_is_the_ninth_and_up() {
        assert_eq!(quantile(&mut (1..=11).collect::<Vec<_>>(), 90), 10);
        assert_eq!(quantile(&mut [], 90), 0);
    }
}
