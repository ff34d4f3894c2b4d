//! How long a connection may wait for its client: one timer a connection, none a request.
//!
//! hyper starts a timer for each head and drops it when the head is complete, which takes the
//! lock of the runtime's timers twice a request. Here the deadlines are three numbers that are
//! written without a lock, and one sleep that looks at them now and then. Since no deadline is
//! nearer than the shortest limit when it is set, a sleep of at most that limit misses none.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::timeout_at;

use crate::server::limits::Limits;

/// The deadline of an evicted connection: it has passed, whenever it is looked at.
const PASSED: u64 = 1;

/// Until when a client must have done what the connection waits for.
#[derive(Debug)]
pub struct Deadlines {
    /// When the connection began.
    start: Instant,
    /// The head of a request must be complete, in milliseconds since the start; 0 for no wait.
    head: AtomicU64,
    /// The same since the first byte of that head has come; 0 before.
    begun: AtomicU64,
    /// More of the answer must be taken, likewise; 0 when the client is not behind.
    write: AtomicU64,
    /// How long a head may take that has begun.
    begun_head: Duration,
    /// How far a client may be behind with an answer.
    stalled_write: Duration,
    /// How many bytes bring it a second further; 0 for any.
    slowest_reader: u64,
    /// No deadline is set nearer than this.
    shortest: Duration,
    /// Rings when the connection is evicted.
    bell: Notify,
}

impl Deadlines {
    /// Those of a new connection, which waits for the head of its first request.
    pub fn new(limits: Limits) -> Arc<Self> {
        let Limits { head, begun_head, stalled_write, slowest_reader, .. } = limits;
        let start = Instant::now();
        let deadlines = Self {
            start,
            head: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            write: AtomicU64::new(0),
            begun_head,
            stalled_write,
            slowest_reader: slowest_reader.into(),
            shortest: head.min(begun_head).min(stalled_write),
            bell: Notify::new(),
        };
        deadlines.await_head(start + head);
        Arc::new(deadlines)
    }

    /// Ready when one of them has passed.
    pub async fn overdue(&self) {
        loop {
            let now = Instant::now();
            let set = [&self.head, &self.begun, &self.write];
            let set = set.map(|deadline| deadline.load(Ordering::Relaxed));
            let next = set.into_iter().filter(|deadline| *deadline > 0).min();
            let next = next.map(|milliseconds| self.start + Duration::from_millis(milliseconds));
            if next.is_some_and(|deadline| deadline <= now) {
                return;
            }
            let look = now + self.shortest;
            let look = next.map_or(look, |next| next.min(look));
            // Either is a reason to look again.
            let _ = timeout_at(look.into(), self.bell.notified()).await;
        }
    }

    /// Until when a head is waited for, if that is all that the connection waits for.
    pub fn waits_until(&self) -> Option<Instant> {
        let [head, write] =
            [&self.head, &self.write].map(|deadline| deadline.load(Ordering::Relaxed));
        let is_waiting = head > PASSED && write == 0;
        is_waiting.then(|| self.start + Duration::from_millis(head))
    }

    /// Closes the connection soon, unless the head that it waits for is complete by then.
    pub fn evict(&self) {
        let head = self.head.load(Ordering::Relaxed);
        // What was stored meanwhile stays: the head is complete, or the next one is waited for.
        let is_evicted = head > PASSED
            && self
                .head
                .compare_exchange(head, PASSED, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_evicted {
            self.bell.notify_one();
        }
    }

    fn await_head(&self, deadline: Instant) {
        self.begun.store(0, Ordering::Relaxed);
        self.head.store(self.milliseconds(deadline), Ordering::Relaxed);
    }

    fn has_head(&self) {
        self.head.store(0, Ordering::Relaxed);
        self.begun.store(0, Ordering::Relaxed);
    }

    /// The client has sent something.
    fn has_read(&self) {
        let is_waiting = self.head.load(Ordering::Relaxed) > 0;
        if is_waiting && self.begun.load(Ordering::Relaxed) == 0 {
            let deadline = self.milliseconds(Instant::now() + self.begun_head);
            self.begun.store(deadline, Ordering::Relaxed);
        }
    }

    /// The client has taken so much, or nothing for now. The deadline begins with the first write
    /// that has to wait; what is taken moves it, up to where it would begin.
    fn has_written(&self, written: Poll<u64>) {
        let deadline = self.write.load(Ordering::Relaxed);
        let latest = || self.milliseconds(Instant::now() + self.stalled_write);
        match written {
            Poll::Pending if deadline == 0 => self.write.store(latest(), Ordering::Relaxed),
            Poll::Ready(bytes) if deadline > 0 => {
                let gained = bytes.saturating_mul(1000).checked_div(self.slowest_reader);
                let moved = gained.map(|gained| deadline.saturating_add(gained));
                let moved = moved.filter(|moved| *moved < latest());
                self.write.store(moved.unwrap_or(0), Ordering::Relaxed);
            }
            Poll::Pending | Poll::Ready(_) => {}
        }
    }

    /// A moment as the numbers have it: neither 0 nor [`PASSED`].
    fn milliseconds(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.start).as_millis();
        u64::try_from(since).unwrap_or(u64::MAX).max(PASSED + 1)
    }
}

