//! Who may have a connection: so many at a time in all, and so many from one address, so that one
//! client cannot take them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::service::client::network;

/// All seats.
#[derive(Debug)]
pub struct Seats {
    free: Arc<Semaphore>,
    per_address: usize,
    /// How many each address has; one that has none is not in it.
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A seat that is taken; dropped, it is free.
#[derive(Debug)]
pub struct Seat {
    _permit: Option<OwnedSemaphorePermit>,
    guest: Option<Guest>,
}

#[derive(Debug)]
struct Guest {
    address: IpAddr,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Seats {
    /// So many seats in all, and for each address.
    pub fn new(all: usize, per_address: usize) -> Self {
        let all = all.clamp(1, Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(all)), per_address, taken: Arc::default() }
    }

    /// Waits for a seat for whoever comes next.
    pub async fn wait(&self) -> Seat {
        // The semaphore is never closed, so there always is one some day.
        Seat { _permit: Arc::clone(&self.free).acquire_owned().await.ok(), guest: None }
    }

    /// Gives a seat to an address, if it has not too many; none stands for a peer that may have as
    /// many as there are.
    pub fn admit(&self, mut seat: Seat, address: Option<IpAddr>) -> Option<Seat> {
        let Some(address) = address.map(network) else { return Some(seat) };
        let mut taken = lock(&self.taken);
        let count = taken.entry(address).or_default();
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        drop(taken);
        seat.guest = Some(Guest { address, taken: Arc::clone(&self.taken) });
        Some(seat)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// Nothing can panic while it is held, so a poisoned lock is sound.
fn lock(taken: &Mutex<HashMap<IpAddr, usize>>) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
