//! ALL I/O: files, sockets, the clock, signals.
//!
//! [`run`] ties the others together; they do not know each other, but for [`disk`] and
//! [`parallel`], which they share, and [`mill`], which turns what [`source`] and [`posts`] find
//! into what [`export`] writes.

pub mod run;

pub mod report;

pub mod mill;

pub mod source;

pub mod posts;

pub mod export;

pub mod disk;

pub mod parallel;

pub mod cache;

pub mod server;

pub mod systemd;
