//! Bounded cache of document bytes, plain and compressed, read from the export on first use.
//!
//! An edition knows only the hash of a document. What the disk gives back is checked against it,
//! so that a client never gets bytes under the entity tag of others, even in the instant in which
//! the next edition is already on disk and not yet published.
//!
//! Bytes that are here are found without a lock, so that no request waits for another: a fixed
//! table of buckets leads to them, and a hit only marks its entry as wanted. Who adds bytes holds
//! a lock, copies the one bucket that changes, and makes room by second chance: the oldest entry
//! goes, unless it was wanted since it was last looked at.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use tokio::sync::OnceCell;

use crate::base::hash::Hash;
use crate::diagnostic::finding::Finding;
use crate::feed::edition::Document;
use crate::http::encoding::Coding;

/// How many bytes of bodies are kept when the operator names no number.
pub const DEFAULT_BUDGET: usize = 64 * 1024 * 1024;

/// What one entry costs beside its body: itself, its bucket, its place in the queue.
const OVERHEAD: usize = 160;

/// How many bytes of the budget there are to a bucket: about a compressed feed.
const BUCKET: usize = 8 * 1024;

/// The most buckets, whatever the budget; beyond it they hold more than one entry each.
const MOST_BUCKETS: usize = 64 * 1024;

/// The level of gzip: 9 costs twice the time for one per cent.
const LEVEL: u32 = 6;

/// Why there are no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Miss {
    /// The export holds other bytes or none: the next edition is about to be published.
    Replaced,
    /// The file cannot be read.
    Unreadable(Box<Finding>),
}

/// The cache of one export folder.
#[derive(Debug)]
pub struct Cache {
    output: PathBuf,
    budget: usize,
    /// What is here, by hash: read without a lock, written by who holds that of `ledger`.
    buckets: Box<[ArcSwapOption<Bucket>]>,
    ledger: Mutex<Ledger>,
    /// Whether the export did not hold a document although there was time to write it.
    is_spoilt: AtomicBool,
}

impl Cache {
    /// An empty cache over the export in `output` that keeps at most `budget` bytes.
    pub fn new(output: PathBuf, budget: usize) -> Self {
        let buckets = (budget / BUCKET).clamp(1, MOST_BUCKETS);
        Self {
            output,
            budget,
            buckets: (0..buckets).map(|_| ArcSwapOption::empty()).collect(),
            ledger: Mutex::default(),
            is_spoilt: AtomicBool::new(false),
        }
    }

    /// The bytes if they are here: no lock, no waiting, no I/O, and no copy.
    pub fn hit(&self, hash: Hash, coding: Coding) -> Option<Bytes> {
        let bucket = self.bucket(hash).load();
        let entry = bucket.as_ref()?.iter().find(|entry| entry.key == (hash, coding))?;
        // Read first: a store each time would pull the line from one core to the other.
        if !entry.is_wanted.load(Ordering::Relaxed) {
            entry.is_wanted.store(true, Ordering::Relaxed);
        }
        Some(entry.bytes.clone())
    }

    /// The bytes of a document, read and compressed if need be; once, however many ask for them.
    ///
    /// # Errors
    /// When the export does not hold them.
    pub async fn bytes(
        self: &Arc<Self>,
        path: &Arc<str>,
        document: &Document,
        coding: Coding,
    ) -> Result<Bytes, Miss> {
        let key = (document.hash, coding);
        let flight = {
            let mut ledger = self.lock();
            // They may have come while this one waited for the lock.
            if let Some(bytes) = self.hit(document.hash, coding) {
                return Ok(bytes);
            }
            let cell = Arc::clone(ledger.loading.entry(key).or_default());
            Flight { cache: self, key, cell }
        };
        let load = || async {
            let (cache, path, length) = (Arc::clone(self), Arc::clone(path), document.length);
            let task = tokio::task::spawn_blocking(move || {
                let bytes = cache.load(&path, length, key)?;
                cache.keep(key, bytes.clone());
                Ok(bytes)
            });
            // The task fails only when the runtime is being taken down.
            task.await.unwrap_or(Err(Miss::Replaced))
        };
        flight.cell.get_or_try_init(load).await.cloned()
    }

    /// The export does not hold a document of the edition, and will not by itself.
    pub fn report_spoilt(&self) {
        self.is_spoilt.store(true, Ordering::Relaxed);
    }

    /// Whether that was reported since it was last asked.
    pub fn take_spoilt(&self) -> bool {
        self.is_spoilt.swap(false, Ordering::Relaxed)
    }

    /// How many bytes are kept at this moment, their overhead included.
    pub fn size(&self) -> usize {
        self.lock().size
    }

