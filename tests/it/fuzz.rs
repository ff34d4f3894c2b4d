//! Fuzzing: whatever bytes a post has, nothing panics, hangs, grows without bound or is malformed.
//!
//! The same iterations in every run, most of a minute of them. `FEEDMILL_FUZZ=20000000` runs as many,
//! for an hour; `FEEDMILL_FUZZ=17..18` runs a single one again. An input that fails is kept in a file.

pub(crate) mod checks;
mod mutate;
mod seeds;

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{fs, thread};

use feedmill::content::site::Site;

use crate::fuzz::checks::{PLAIN, STRANGERS, assert_config, assert_post, site};
use crate::fuzz::mutate::{Random, mutated};
use crate::fuzz::seeds::{CONFIGS, POSTS};
use crate::making::{Made, write};
use crate::validity::rules::assert_valid;

/// How many iterations a run has that asks for no other number.
const ITERATIONS: u64 = 15_000;
/// A hang, whatever the machine: an iteration takes milliseconds.
const HANG: Duration = Duration::from_secs(20);
/// The most memory of the whole test binary, in KiB; a bomb takes gigabytes.
const MOST_MEMORY: u64 = 1 << 20;
/// Any day after the last stamp of a post.
const NOW: i64 = 4_000_000_000_000_000_000;

const PATHS: &[&str] =
    &["_posts/2022-01-04-a.md", "desk/_posts/2022-01-04-b.html", "_posts/x/c.txt", "old/d.htm"];

/// Sites that differ in what matters to a post.
fn sites() -> Vec<Site> {
    [PLAIN, STRANGERS, CONFIGS[0]].map(site).to_vec()
}

/// What one iteration reads.
fn input(iteration: u64) -> (Vec<u8>, Random) {
    let mut random = Random::of(iteration);
    let seeds = if iteration.is_multiple_of(8) { CONFIGS } else { POSTS };
    (mutated(seeds, &mut random), random)
}

/// Everything that is made of one input; whether it made a post.
fn run(iteration: u64, sites: &[Site]) -> bool {
    let (bytes, mut random) = input(iteration);
    let text = String::from_utf8_lossy(&bytes);
    if iteration.is_multiple_of(8) {
        assert_config(&text);
        return false;
    }
    let site = &sites[random.below(sites.len())];
    assert_post(&text, random.one(PATHS), site)
}

/// The iterations to run.
fn wanted() -> Range<u64> {
    let Ok(written) = std::env::var("FEEDMILL_FUZZ") else { return 0..ITERATIONS };
    let (from, to) = written.split_once("..").unwrap_or(("0", &written));
    from.parse().unwrap()..to.parse().unwrap()
}

/// Keeps the input of an iteration, and says how to run it again.
fn keep(iteration: u64) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{iteration}"));
    write(&path, &input(iteration).0);
    let next = iteration + 1;
    format!("its input is in {}; again: FEEDMILL_FUZZ={iteration}..{next}", path.display())
}

#[test]
fn no_bytes_of_a_post_do_harm() {
    let (done, progress) = mpsc::channel();
    let wanted = wanted();
    let (iterations, count) = (wanted.clone(), wanted.end - wanted.start);
    // A thread of its own can be left behind when it hangs.
    thread::spawn(move || {
        let sites = sites();
        for iteration in iterations {
            let is_post = run(iteration, &sites);
            if done.send(is_post).is_err() {
                break;
            }
        }
    });
    let mut posts = 0;
    for iteration in wanted {
        match progress.recv_timeout(HANG) {
            Ok(is_post) => posts += u64::from(is_post),
            Err(RecvTimeoutError::Timeout) => panic!("a hang: {}", keep(iteration)),
            Err(RecvTimeoutError::Disconnected) => panic!("as said above: {}", keep(iteration)),
        }
    }
    // Mutations that break every post would try nothing.
    assert!(count < 100 || posts * 2 > count, "{posts} posts of {count} inputs");
    assert!(memory() < MOST_MEMORY, "{} KiB", memory());
}

/// The most memory that this process ever had, in KiB, where the system tells.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn a_folder_of_any_bytes_gives_valid_feeds() {
    let made = Made::of(&[("_config.yml", "title: Fuzz\nurl: https://fuzz.example\n")]);
    for iteration in (1..120).filter(|iteration: &u64| !iteration.is_multiple_of(8)) {
        let (bytes, _) = input(iteration);
        let extension = if iteration.is_multiple_of(3) { "html" } else { "md" };
        made.write(&format!("_posts/2022-01-04-{iteration}.{extension}"), bytes);
    }
    made.engine().rebuild(NOW).unwrap();
    assert_valid(&made.feeds(), "https://fuzz.example");
}

#[test]
fn an_iteration_is_the_same_in_every_run() {
    assert_eq!(input(7).0, input(7).0);
    let different: HashSet<Vec<u8>> = (0..200).map(|iteration| input(iteration).0).collect();
    assert!(different.len() > 190, "{}", different.len());
}
