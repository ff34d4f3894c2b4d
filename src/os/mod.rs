//! What the system gives: the disk, the clock, threads. Knows nothing of posts or feeds.

pub mod clock;
pub mod disk;
pub mod log_writer;
pub mod parallel;
pub mod progress_bar;
pub mod stall;
pub mod systemd;
