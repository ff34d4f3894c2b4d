//! The log of a service: lines are handed to a thread of its own, so that nobody waits for whoever
//! reads them. While that one stands still, what there is no room for is lost, and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// How many lines wait to be written at most.
const MOST_LINES: usize = 8 * 1024;

/// How long the end of the process waits for them.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Takes lines, and never waits.
#[derive(Debug, Clone)]
pub struct Lines {
    queue: SyncSender<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

/// Waits, when it is dropped, until what was said is written, but not for ever.
#[derive(Debug)]
pub struct Writer {
    queue: SyncSender<Vec<u8>>,
    written: Receiver<()>,
}

/// Begins to write to `out` what is given to the lines.
pub fn begin(mut out: impl Write + Send + 'static) -> (Lines, Writer) {
    let (queue, lines) = sync_channel::<Vec<u8>>(MOST_LINES);
    let (done, written) = channel();
    let lost = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&lost);
    thread::spawn(move || {
        // An empty line is the end.
        for line in lines.iter().take_while(|line| !line.is_empty()) {
            // That the disk is full, or that the reader is gone, can be told to nobody.
            let _ = out.write_all(&line);
            let lines = count.swap(0, Ordering::Relaxed);
            if lines > 0 {
                tracing::warn!(lines, "lines of the log were lost: their reader stood still");
            }
        }
        let _ = done.send(());
    });
    (Lines { queue: queue.clone(), lost }, Writer { queue, written })
}

impl Write for Lines {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(line.to_vec()) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.queue.try_send(Vec::new()).is_ok() {
            let _ = self.written.recv_timeout(LAST_WORDS);
        }
    }
}
