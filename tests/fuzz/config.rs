//! Any bytes as a configuration and as the people of a site.
#![no_main]
#![expect(dead_code, reason = "the other target uses the rest")]

use libfuzzer_sys::fuzz_target;

#[path = "../it/fuzz/checks.rs"]
mod checks;

fuzz_target!(|data: &[u8]| {
    checks::assert_config(&String::from_utf8_lossy(data));
});
