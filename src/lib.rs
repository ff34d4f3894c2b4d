//! feedmill turns a folder of posts into web feeds and keeps them right, second by second.
//!
//! The tree is the data flow, and one folder holds every contact with the outside world:
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`content`] | text | posts, and posts into a catalog |
//! | [`feed`] | the catalog | feeds, documents and an edition of them |
//! | [`http`] | a request and an edition | a response |
//! | [`service`] | files, sockets, the clock and signals | calls to the three above |
//!
//! The first three are pure: same arguments, same result, no clock, no disk, no network.
//! `ARCHITECTURE.md` tells the whole story; `tests/it/architecture.rs` proves it.

pub mod error;

pub mod hash;

pub mod percent;

pub mod printable;

pub mod content;

pub mod feed;

pub mod http;

pub mod service;
