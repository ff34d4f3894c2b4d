//! What keeps feeds up to date for as long as the process runs.

pub mod build;
pub mod change_set;
pub mod serve;
pub mod serve_loop;
pub mod settings;
pub mod snapshot_writer;
pub mod warnings;
