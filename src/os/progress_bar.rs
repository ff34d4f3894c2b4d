//! How far a long pass has come, for those who wait for it: a bar on a terminal, else a line of the
//! log every second. What takes less than a second says nothing.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long it takes until something is said, and then until the next line of the log.
const PAUSE: Duration = Duration::from_secs(1);

/// How often a bar is drawn.
const DRAW: Duration = Duration::from_millis(100);

/// Where progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    /// Nowhere.
    #[default]
    Silent,
    /// As a bar on the terminal behind stderr.
    Bar,
    /// In the log.
    Log,
}

/// A part of a pass: so many things of one kind are to be done.
#[derive(Debug)]
pub struct Step {
    progress: Progress,
    what: &'static str,
    total: usize,
    done: AtomicUsize,
    shown: Mutex<Shown>,
}

#[derive(Debug)]
struct Shown {
    next: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// What stderr is made for.
    pub fn of_stderr() -> Self {
        if std::io::stderr().is_terminal() { Self::Bar } else { Self::Log }
    }

    /// Begins with `total` things, of which `what` says what has become of those that are done.
    pub fn begin(self, what: &'static str, total: usize) -> Step {
        let shown = Mutex::new(Shown { next: Instant::now() + PAUSE, bar: None });
        Step { progress: self, what, total, done: AtomicUsize::new(0), shown }
    }
}

impl Step {
    /// One more is done.
    pub fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        // Whoever comes while another one shows it has nothing newer to say.
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let now = Instant::now();
        if self.progress == Progress::Silent || now < shown.next {
            return;
        }
        if self.progress == Progress::Log {
            shown.next = now + PAUSE;
            tracing::info!(done, of = self.total, "{}", self.what);
        } else {
            shown.next = now + DRAW;
            let bar = shown.bar.get_or_insert_with(|| self.bar());
            bar.set_position(done as u64);
        }
    }

    fn bar(&self) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg} {human_pos}/{human_len} {wide_bar} {eta}");
        let bar = ProgressBar::new(self.total as u64).with_message(self.what);
        // A template that is wrong would be seen at once; the bar then looks as it does by itself.
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        let shown = self.shown.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = shown.bar.take() {
            bar.finish_and_clear();
        }
    }
}
