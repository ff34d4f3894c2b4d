//! PURE: text → posts.
//!
//! [`site`] is what the author decided, [`post`] one file; the other modules
//! each know one thing that a post is made of.

pub mod site;

pub mod settings;

pub mod config;

pub mod aliases;

pub mod collections;

pub mod jekyll;

pub mod post;

pub mod fields;

pub mod names;

pub mod post_budget;

pub mod parse_cost;

pub mod front_matter;

pub mod defaults;

pub mod glob;

pub mod boolean;

pub mod exclusion;

pub mod person;

pub mod enclosure;

pub mod syntax;

pub mod date;

pub mod stamp;

pub mod post_path;

pub mod site_files;

pub mod permalink;

pub mod page;

pub mod slug;

pub mod source_links;

pub mod url;

pub mod body;

pub mod markdown;

pub mod liquid;

pub mod library;

pub mod dependency;

pub mod clean;

pub mod html;

pub mod text;

pub mod collection;
pub mod encoding;
pub mod jekyll_feed;
pub mod taxonomy;
