//! Where posts come from: the folder of a site, and what tells of changes in it.

pub mod folder;
pub mod library;
pub mod path_list;
pub mod theme;
pub mod watch;
