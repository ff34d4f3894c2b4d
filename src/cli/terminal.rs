//! What commands say, and their exit codes.

use std::io::{self, Write};

/// Exit code of a `build --strict` or `check` that found rejected posts.
pub const REJECTED: u8 = 1;

/// Writes for people. A pipe that is closed at the other end is their decision, no failure.
pub fn say(out: &mut dyn Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let _ = write(out).and_then(|()| out.flush());
}
