//! feedmill turns a folder of posts into web feeds and keeps them right, second by second.
//!
//! The tree is the data flow; each folder is a layer, and sees only what is below it:
//!
//! | module | what it does |
//! |---|---|
//! | [`cli`] | arguments → command → exit code |
//! | [`daemon`] | ties the others together: one build, or the serve loop |
//! | [`server`] | answers from the current edition |
//! | [`engine`] | one pass: changes → posts → documents → an edition |
//! | [`source`], [`publish`] | where posts come from, where documents go |
//! | [`http`] | a request and an edition → an answer |
//! | [`feed`] | posts → feed → bytes |
//! | [`catalog`] | posts → index, order, windows |
//! | [`content`] | text → post → HTML |
//! | [`diagnostic`], [`base`], [`os`] | messages, values of all layers, the system |
//!
//! [`http`], [`feed`], [`catalog`] and [`content`] are pure: same arguments, same result, no clock, no
//! disk, no network. `ARCHITECTURE.md` tells the whole story; `tests/it/architecture.rs` proves it.

pub mod base;
pub mod catalog;
pub mod cli;
pub mod content;
pub mod daemon;
pub mod diagnostic;
pub mod engine;
pub mod feed;
pub mod http;
pub mod os;
pub mod publish;
pub mod server;
pub mod source;
