//! The log of a service: lines are handed to a thread of its own, so that nobody waits for whoever
//! reads them. While that one is too slow, what there is no room for is lost, and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How many bytes wait to be written at most: a hundred thousand lines.
const MOST_BYTES: usize = 16 << 20;

/// How long the end of the process waits for a reader that takes nothing.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long for one that does.
const LONGEST: Duration = Duration::from_secs(3);

/// How much waits, and how many lines were lost.
#[derive(Debug, Default)]
struct Count {
    waiting: AtomicUsize,
    lost: AtomicU64,
}

impl Count {
    /// Says how many lines were lost, now that there is room for it.
    fn tell_lost(&self) {
        let lines = self.lost.swap(0, Ordering::Relaxed);
        if lines > 0 {
            tracing::warn!(lines, "lines of the log were lost: their reader is too slow");
        }
    }
}

/// Takes lines, and never waits.
#[derive(Debug, Clone)]
pub struct Lines {
    queue: Sender<Vec<u8>>,
    count: Arc<Count>,
}

/// Waits, when it is dropped, until what was said is written, as long as somebody takes it, and not
/// for ever.
#[derive(Debug)]
pub struct Writer {
    lines: Lines,
    written: Receiver<()>,
}

/// Begins to write to `out` what is given to the lines.
pub fn begin(out: impl Write + Send + 'static) -> (Lines, Writer) {
    let (queue, waiting) = channel::<Vec<u8>>();
    let (done, written) = channel();
    let lines = Lines { queue, count: Arc::default() };
    let count = Arc::clone(&lines.count);
    thread::spawn(move || {
        write(out, &waiting, &count);
        let _ = done.send(());
    });
    (lines.clone(), Writer { lines, written })
}

/// Writes what comes, up to an empty line.
fn write(mut out: impl Write, waiting: &Receiver<Vec<u8>>, count: &Count) {
    loop {
        let line = match waiting.try_recv() {
            Ok(line) => line,
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                count.tell_lost();
                let Ok(line) = waiting.recv() else { return };
                line
            }
        };
        if line.is_empty() {
            count.tell_lost();
            for line in waiting.try_iter() {
                let _ = out.write_all(&line);
            }
            return;
        }
        // That the disk is full, or that the reader is gone, can be told to nobody.
        let _ = out.write_all(&line);
        count.waiting.fetch_sub(line.len(), Ordering::Relaxed);
    }
}

impl Write for Lines {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let waiting = self.count.waiting.fetch_add(line.len(), Ordering::Relaxed);
        let is_taken = waiting < MOST_BYTES && self.queue.send(line.to_vec()).is_ok();
        if !is_taken {
            self.count.waiting.fetch_sub(line.len(), Ordering::Relaxed);
            self.count.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let waiting = || self.lines.count.waiting.load(Ordering::Relaxed);
        let _ = self.lines.queue.send(Vec::new());
        let (start, mut before) = (Instant::now(), waiting());
        while self.written.recv_timeout(LAST_WORDS).is_err()
            && waiting() < before
            && start.elapsed() < LONGEST
        {
            before = waiting();
        }
    }
}
