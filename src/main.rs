//! feedmill: flags → options, logging, error → exit code; nothing else.

fn main() {}
