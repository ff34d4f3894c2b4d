//! feedmill: arguments → command → exit code; nothing else.

use std::process::ExitCode;

/// What is freed goes back to the system, whichever thread took it.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    feedmill::cli::run()
}
