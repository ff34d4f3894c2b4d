//! Ties the others together: one build, or a loop that serves feeds and keeps them up to date.

pub mod build;
pub mod change_set;
pub mod serve;
pub mod serve_loop;
pub mod settings;
pub mod snapshot_writer;
pub mod warnings;
