//! Posts that go or come back a few at a time: when those that are missing count as deleted.

use std::fs;

use super::harness::{CONFIG, at, post};
use feedmill::engine::engine::Engine;

use crate::making::Made;

const SECOND: i64 = 1_000_000_000;

/// The year 2040, in nanoseconds: long after every change of a file.
const LATER: i64 = 2_208_988_800_000_000_000;

#[test]
fn posts_that_go_or_come_back_bit_by_bit_are_kept_until_it_is_over() {
    // Longer than any pause between events that ends a pass, and no end yet.
    const PAUSE: i64 = 4_000_000_000;
    let made = Made::of(&[("_config.yml", CONFIG)]);
    let path = |number: usize| at(1, &format!("p{number}"));
    let put = |number| {
        let category = format!("c{}", number % 3);
        made.write(&path(number), post(1, &format!("p{number}"), &category, "Text."));
    };
    let remove = |number| fs::remove_file(made.at(&path(number))).unwrap();
    let steps = |change: &dyn Fn(usize), engine: &mut Engine, now: &mut i64| {
        let before = made.feeds();
        for number in 0..40 {
            change(number);
            if number % 10 == 8 {
                *now += PAUSE;
                engine.rescan(*now).unwrap();
                assert!(made.feeds() == before, "{number}");
            }
        }
    };
    (0..40).for_each(put);
    let (mut engine, mut now) = (made.engine(), LATER);
    engine.rebuild(now).unwrap();
    let before = made.feeds();
    for _ in 0..2 {
        steps(&remove, &mut engine, &mut now);
        now += PAUSE;
        engine.rescan(now).unwrap();
        assert!(engine.held().is_some() && made.feeds() == before);
        steps(&put, &mut engine, &mut now);
        assert!(engine.held().is_some(), "one is not back yet");
        engine.rescan(now).unwrap();
        assert!(engine.held().is_none() && made.feeds() == before, "all are back");
    }
    // What does not come back is deleted in the end, after a loss and without one.
    steps(&remove, &mut engine, &mut now);
    engine.rescan(now).unwrap();
    (0..30).for_each(put);
    for posts in [30, 20] {
        now += PAUSE;
        engine.rescan(now).unwrap();
        assert_eq!(engine.catalog().len(), posts + 10);
        assert_eq!(engine.held().is_some(), posts == 30);
        now += 2 * PAUSE;
        assert!(posts == 30 || engine.next_look().unwrap() < now);
        engine.rescan(now).unwrap();
        assert_eq!((engine.catalog().len(), engine.held()), (posts, None));
        (20..posts).for_each(remove);
    }
}

/// A slow disk takes minutes for what git puts back.
#[test]
fn posts_that_come_back_slowly_are_waited_for() {
    let made = Made::of(&[("_config.yml", CONFIG)]);
    let path = |number: usize| at(1, &format!("p{number}"));
    let put = |number| made.write(&path(number), post(1, &format!("p{number}"), "news", "Text."));
    (0..300).for_each(put);
    let (mut engine, mut now) = (made.engine(), LATER);
    engine.rebuild(now).unwrap();
    let before = made.feeds();
    (10..300).for_each(|number| fs::remove_file(made.at(&path(number))).unwrap());
    engine.rescan(now).unwrap();
    for number in (10..300).step_by(5) {
        (number..number + 5).for_each(put);
        now += 3 * SECOND;
        engine.rescan(now).unwrap();
        assert_eq!(engine.catalog().len(), 300, "after {number}");
    }
    assert!(made.feeds() == before);
}

#[test]
fn deletions_count_in_the_end_on_a_site_that_never_rests() {
    let made = Made::of(&[("_config.yml", CONFIG)]);
    let path = |number: usize| at(1, &format!("p{number}"));
    let put = |number| {
        made.write(&path(number), post(1, &format!("p{number}"), "news", "Text."));
    };
    (0..60).for_each(put);
    let (mut engine, mut now) = (made.engine(), LATER);
    engine.rebuild(now).unwrap();
    let mut left = 60;
    for second in 0..60 {
        now += SECOND;
        put(100 + second);
        // Many at once, and then one now and then.
        let gone = if second == 0 { 0..12 } else { 11 + second / 3..12 + second / 3 };
        for number in gone.filter(|number| made.at(&path(*number)).exists()) {
            fs::remove_file(made.at(&path(number))).unwrap();
            left -= 1;
        }
        engine.rescan(now).unwrap();
        if second > 0 && engine.catalog().len() == left + second + 1 {
            assert!(second > 5, "it was not waited for");
            return;
        }
    }
    panic!("{} posts, not {}", engine.catalog().len(), left + 60);
}
