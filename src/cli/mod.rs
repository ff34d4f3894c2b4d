//! The command line: a file for each command, all of one shape: its flags, and `run`.

pub mod build;
pub mod check;
pub mod format;
pub mod list;
pub mod log;
pub mod options;
pub mod reading;
pub mod serve;
pub mod terminal;

use std::process::ExitCode;
use std::slice;

use clap::{Parser, Subcommand};

/// Exit code of a command that could not do its work.
const FAILED: u8 = 2;

/// Turns a folder of posts into RSS, Atom and JSON feeds, keeps them right, and serves them.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Flags {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the feeds, serve them, and keep them up to date until stopped
    Serve(serve::Args),
    /// Build the feeds once, as files for any web server
    Build(build::Args),
    /// Read everything, write nothing, and say what is wrong
    Check(check::Args),
    /// Show what feedmill makes of each post
    List(list::Args),
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let outcome = match Flags::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Build(args) => build::run(&args),
        Command::Check(args) => check::run(&args),
        Command::List(args) => list::run(&args),
    };
    outcome.unwrap_or_else(|finding| {
        log::write_findings(slice::from_ref(&finding));
        ExitCode::from(FAILED)
    })
}