/// Tells hyper's deadline of a head to the [`Deadlines`]; hyper's server has no other timer.
#[derive(Debug)]
pub struct HeadTimer(pub Arc<Deadlines>);

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.0.await_head(deadline);
        Box::pin(HeadWait(Arc::clone(&self.0)))
    }

    fn reset(&self, _: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        self.0.await_head(deadline);
    }
}

/// Lasts for as long as a head is waited for.
struct HeadWait(Arc<Deadlines>);

impl Sleep for HeadWait {}

impl Future for HeadWait {
    type Output = ();

    /// Never ready: who waits for `overdue` ends the connection.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl Drop for HeadWait {
    fn drop(&mut self) {
        self.0.has_head();
    }
}

/// A stream that notes what the other side sends and takes.
#[derive(Debug)]
pub struct WithDeadline<S> {
    stream: S,
    deadlines: Arc<Deadlines>,
}

impl<S> WithDeadline<S> {
    /// The stream of a connection with these deadlines, as hyper wants it.
    pub fn new(stream: S, deadlines: Arc<Deadlines>) -> TokioIo<Self> {
        TokioIo::new(Self { stream, deadlines })
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.deadlines.has_written(Poll::Ready(*bytes as u64)),
            // What is broken ends by itself.
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.deadlines.has_written(Poll::Pending),
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WithDeadline<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.deadlines.has_read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WithDeadline<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes the stream when all of its own buffer is written: nothing is owed any more.
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        match flushed {
            Poll::Ready(_) => self.deadlines.write.store(0, Ordering::Relaxed),
            Poll::Pending => self.deadlines.has_written(Poll::Pending),
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        if shut.is_pending() {
            self.deadlines.has_written(Poll::Pending);
        }
        shut
    }
}

/// A future beside the one that a task is about, looked at only when it is woken itself. A task
/// is woken for each request, and to look at a stop signal and a timer takes locks each time.
#[derive(Debug)]
pub struct Aside<F> {
    future: F,
    bell: Option<Arc<Bell>>,
}

impl<F> Aside<F> {
    /// Puts a future aside.
    pub fn new(future: F) -> Self {
        Self { future, bell: None }
    }
}

impl<F: Future + Unpin> Future for Aside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let bell = match &self.bell {
            Some(bell) if bell.task.will_wake(context.waker()) => {
                // Silenced before the look: what rings meanwhile brings another one.
                let has_rung = &bell.has_rung;
                if !has_rung.load(Ordering::Relaxed) || !has_rung.swap(false, Ordering::AcqRel) {
                    return Poll::Pending;
                }
                Arc::clone(bell)
            }
            _ => Arc::new(Bell { has_rung: AtomicBool::new(false), task: context.waker().clone() }),
        };
        self.bell = Some(Arc::clone(&bell));
        Pin::new(&mut self.future).poll(&mut Context::from_waker(&Waker::from(bell)))
    }
}

/// Wakes a task and remembers that it was this that did.
#[derive(Debug)]
struct Bell {
    has_rung: AtomicBool,
    task: Waker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake_by_ref();
    }
}
