//! Serves an edition over HTTP/1.1 with hyper.

pub mod access_log;
pub mod backoff;
pub mod cache;
pub mod client_ip;
pub mod connection_limit;
pub mod current_edition;
pub mod deadline;
pub mod download_limit;
pub mod http_server;
pub mod limits;
pub mod listen;
pub mod metrics;
pub mod race;
pub mod reply;
