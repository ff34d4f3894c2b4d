//! Waits longer from one try to the next, up to a limit (exponential backoff).

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long to wait until the next look, and for how long in all.
#[derive(Debug)]
pub struct Backoff {
    until: Instant,
    pause: Duration,
}

impl Backoff {
    /// Waits for at most `limit`.
    pub fn new(limit: Duration) -> Self {
        Self { until: Instant::now() + limit, pause: Duration::from_millis(5) }
    }

    /// Waits a while, longer each time; false when there is no time left.
    pub async fn wait(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(Duration::from_millis(100));
        true
    }
}
