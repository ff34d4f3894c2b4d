//! Any bytes as a post: the first one chooses the site and the path. What must hold is what
//! `tests/it/fuzz.rs` asks of its own mutations.
#![no_main]
#![expect(dead_code, reason = "the other target uses the rest")]

use std::sync::LazyLock;

use feedmill::content::site::Site;
use libfuzzer_sys::fuzz_target;

#[path = "../it/fuzz/checks.rs"]
mod checks;

static SITES: LazyLock<[Site; 2]> =
    LazyLock::new(|| [checks::PLAIN, checks::STRANGERS].map(checks::site));

const PATHS: [&str; 2] = ["_posts/2022-01-04-a.md", "old/d.htm"];

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let (site, path) = (usize::from(choice & 1), usize::from(choice >> 1 & 1));
    checks::assert_post(&String::from_utf8_lossy(bytes), PATHS[path], &SITES[site]);
});
