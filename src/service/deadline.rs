//! How long a connection may wait for its client: one timer a connection, none a request.
//!
//! hyper starts a timer for each head and drops it when the head is complete, which takes the
//! lock of the runtime's timers twice a request. Here the deadlines are two numbers that are
//! written without a lock, and one sleep that looks at them now and then. Since no deadline is
//! nearer than the shorter limit when it is set, a sleep of at most that limit misses none.

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};

/// Until when a client must have done what the connection waits for.
#[derive(Debug)]
pub struct Deadlines {
    /// When the connection began.
    start: Instant,
    /// The head of a request must be complete, in milliseconds since the start; 0 for no wait.
    head: AtomicU64,
    /// A byte of the answer must be taken, likewise.
    write: AtomicU64,
    /// How long a client may take no byte of an answer.
    stalled_write: Duration,
    /// No deadline is set nearer than this.
    shortest: Duration,
}

impl Deadlines {
    /// Those of a new connection, for which no head takes longer than `head` and no write longer
    /// than `stalled_write`.
    pub fn new(head: Duration, stalled_write: Duration) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            head: AtomicU64::new(0),
            write: AtomicU64::new(0),
            stalled_write,
            shortest: head.min(stalled_write),
        })
    }

    /// Ready when one of them has passed.
    pub async fn overdue(&self) {
        loop {
            let now = Instant::now();
            let set = [&self.head, &self.write].map(|deadline| deadline.load(Ordering::Relaxed));
            let next = set.into_iter().filter(|deadline| *deadline > 0).min();
            let next = next.map(|milliseconds| self.start + Duration::from_millis(milliseconds));
            if next.is_some_and(|deadline| deadline <= now) {
                return;
            }
            let look = now + self.shortest;
            tokio::time::sleep_until(next.map_or(look, |next| next.min(look)).into()).await;
        }
    }

    /// A moment as the numbers have it: never 0.
    fn milliseconds(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.start).as_millis();
        u64::try_from(since).unwrap_or(u64::MAX).max(1)
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
        self.0.head.store(self.0.milliseconds(deadline), Ordering::Relaxed);
        Box::pin(HeadWait(Arc::clone(&self.0)))
    }

    fn reset(&self, _: &mut Pin<Box<dyn Sleep>>, deadline: Instant) {
        self.0.head.store(self.0.milliseconds(deadline), Ordering::Relaxed);
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
        self.0.head.store(0, Ordering::Relaxed);
    }
}

/// A stream that notes when the other side stops taking what is written.
#[derive(Debug)]
pub struct Impatient<S> {
    stream: TokioIo<S>,
    deadlines: Arc<Deadlines>,
}

impl<S> Impatient<S> {
    /// The stream of a connection with these deadlines.
    pub fn new(stream: S, deadlines: Arc<Deadlines>) -> Self {
        Self { stream: TokioIo::new(stream), deadlines }
    }

    /// The deadline begins with the first write that has to wait and ends with one that need not.
    fn note<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let write = &self.deadlines.write;
        if written.is_ready() {
            write.store(0, Ordering::Relaxed);
        } else if write.load(Ordering::Relaxed) == 0 {
            let deadline = Instant::now() + self.deadlines.stalled_write;
            write.store(self.deadlines.milliseconds(deadline), Ordering::Relaxed);
        }
        written
    }
}

impl<S: AsyncRead + Unpin> hyper::rt::Read for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> hyper::rt::Write for Impatient<S> {
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
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        // A flush that succeeds has moved nothing: only a write shows that the client reads.
        if flushed.is_ready() { flushed } else { self.note(flushed) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.note(shut)
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
