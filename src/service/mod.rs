//! ALL I/O: files, sockets, the clock, signals.
//!
//! [`run`] and [`miller`] tie the others together; they do not know each other, but for [`disk`] and
//! [`parallel`], which they share, [`mill`], which has [`intake`] read what [`source`] finds, and
//! [`press`], which has [`export`] write what comes of it.

pub mod run;

pub mod miller;

pub mod access;
pub mod batch;

pub mod clock;

pub mod library;

pub mod theme;

pub mod load;

pub mod report;

pub mod mill;

pub mod press;

pub mod source;

pub mod files;

pub mod watch;

pub mod posts;

pub mod large_posts;

pub mod elsewhere;

pub mod memo;

pub mod snapshot;

pub mod snapshot_writer;

pub mod export;

pub mod staging;

pub mod manifest;

pub mod marks;

pub mod hold;

pub mod ids;

pub mod moves;

pub mod shown;

pub mod intake;

pub mod notes;

pub mod disk;

pub mod parallel;

pub mod progress;

pub mod stall;

pub mod cache;

pub mod server;

pub mod limits;

pub mod reply;

pub mod log;

pub mod findings;
pub mod metrics;

pub mod seats;

pub mod client;

pub mod downloads;

pub mod deadline;

pub mod systemd;
