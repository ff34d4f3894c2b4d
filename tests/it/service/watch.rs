//! What the system tells of changes is taken as far as there is room for it.

use std::sync::mpsc::sync_channel;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::harness::{CONFIG, at};
use feedmill::source::watch::{FileEvent, Watch};

use crate::making::Made;

const LONG: Duration = Duration::from_secs(20);

#[test]
fn hints_that_nobody_takes_are_not_kept_without_end_and_known_to_be_lost() {
    let made = Made::of(&[("_config.yml", CONFIG), ("_posts/2022-01-01-a.md", "A.\n")]);
    let engine = made.engine();
    let (sender, hints) = sync_channel::<FileEvent>(8);
    let mut watch = Watch::new(sender);
    watch.cover(engine.roots(), &engine.roots().site).unwrap();
    made.write(&at(2, "b"), "B.\n");
    hints.recv_timeout(LONG).unwrap();
    assert!(!watch.has_lost());
    let start = Instant::now();
    while !watch.has_lost() {
        assert!(start.elapsed() < LONG, "nothing is lost");
        made.write(&at(2, "b"), "B.\n");
        sleep(Duration::from_millis(1));
    }
    assert_eq!(hints.try_iter().count(), 8);
    // Where there is room again, all is told again.
    while hints.recv_timeout(Duration::from_millis(200)).is_ok() {}
    watch.has_lost();
    made.write(&at(3, "c"), "C.\n");
    let is_of_c =
        |hint: FileEvent| matches!(hint, FileEvent::Look(paths) if paths[0].ends_with(at(3, "c")));
    assert!(std::iter::from_fn(|| hints.recv_timeout(LONG).ok()).any(is_of_c));
    assert!(!watch.has_lost(), "it is said once");
}
