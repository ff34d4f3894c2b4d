//! The least that any program must do: the same files, touched by two threads of compiled code
//! that does nothing else. Each command prints its seconds and what it did.
//!
//! ```text
//! floor list FOLDER          list and stat every file
//! floor read FOLDER          open, read and close every file
//! floor load FILE            read one file
//! floor write SIZES FOLDER   write a document of each size in the file SIZES, under another name
//!                            and then renamed, with no fsync
//! ```
#![allow(clippy::unwrap_used, reason = "it fails by panicking")]

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

const THREADS: usize = 2;

/// Documents of one folder in the export: each folder has as many, and is made with them.
const DOCUMENTS: usize = 4;

#[expect(clippy::print_stdout, reason = "what it prints is its result")]
fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let start = Instant::now();
    let done = match arguments[..] {
        ["list", folder] => each(Path::new(folder), stat),
        ["read", folder] => each(Path::new(folder), read),
        ["load", file] => (1, read(Path::new(file))),
        ["write", sizes, folder] => write(&fs::read_to_string(sizes).unwrap(), Path::new(folder)),
        _ => panic!("list FOLDER | read FOLDER | load FILE | write SIZES FOLDER"),
    };
    println!("{:.6} {} {}", start.elapsed().as_secs_f64(), done.0, done.1);
}

/// Does one thing with every file of a folder; gives the number of files and the sum of their sizes.
fn each(folder: &Path, one: fn(&Path) -> usize) -> (usize, usize) {
    let paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    (paths.len(), in_parallel(&paths, |_, path| one(path)))
}

fn stat(path: &Path) -> usize {
    usize::try_from(fs::metadata(path).unwrap().len()).unwrap()
}

fn read(path: &Path) -> usize {
    let mut bytes = Vec::with_capacity(16 * 1024);
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap()
}

fn write(sizes: &str, folder: &Path) -> (usize, usize) {
    let sizes: Vec<usize> = sizes.lines().map(|line| line.parse().unwrap()).collect();
    let largest = sizes.iter().max().copied().unwrap_or_default();
    let bytes = vec![b'x'; largest];
    let one = |index: usize, size: &usize| {
        let place = folder.join((index / DOCUMENTS).to_string());
        fs::create_dir_all(&place).unwrap();
        let (temporary, path) = (place.join(format!(".{index}")), place.join(index.to_string()));
        File::create(&temporary).unwrap().write_all(&bytes[..*size]).unwrap();
        fs::rename(temporary, path).unwrap();
        *size
    };
    (sizes.len(), in_parallel(&sizes, one))
}

fn in_parallel<T: Sync>(all: &[T], one: impl Fn(usize, &T) -> usize + Sync) -> usize {
    let share = all.len().div_ceil(THREADS).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = all
            .chunks(share)
            .enumerate()
            .map(|(part, items)| {
                let one = &one;
                scope.spawn(move || -> usize {
                    items.iter().enumerate().map(|(at, item)| one(part * share + at, item)).sum()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}
