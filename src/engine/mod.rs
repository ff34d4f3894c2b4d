//! One pass: from a scan and a set of changes to a new edition.

pub mod deletion_guard;
#[expect(clippy::module_inception, reason = "the folder is named after its main file")]
pub mod engine;
pub mod entry_cache;
pub mod findings_log;
pub mod id_changes;
pub mod id_guard;
pub mod large_posts;
pub mod link_changes;
pub mod loader;
pub mod post_reader;
pub mod render_context;
pub mod renderer;
pub mod snapshot;
