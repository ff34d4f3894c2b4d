//! How many whole documents a client may fetch without saying what it has: a token bucket each.
//!
//! It slows careless readers down; whoever sends a precondition is never counted.
//!
//! A bucket is a client's alone, for all documents together. Per feed as well, a client could take
//! each of a thousand feeds as often; per `User-Agent` as well, it would choose its bucket itself.
//! And what is asked for by the address is counted by the address: one number to explain.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::server::client_ip::network;

/// An empty bucket is full again after this long.
const MINUTE: Duration = Duration::from_mins(1);

/// The most clients that are counted at a time: about 5 MB. Those who come then are not limited,
/// until buckets are full again and forgotten. Whoever has so many addresses has got around a limit
/// for each anyway, and readers are not to be shut out for it.
pub const MOST_CLIENTS: usize = 65_536;

/// All buckets.
#[derive(Debug)]
pub struct DownloadLimit {
    /// How long one token takes to come back.
    token: Duration,
    /// How long all of them take.
    bucket: Duration,
    clients: Mutex<Clients>,
}

/// A bucket is a moment: when it is full again if nothing more is taken from it.
#[derive(Debug, Default)]
struct Clients {
    full_at: HashMap<IpAddr, Instant>,
    /// From when on full buckets are looked for again. Once a minute suffices: by then all are full
    /// that have not been used since.
    sweep_at: Option<Instant>,
}

impl DownloadLimit {
    /// So many a minute for each client, and as many at once after a minute without.
    pub fn per_minute(limit: NonZeroU32) -> Self {
        let token = MINUTE / limit.get();
        Self { token, bucket: token * limit.get(), clients: Mutex::default() }
    }

    /// Takes a token from the bucket of a client. Where there is none, nothing is taken; then it is
    /// said how long it takes until there is one. `now` is any monotonic clock's.
    pub fn take(&self, client: IpAddr, now: Instant) -> Option<Duration> {
        let client = network(client);
        // Nothing can panic while it is held, so a poisoned lock is sound.
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if !clients.full_at.contains_key(&client) && !clients.make_room(now) {
            return None;
        }
        let full_at = clients.full_at.entry(client).or_insert(now);
        let after = (*full_at).max(now) + self.token;
        let wait = after.duration_since(now).saturating_sub(self.bucket);
        if wait.is_zero() {
            *full_at = after;
            return None;
        }
        Some(wait)
    }
}

impl Clients {
    /// Whether one more can be counted; forgets full buckets when it is time.
    fn make_room(&mut self, now: Instant) -> bool {
        if self.sweep_at.is_none_or(|sweep_at| sweep_at <= now) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.sweep_at = Some(now + MINUTE);
        }
        self.full_at.len() < MOST_CLIENTS
    }
}