    fn load(&self, path: &str, length: u64, (hash, coding): Key) -> Result<Bytes, Miss> {
        match coding {
            Coding::Identity => read(&self.output.join(path), length, hash).map(Bytes::from),
            Coding::Gzip => {
                let plain = match self.hit(hash, Coding::Identity) {
                    Some(plain) => plain,
                    None => read(&self.output.join(path), length, hash)?.into(),
                };
                compress(&plain).map(Bytes::from).map_err(|source| {
                    Miss::Unreadable(Finding::io("compress", Path::new(path), &source))
                })
            }
        }
    }

    /// Keeps new bytes, and lets old ones go until the budget holds.
    fn keep(&self, key: Key, bytes: Bytes) {
        let entry = Arc::new(Entry { key, bytes, is_wanted: AtomicBool::new(false) });
        let cost = entry.cost();
        let mut ledger = self.lock();
        if cost > self.budget || self.hit(key.0, key.1).is_some() {
            return;
        }
        // Hits go on meanwhile and would spare everything for ever: each entry is spared once.
        let mut chances = ledger.queue.len();
        while ledger.size + cost > self.budget {
            let Some(oldest) = ledger.queue.pop_front() else {
                break;
            };
            if chances > 0 && oldest.is_wanted.swap(false, Ordering::Relaxed) {
                chances -= 1;
                ledger.queue.push_back(oldest);
                continue;
            }
            ledger.size -= oldest.cost();
            self.change(oldest.key.0, |bucket| bucket.retain(|other| other.key != oldest.key));
        }
        ledger.size += cost;
        ledger.queue.push_back(Arc::clone(&entry));
        self.change(key.0, |bucket| bucket.push(entry));
    }

    /// Puts a changed copy of a bucket in its place. The lock of the ledger must be held.
    fn change(&self, hash: Hash, change: impl FnOnce(&mut Bucket)) {
        let place = self.bucket(hash);
        let mut bucket = place.load().as_deref().cloned().unwrap_or_default();
        change(&mut bucket);
        place.store((!bucket.is_empty()).then(|| Arc::new(bucket)));
    }

    /// Where bytes of this hash are, in any coding.
    fn bucket(&self, hash: Hash) -> &ArcSwapOption<Bucket> {
        &self.buckets[hash.remainder(self.buckets.len())]
    }

    /// A holder of the lock cannot panic half-way through a change, so a poisoned lock is sound.
    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Key = (Hash, Coding);

/// The entries whose hashes lead to the same place: one or two, seldom more.
type Bucket = Vec<Arc<Entry>>;

#[derive(Debug)]
struct Entry {
    key: Key,
    bytes: Bytes,
    /// Whether it was asked for since the last look at it.
    is_wanted: AtomicBool,
}

impl Entry {
    /// What it takes of the budget.
    fn cost(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

/// What only those need who add bytes.
#[derive(Debug, Default)]
struct Ledger {
    /// All entries of all buckets, each once, those first that go first.
    queue: VecDeque<Arc<Entry>>,
    /// What they cost.
    size: usize,
    /// What is being read at this moment; those who want it too wait at the cell.
    loading: HashMap<Key, Arc<OnceCell<Bytes>>>,
}

/// One who waits for bytes that are being read.
struct Flight<'a> {
    cache: &'a Cache,
    key: Key,
    cell: Arc<OnceCell<Bytes>>,
}

impl Drop for Flight<'_> {
    /// The last one to leave clears the place, also when its client hung up half-way.
    fn drop(&mut self) {
        let mut ledger = self.cache.lock();
        let is_same = |there: &Arc<_>| Arc::ptr_eq(there, &self.cell);
        // The two are this one and the one in the map; both are cloned under the lock only.
        if Arc::strong_count(&self.cell) <= 2 && ledger.loading.get(&self.key).is_some_and(is_same)
        {
            ledger.loading.remove(&self.key);
        }
    }
}

/// Reads a file that must have this length and this hash.
fn read(file: &Path, length: u64, hash: Hash) -> Result<Vec<u8>, Miss> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Miss::Replaced,
        _ => Miss::Unreadable(Finding::io("read", file, &source)),
    };
    // Asked before opening: to open a named pipe would wait for its other end.
    let found = std::fs::metadata(file).map_err(failed)?;
    if !found.is_file() || found.len() != length {
        return Err(Miss::Replaced);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(|_| Miss::Replaced)?);
    std::fs::File::open(file)
        .and_then(|opened| opened.take(length).read_to_end(&mut bytes))
        .map_err(failed)?;
    if Hash::of(&bytes) == hash { Ok(bytes) } else { Err(Miss::Replaced) }
}

/// gzip without a name or a time in it: the same bytes on every host.
fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    let room = Vec::with_capacity(plain.len() / 3);
    let mut encoder =
        flate2::GzBuilder::new().mtime(0).write(room, flate2::Compression::new(LEVEL));
    encoder.write_all(plain)?;
    encoder.finish().map(|mut bytes| {
        bytes.shrink_to_fit();
        bytes
    })
}
