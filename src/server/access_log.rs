//! The access log: a line for each answer to a request that could be read, where no
//! proxy in front keeps one.
//!
//! What a client wrote stands in it without control characters and signs of direction, and cut: it
//! can neither forge a line nor fill the disk with one. Of its address the network stays, which tells readers apart and
//! people hardly.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use crate::base::printable::is_hidden;

/// The most bytes of what a client wrote.
const LONGEST: usize = 256;

/// A request that is being answered.
#[derive(Debug)]
pub struct AccessRecord {
    client: Option<IpAddr>,
    method: String,
    path: String,
    agent: String,
    begun: Instant,
}

impl AccessRecord {
    /// A request that has come just now: who asks, its method, its path with its query, and what
    /// `User-Agent` says.
    pub fn new(client: Option<IpAddr>, method: &str, path: &str, agent: &[u8]) -> Self {
        Self {
            client: client.map(network),
            method: cut(method.as_bytes()),
            path: cut(path.as_bytes()),
            agent: cut(agent),
            begun: Instant::now(),
        }
    }

    /// Tells what it is answered: the status, the bytes of the body, and the time until now, which
    /// is without that of sending it.
    pub fn log(&self, status: u16, bytes: usize) {
        let Self { method, path, agent, .. } = self;
        let client = self.client.map(|client| client.to_string()).unwrap_or_default();
        let took = self.begun.elapsed();
        tracing::info!(%client, method, path, status, bytes, ?took, agent, "answered");
    }
}

/// The network of a client: 24 bits of an IPv4 address, 48 of an IPv6 one.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// What a client wrote, as text, not longer than that and without what cannot be seen.
fn cut(written: &[u8]) -> String {
    let text = String::from_utf8_lossy(&written[..written.len().min(LONGEST)]);
    text.replace(is_hidden, "\u{fffd}")
}
