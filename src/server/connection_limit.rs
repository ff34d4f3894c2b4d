//! Who may have a connection: so many at a time in all, and so many from one address, so that one
//! client cannot take them all. When many addresses have taken all, the connections that have waited
//! longest for a request are evicted: an honest request is complete after a moment, so these are
//! idle or mean harm.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::server::client_ip::network;
use crate::server::deadline::Deadlines;
use crate::server::limits::Limits;

/// One part in so many of all connections is evicted at once: to look through all of them for each
/// new one would take longer than to serve it.
const PART: usize = 64;

/// How long until the next look for connections to evict.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The slots for connections.
#[derive(Debug)]
pub struct ConnectionLimit {
    free: Arc<Semaphore>,
    limits: Limits,
    taken: Arc<Mutex<Taken>>,
}

/// The slots that are taken.
#[derive(Debug, Default)]
struct Taken {
    /// How many each address has; one that has none is not in it.
    by_address: HashMap<IpAddr, usize>,
    /// What each connection waits for, by its number.
    connections: HashMap<u64, Arc<Deadlines>>,
    /// The number of the next one.
    next: u64,
}

/// A slot that is taken; dropped, it is free.
#[derive(Debug)]
pub struct ConnectionSlot {
    /// Until when its connection may wait for its client.
    pub deadlines: Arc<Deadlines>,
    number: u64,
    share: ClientShare,
    _permit: Option<OwnedSemaphorePermit>,
}

/// A connection that counts for its address.
#[derive(Debug)]
struct ClientShare {
    address: Option<IpAddr>,
    taken: Arc<Mutex<Taken>>,
}

impl ConnectionLimit {
    /// As many slots as the limits allow.
    pub fn new(limits: Limits) -> Self {
        let all = limits.connections.clamp(1, Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(all)), limits, taken: Arc::default() }
    }

    /// Waits for a slot for an address, if it has not too many; none stands for a peer that may have
    /// as many as there are.
    pub async fn take(&self, address: Option<IpAddr>) -> Option<ConnectionSlot> {
        let share = self.admit(address)?;
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
                break Some(permit);
            }
            self.evict_waiting();
            // The semaphore is never closed, so there always is one some day.
            if let Ok(free) = timeout(LOOK_AGAIN, Arc::clone(&self.free).acquire_owned()).await {
                break free.ok();
            }
        };
        let deadlines = Deadlines::new(self.limits);
        let mut taken = lock(&self.taken);
        let number = taken.next;
        taken.next += 1;
        taken.connections.insert(number, Arc::clone(&deadlines));
        drop(taken);
        Some(ConnectionSlot { deadlines, number, share, _permit: permit })
    }

    fn admit(&self, address: Option<IpAddr>) -> Option<ClientShare> {
        let address = address.map(network);
        if let Some(address) = address {
            let mut taken = lock(&self.taken);
            let count = taken.by_address.entry(address).or_default();
            if *count >= self.limits.connections_per_address {
                return None;
            }
            *count += 1;
        }
        Some(ClientShare { address, taken: Arc::clone(&self.taken) })
    }

    /// Evicts some connections that wait for a request, those that have waited longest.
    fn evict_waiting(&self) {
        let taken = lock(&self.taken);
        let waits =
            |deadlines: &'_ Arc<Deadlines>| Some((deadlines.waits_until()?, Arc::clone(deadlines)));
        let mut waiting: Vec<_> = taken.connections.values().filter_map(waits).collect();
        drop(taken);
        let some = (self.limits.connections / PART).max(1);
        if waiting.len() > some {
            waiting.select_nth_unstable_by_key(some, |(until, _)| *until);
        }
        waiting.iter().take(some).for_each(|(_, deadlines)| deadlines.evict());
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        lock(&self.share.taken).connections.remove(&self.number);
    }
}

impl Drop for ClientShare {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

/// Nothing can panic while it is held, so a poisoned lock is sound.
fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
