//! The formats: one file each, and one list of them all. A new format is a new file and two lines here.

pub mod atom;

pub mod json;

pub mod kind;
pub mod rss;

use crate::feed::format::kind::Format;

/// All formats, in the order in which they are shown.
pub const FORMATS: &[Format] = &[rss::FORMAT, atom::FORMAT, json::FORMAT];
