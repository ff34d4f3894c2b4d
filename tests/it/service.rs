//! The service as its users meet it: the real program, real files, real requests.
//!
//! Each test has a site and an export of its own, starts the program on a free port, changes
//! files, and looks over HTTP at what comes of it. [`harness::Server::finish`] ends every test
//! with the promises that hold always.
#![expect(clippy::disallowed_methods, reason = "tests write posts and look at the clock")]

pub(crate) mod checks;
mod export;
mod folders;
mod foreign;
mod gone;
pub(crate) mod harness;
mod hold;
mod ids;
mod input;
mod kill;
mod late;
mod library;
mod metrics;
mod missing;
mod posts;
mod readers;
mod roots;
mod saves;
mod settings;
mod snapshot;
mod stale;
mod start;
mod systemd;
mod watch;
mod withheld;
