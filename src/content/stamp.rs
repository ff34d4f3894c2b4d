//! Written stamps: what an author wrote behind `date:` or in a file name becomes a moment.
//!
//! `shape` takes the text apart; this file checks the numbers and makes a moment of them. Nothing
//! is guessed silently: whatever the author may have meant otherwise is a warning.

use std::borrow::Cow;

use crate::content::date::{Civil, Day, Moment, Zone};
use crate::content::stamp::shape::{Cursor, Half, Offset, Place, Shape, Time};
use crate::content::text::nfkc;
use crate::diagnostic::Error;

mod shape;

/// The longest stamp that is read, and the longest text that a message repeats, in characters.
const LONGEST_STAMP: usize = 100;
/// The largest offset in use is that of Kiribati: 14 hours.
const LARGEST_OFFSET_MINUTES: u32 = 14 * 60;
const CHINA_SECONDS: i32 = 8 * 3600;
const CENTRAL_SECONDS: i32 = -6 * 3600;

/// How a full stamp without offset that stands unquoted is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naive {
    /// In the site's zone, as every other stamp without offset.
    SiteZone,
    /// In UTC, as Jekyll does because YAML says so.
    Jekyll,
}

/// What the site decides about its stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The site's zone.
    pub zone: Zone,
    /// How a full stamp without offset is read.
    pub naive: Naive,
}

/// What a stamp means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The moment.
    pub moment: Moment,
    /// What the author should know about the way it was read.
    pub warnings: Vec<Error>,
}

/// Reads a written stamp.
///
/// # Errors
/// [`Error::UnreadableDate`] when it names no day, or numbers that no calendar or clock shows.
pub fn read(written: &str, quoted: bool, rules: Rules) -> Result<Reading, Error> {
    if let Some(moment) = read_common(written.as_bytes()) {
        return Ok(Reading { moment, warnings: Vec::new() });
    }
    plain(written)
        .and_then(|text| {
            unix_seconds(&text).or_else(|| {
                let jekyll = rules.naive == Naive::Jekyll && !quoted;
                // What is written in full width is no timestamp to YAML.
                let in_utc = jekyll && shape::is_yaml_stamp(written.trim());
                interpret(&Shape::read(&text)?, written, in_utc, rules.zone)
            })
        })
        .ok_or_else(|| Error::UnreadableDate { written: repeated(written) })
}

/// The day at the front of a file name without extension, and the rest: `2022-01-04-x`.
///
/// As in Jekyll the year may have two digits and 30 February is in March. `None` when there is no
/// such day, as in `2022-13-40-x`.
pub fn day_in_name(stem: &str) -> Option<(Day, &str)> {
    let mut cursor = Cursor(stem);
    let (width, written) = cursor.number()?;
    let century = match (width, written) {
        (2, 0..=68) => 2000,
        (2, _) => 1900,
        (3 | 4, _) => 0,
        _ => return None,
    };
    cursor.take('-')?;
    let month = cursor.digits(1..=2)?;
    cursor.take('-')?;
    let day = cursor.digits(1..=2)?;
    cursor.take('-')?;
    let year = i32::try_from(century + written).ok()?;
    Some((Day { year, month, day }.rolled()?, cursor.0))
}

/// `2022-01-04 07:38:28 +0800`, the form of nearly every post: no allocation, no table of zones.
///
/// `None` leaves the stamp to the long way; it does not mean that it cannot be read.
fn read_common(written: &[u8]) -> Option<Moment> {
    let text: &[u8; 25] = written.try_into().ok()?;
    let marks = [text[4], text[7], text[10], text[13], text[16], text[19]];
    if &marks != b"-- :: " {
        return None;
    }
    let pair = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
    };
    let year = i32::try_from(pair(0)? * 100 + pair(2)?).ok()?;
    let day = Day { year, month: pair(5)?, day: pair(8)? };
    let civil = Civil { day, hour: pair(11)?, minute: pair(14)?, second: pair(17)? };
    let west = match text[20] {
        b'+' => false,
        b'-' => true,
        _ => return None,
    };
    let offset = Offset { west, hours: pair(21)?, minutes: pair(23)? };
    if day.rolled()? != day || !on_the_clock(civil) {
        return None;
    }
    civil.at_offset(seconds(offset)?)
}

