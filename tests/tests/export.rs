//! `holdpoint export` and `import`: a run on another machine is the same run, and a damaged file is none.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Output;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use holdpoint_core::id::Digest;
use holdpoint_shop::{Shop, ShopConfig};
use holdpoint_tests::{holdpoint, said, shop_run, target};
use serde_json::Value;
use tar::{Archive, Builder, EntryType, Header};
use tempfile::TempDir;

/// A run of a release that is rolled back, exported: its folder and the file.
async fn exported() -> (TempDir, PathBuf) {
    let (folder, mut config) = (TempDir::new().unwrap(), ShopConfig::on_free_ports());
    config.live = "green".parse().unwrap();
    config.green_faults = vec!["checkout-broken".parse().unwrap()];
    let shop = Shop::start(config).await.unwrap();
    let mut command = shop_run(folder.path(), &shop.ready().public, &shop.ready().admin);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(20), "{}", said(&output));
    let file = folder.path().join("run.holdpoint");
    let output = does(folder.path(), &["export", "--output", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    (folder, file)
}

fn does(folder: &Path, words: &[&str]) -> Output {
    holdpoint(folder).args(words).output().unwrap()
}

fn import(folder: &Path, file: &Path, more: &[&str]) -> Output {
    does(folder, &[&["import", file.to_str().unwrap()], more].concat())
}

/// The head that a command tells.
fn head(output: &Output) -> String {
    let words = said(output);
    let line = words.lines().find_map(|line| line.strip_prefix("head "));
    line.unwrap_or_else(|| panic!("no head in {words}")).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_run_is_verified_reported_and_replayed_as_where_it_was_made() {
    let (here, file) = exported().await;
    let there = TempDir::new().unwrap();

    let first = import(there.path(), &file, &[]);
    let second = import(there.path(), &file, &["--head", &head(&first)]);

    assert_eq!((first.status.code(), second.status.code()), (Some(0), Some(0)), "{}{}", said(&first), said(&second));
    assert!(said(&first).contains("imported") && said(&second).contains("kept already"), "{}", said(&second));
    for words in [&["verify"][..], &["show", "--format", "json"], &["report", "--format", "html"]] {
        let [one, other] = [&here, &there].map(|folder| does(folder.path(), words));
        assert_eq!(other.status.code(), Some(0), "{words:?}: {}", said(&other));
        assert_eq!(one.stdout, other.stdout, "{words:?}");
    }
    assert_eq!(head(&does(there.path(), &["verify"])), head(&first));
    let cache = target().join("test-cache");
    let replayed = does(there.path(), &["replay", "--format", "json", "--cache", cache.to_str().unwrap()]);
    let told: Value = serde_json::from_slice(&replayed.stdout).unwrap_or_else(|_| panic!("{}", said(&replayed)));
    let calls = told["calls"].as_array().unwrap();
    assert!(calls.len() >= 9 && calls.iter().all(|call| call["came"] == "same"), "{calls:#?}");

    let again = there.path().join("again.holdpoint");
    let output = does(there.path(), &["export", "--output", again.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(fs::read(&file).unwrap() == fs::read(&again).unwrap(), "the same run gives the same bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_changed_or_cut_is_not_imported_and_leaves_nothing() {
    let (_here, file) = exported().await;
    let bytes = fs::read(&file).unwrap();
    let there = TempDir::new().unwrap();
    let head = head(&import(there.path(), &file, &[]));
    let damaged = there.path().join("damaged");
    let mut refused = 0;
    let step = bytes.len() / 60;
    let flipped = (0..60).map(|number| number * step + number % 7).map(|at| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        bytes
    });
    let cut = (0..12).map(|number| bytes[..bytes.len() * number / 12].to_vec());
    let longer = std::iter::once([&bytes[..], b"more"].concat());
    for bytes in flipped.chain(cut).chain(longer) {
        fs::write(&damaged, bytes).unwrap();
        let folder = TempDir::new().unwrap();

        let output = import(folder.path(), &damaged, &[]);

        let store = folder.path().join("store");
        match output.status.code() {
            Some(2) => {
                refused += 1;
                assert!(said(&output).contains("so nothing was imported"), "{}", said(&output));
                assert!(!store.exists(), "{}", said(&output));
            }
            // The first bytes of gzip say when and where it was written, which nobody reads.
            code => assert_eq!((code, self::head(&output)), (Some(0), head.clone()), "{}", said(&output)),
        }
    }
    assert!(refused >= 70, "{refused} of 73 were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_what_was_written_is_neither_exported_nor_imported() {
    let (here, file) = exported().await;
    let other = format!("sha256:{}", "0".repeat(64));
    let folder = TempDir::new().unwrap();

    let anew = import(folder.path(), &file, &["--head", &other]);
    assert!(anew.status.code() == Some(2) && said(&anew).contains("written anew"), "{}", said(&anew));
    let over = does(here.path(), &["export", "--output", file.to_str().unwrap()]);
    assert!(over.status.code() == Some(2) && said(&over).contains("not written over"), "{}", said(&over));

    let journal = rusqlite::Connection::open(here.path().join("store/journal.db")).unwrap();
    journal.execute("UPDATE entry SET moment = moment + 1 WHERE sequence = 3", []).unwrap();
    let elsewhere = here.path().join("edited.holdpoint");
    let edited = does(here.path(), &["export", "--output", elsewhere.to_str().unwrap()]);
    assert!(edited.status.code() == Some(2) && said(&edited).contains("row 3 was edited"), "{}", said(&edited));
    assert!(!elsewhere.exists());
}

/// An entry of an archive: its kind, name and bytes.
type Piece = (EntryType, String, Vec<u8>);

fn pieces(file: &Path) -> Vec<Piece> {
    let mut archive = Archive::new(GzDecoder::new(File::open(file).unwrap()));
    let read = |entry: std::io::Result<tar::Entry<_>>| {
        let (mut entry, mut bytes) = (entry.unwrap(), Vec::new());
        entry.read_to_end(&mut bytes).unwrap();
        (entry.header().entry_type(), entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

fn archived(file: &Path, pieces: &[Piece]) {
    let mut tar = Builder::new(GzEncoder::new(File::create(file).unwrap(), Compression::fast()));
    for (kind, name, bytes) in pieces {
        let mut header = Header::new_ustar();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        // Names that the writer of archives would not take are written past it.
        let place = &mut header.as_old_mut().name;
        place[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, &bytes[..]).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap().flush().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_nobody_exported_is_refused_and_leaves_nothing() {
    let (here, file) = exported().await;
    let whole = pieces(&file);
    let with = |at: usize, piece: Piece| {
        let mut pieces = whole.clone();
        pieces.insert(at, piece);
        pieces
    };
    let plain = |name: &str, bytes: &[u8]| (EntryType::Regular, name.to_owned(), bytes.to_vec());
    let stranger = b"of no run";
    let beyond = format!("blobs/{}", "f".repeat(64));
    let mut twice = whole.clone();
    twice.insert(3, whole[2].clone());
    let mut swapped = whole.clone();
    swapped.swap(2, 3);
    let mut fewer = whole.clone();
    let evidence = whole.iter().position(|(_, _, bytes)| bytes.starts_with(b"{\"exchanges\"")).unwrap();
    fewer.remove(evidence);
    let counted = |pieces: &[Piece]| {
        let (mut pieces, mut about) = (pieces.to_vec(), serde_json::from_slice::<Value>(&whole[0].2).unwrap());
        about["blobs"] = Value::from(pieces.len() - 2);
        pieces[0].2 = serde_json::to_vec(&about).unwrap();
        pieces
    };
    let hex = Digest::of(stranger).hex();
    let mut extra = whole.clone();
    extra.push(plain(&format!("blobs/{hex}"), stranger));
    extra[2..].sort_by(|one, other| one.1.cmp(&other.1));
    let long = vec![b'a'; 64 << 20];
    let cases: Vec<(&str, Vec<Piece>, &str)> = vec![
        ("long name", with(2, (EntryType::GNULongName, "long".to_owned(), long.clone())), "a plain file"),
        ("properties", with(0, (EntryType::XHeader, "pax".to_owned(), long)), "a plain file"),
        ("link", with(2, (EntryType::Symlink, "blobs/link".to_owned(), Vec::new())), "a plain file"),
        ("folder", with(2, (EntryType::Directory, "blobs/".to_owned(), Vec::new())), "a plain file"),
        ("path", with(2, plain("../../etc/passwd", b"x")), "the next blob"),
        ("absolute", with(2, plain("/etc/passwd", b"x")), "the next blob"),
        ("other name", with(2, plain("blobs/nothing", b"x")), "the next blob"),
        ("changed", with(whole.len(), plain(&beyond, b"x")), "has been changed"),
        ("twice", counted(&twice), "the next blob"),
        ("swapped", swapped, "the next blob"),
        ("fewer", fewer.clone(), "blobs, and holds"),
        ("one missing", counted(&fewer), "lacks the blob"),
        ("one more", counted(&extra), "knows nothing of"),
        ("no journal", whole[..1].to_vec(), "journal.jsonl"),
        ("nothing", Vec::new(), "run.json"),
    ];
    for (case, pieces, why) in cases {
        let made = here.path().join("made");
        archived(&made, &pieces);
        let folder = TempDir::new().unwrap();

        let output = import(folder.path(), &made, &[]);

        let told = said(&output);
        assert!(output.status.code() == Some(2) && told.contains(why), "{case}: {told}");
        assert!(!folder.path().join("store").exists(), "{case}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_kept_one_s_identity_is_refused_before_anything_of_it_is_kept() {
    let (here, file) = exported().await;
    let there = TempDir::new().unwrap();
    assert_eq!(import(there.path(), &file, &[]).status.code(), Some(0));
    // The one that is kept was cut short, and its blobs went with it.
    let journal = rusqlite::Connection::open(there.path().join("store/journal.db")).unwrap();
    journal.execute("UPDATE head SET link = replace(link, substr(link, 8, 8), '00000000')", []).unwrap();
    let blobs = there.path().join("store/blobs");
    fs::remove_dir_all(&blobs).unwrap();

    let output = import(there.path(), &file, &[]);

    let told = said(&output);
    assert!(output.status.code() == Some(2) && told.contains("ends with another head"), "{told}");
    let left = walk(&blobs);
    assert!(left.is_empty(), "{left:?}");
    drop(here);
}

/// The files below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