/// The stamp without what an input method puts in: full-width digits, colons and blanks.
fn plain(written: &str) -> Option<Cow<'_, str>> {
    let trimmed = written.trim();
    // The first test is there for its speed: no character has more than four bytes.
    if trimmed.len() > 4 * LONGEST_STAMP || trimmed.chars().count() > LONGEST_STAMP {
        return None;
    }
    if trimmed.is_ascii() {
        return Some(Cow::Borrowed(trimmed));
    }
    let composed = nfkc(trimmed);
    let hyphened = composed.chars().map(|character| match character {
        // Hyphen, figure dash, en dash and minus sign look like `-` and are typed for it.
        '\u{2010}' | '\u{2012}' | '\u{2013}' | '\u{2212}' => '-',
        other => other,
    });
    Some(Cow::Owned(hyphened.collect()))
}

/// What a message repeats of a stamp: not a megabyte, and nothing that breaks its line.
fn repeated(written: &str) -> String {
    let mut characters = written.chars();
    let mut text: String = characters
        .by_ref()
        .take(LONGEST_STAMP)
        .map(
            |character| {
                if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }
            },
        )
        .collect();
    if characters.next().is_some() {
        text.push('…');
    }
    text
}

fn unix_seconds(text: &str) -> Option<Reading> {
    if text.len() != 10 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let moment = Moment::from_unix(text.parse().ok()?);
    Some(Reading { moment, warnings: vec![Error::UnixSeconds { written: text.to_owned() }] })
}

/// What the parts mean; `None` when a number is out of range.
fn interpret(shape: &Shape<'_>, written: &str, in_utc: bool, site: Zone) -> Option<Reading> {
    let day = shape.day.rolled()?;
    let mut warnings = Vec::new();
    if shape.day_first {
        warnings.push(Error::DayFirst { written: repeated(written) });
    }
    if day != shape.day {
        let read = day.to_string();
        warnings.push(Error::NotInCalendar { written: repeated(written), read });
    }
    let civil = match &shape.time {
        Some(time) => civil(day, time)?,
        None => Civil { day, hour: 0, minute: 0, second: 0 },
    };
    let moment = match shape.place {
        Some(Place::Offset(offset)) => civil.at_offset(seconds(offset)?)?,
        Some(Place::Zone(zone)) => zone.at_civil(civil)?,
        Some(Place::Cst) => {
            let here = site.local(site.at_civil(civil)?).offset_seconds;
            let china = here == CHINA_SECONDS;
            warnings.push(Error::AmbiguousZone { offset: if china { "+08:00" } else { "-06:00" } });
            civil.at_offset(if china { CHINA_SECONDS } else { CENTRAL_SECONDS })?
        }
        None if in_utc => civil.at_offset(0)?,
        None => site.at_civil(civil)?,
    };
    if !shape.rest.is_empty() {
        warnings.push(Error::TrailingText { rest: repeated(shape.rest) });
    }
    Some(Reading { moment, warnings })
}

/// The time on the 24-hour clock; `None` when no clock shows it.
fn civil(day: Day, time: &Time) -> Option<Civil> {
    let hour = match (time.half, time.hour) {
        (Some(Half::Morning), hour @ 0..=12) => hour % 12,
        (Some(Half::Afternoon), hour @ 0..=12) => hour % 12 + 12,
        // `22:00 PM` says the same thing twice.
        (None, hour) | (Some(Half::Afternoon), hour @ 13..=23) => hour,
        _ => return None,
    };
    let civil = Civil { day, hour, minute: time.minute, second: time.second };
    on_the_clock(civil).then_some(civil)
}

fn on_the_clock(civil: Civil) -> bool {
    let Civil { hour, minute, second, .. } = civil;
    let end_of_day = hour == 24 && minute == 0 && second == 0;
    // 60 is a leap second; it becomes the first second of the next minute.
    end_of_day || (hour < 24 && minute < 60 && second <= 60)
}

fn seconds(offset: Offset) -> Option<i32> {
    let minutes = offset.hours.checked_mul(60)?.checked_add(offset.minutes)?;
    if offset.minutes > 59 || minutes > LARGEST_OFFSET_MINUTES {
        return None;
    }
    let seconds = i32::try_from(minutes * 60).ok()?;
    Some(if offset.west { -seconds } else { seconds })
}
