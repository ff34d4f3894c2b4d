//! Instants, time zones and the calendar: the only file that names chrono and chrono-tz.
//!
//! There is no clock here. Every moment that this file hands out can be written with a four-digit
//! year, in every zone: near both ends of the range a civil time is told in UTC.

use std::fmt;

use chrono::{
    DateTime, Datelike, Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Offset,
    TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::{OffsetName, Tz};

/// The days of the week in English; RFC 822 takes the first three letters.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The months, likewise.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The years that RFC 3339 and RFC 822 can write.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;
/// The days of the common era before 1970-01-01, that day included.
const EPOCH_FROM_CE: i32 = 719_163;
const DAY_SECONDS: i64 = 86_400;

/// An instant, in Unix seconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Moment(i64);

impl Moment {
    /// 0001-01-01T00:00:00Z, the first moment that a stamp can name.
    pub const MIN: Self = Self(-62_135_596_800);
    /// 9999-12-31T23:59:59Z, the last moment that a stamp can name.
    pub const MAX: Self = Self(253_402_300_799);

    /// The moment so many seconds after 1970-01-01T00:00:00Z.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// The moment so many nanoseconds after 1970-01-01T00:00:00Z, in whole seconds.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds.div_euclid(1_000_000_000))
    }

    /// The seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment, if it lies between [`Self::MIN`] and [`Self::MAX`].
    fn within_range(seconds: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&seconds).then_some(Self(seconds))
    }
}

/// A day as it is written: it need not be in the calendar until [`Day::rolled`] said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// The year of the common era.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, 1 to 31.
    pub day: u32,
}

impl Day {
    /// The calendar day that is meant: 30 February rolls into March, as in Jekyll.
    ///
    /// `None` for a month 13, a day 32 or 0, or a year outside 1 to 9999.
    pub fn rolled(self) -> Option<Self> {
        if !YEARS.contains(&self.year) || !(1..=31).contains(&self.day) {
            return None;
        }
        let day = NaiveDate::from_ymd_opt(self.year, self.month, self.day).or_else(|| {
            let first = NaiveDate::from_ymd_opt(self.year, self.month, 1)?;
            first.checked_add_days(Days::new(u64::from(self.day) - 1))
        })?;
        Some(Self { year: day.year(), month: day.month(), day: day.day() })
    }

    /// Days since 1970-01-01; days behind the end of the month are carried over.
    fn since_epoch(self) -> i64 {
        let year = self.year.clamp(*YEARS.start(), *YEARS.end());
        // Every year in range has a first of each month, so the default is never taken.
        let first = NaiveDate::from_ymd_opt(year, self.month.clamp(1, 12), 1).unwrap_or_default();
        i64::from(first.num_days_from_ce() - EPOCH_FROM_CE) + i64::from(self.day) - 1
    }
}

impl fmt::Display for Day {
    /// `2022-01-04`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What a calendar and a clock on the wall show, wherever they hang.
///
/// Too much is carried over: 24:00:00 and 23:59:60 are 00:00:00 of the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Civil {
    /// What the calendar shows.
    pub day: Day,
    /// The hour, 0 to 24.
    pub hour: u32,
    /// The minute, 0 to 59.
    pub minute: u32,
    /// The second, 0 to 60.
    pub second: u32,
}

impl Civil {
    /// The moment at which clocks so many seconds ahead of UTC show this; `None` out of range.
    pub fn at_offset(self, offset_seconds: i32) -> Option<Moment> {
        Moment::within_range(self.seconds() - i64::from(offset_seconds))
    }

    /// Seconds since 1970-01-01 00:00:00 on the same wall.
    fn seconds(self) -> i64 {
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute);
        self.day.since_epoch() * DAY_SECONDS + minutes * 60 + i64::from(self.second)
    }
}

/// The civil time of a moment in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Local {
    /// The year, 1 to 9999.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// The day of the month, from 1.
    pub day: u32,
    /// The day of the year, from 1.
    pub ordinal: u32,
    /// The hour, 0 to 23.
    pub hour: u32,
    /// The minute, 0 to 59.
    pub minute: u32,
    /// The second, 0 to 59.
    pub second: u32,
    /// How far the zone is ahead of UTC.
    pub offset_seconds: i32,
    /// The day of the week, 1 for Monday to 7 for Sunday.
    pub weekday: u32,
    /// The year that the ISO 8601 week belongs to.
    pub iso_year: i32,
    /// The ISO 8601 week, 1 to 53.
    pub iso_week: u32,
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of that name, spelled as in the database; `Z` is UTC.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "Z" { Some(Self::UTC) } else { name.parse().ok().map(Self) }
    }

    /// The name in the database, `Asia/Shanghai`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What calendars and clocks in the zone show at that moment.
    pub fn local(self, moment: Moment) -> Local {
        let shown = self.shown(moment);
        Local {
            year: shown.year(),
            month: shown.month(),
            day: shown.day(),
            ordinal: shown.ordinal(),
            hour: shown.hour(),
            minute: shown.minute(),
            second: shown.second(),
            offset_seconds: shown.offset().local_minus_utc(),
            weekday: shown.weekday().number_from_monday(),
            iso_year: shown.iso_week().year(),
            iso_week: shown.iso_week().week(),
        }
    }

    /// What clocks and calendars show at that moment where the offset from UTC is this one.
    pub fn local_at(moment: Moment, offset_seconds: i32) -> Local {
        let shifted = Moment::from_unix(moment.unix().saturating_add(i64::from(offset_seconds)));
        let moment = if (Moment::MIN..=Moment::MAX).contains(&shifted) { shifted } else { moment };
        Local { offset_seconds, ..Self::UTC.local(moment) }
    }

    /// The short name of its time at that moment, `CST`.
    pub fn abbreviation(self, moment: Moment) -> String {
        let utc = self.shown(moment).naive_utc();
        self.0.offset_from_utc_datetime(&utc).abbreviation().unwrap_or_default().to_owned()
    }

    /// `2022-01-04T07:38:28+08:00`, with `Z` for an offset of nothing (RFC 3339 §5.6).
    ///
    /// Before standard time Shanghai was 8:05:43 ahead. The format has no seconds in offsets, so
    /// such a moment is written in UTC.
    pub fn rfc3339(self, moment: Moment) -> String {
        let local = self.shown(moment);
        let shown = if local.offset().local_minus_utc() % 60 == 0 { local } else { in_utc(local) };
        let mut text = String::with_capacity(25);
        push_year(&mut text, shown.year());
        for (sign, number) in [('-', shown.month()), ('-', shown.day()), ('T', shown.hour())] {
            text.push(sign);
            push_two(&mut text, number);
        }
        push_minute_and_second(&mut text, shown);
        match shown.offset().local_minus_utc() {
            0 => text.push('Z'),
            offset => push_offset(&mut text, offset, ":"),
        }
        text
    }

    /// `Tue, 04 Jan 2022 07:38:28 +0800` (RFC 822 §5.1 with the four-digit year of RFC 1123).
    ///
    /// Some readers of RSS know only whole and half hours, so other offsets are written in UTC.
    pub fn rfc822(self, moment: Moment) -> String {
        let local = self.shown(moment);
        let shown =
            if local.offset().local_minus_utc() % 1800 == 0 { local } else { in_utc(local) };
        let weekday = short(&WEEKDAYS, shown.weekday().num_days_from_monday());
        let month = short(&MONTHS, shown.month0());
        let mut text = String::with_capacity(31);
        text += weekday;
        text += ", ";
        push_two(&mut text, shown.day());
        text.push(' ');
        text += month;
        text.push(' ');
        push_year(&mut text, shown.year());
        text.push(' ');
        push_two(&mut text, shown.hour());
        push_minute_and_second(&mut text, shown);
        text.push(' ');
        push_offset(&mut text, shown.offset().local_minus_utc(), "");
        text
    }

    /// The moment at which the zone shows this; `None` where calendar or clock has no such time.
    ///
    /// Where clocks were put forward, a time in the gap is shifted by the gap; where they were put
    /// back, a time that came twice is the first of the two.
    pub fn at(
        self,
        year: i32,
        month: u32,
        day: u32,
        hour: u32,
        minute: u32,
        second: u32,
    ) -> Option<Moment> {
        let day = Day { year, month, day };
        if day.rolled() != Some(day) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        self.at_civil(Civil { day, hour, minute, second })
    }

    /// As [`Zone::at`], for a civil time that may have to be carried over.
    pub fn at_civil(self, civil: Civil) -> Option<Moment> {
        let seconds = civil.seconds();
        let wall = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        let offset = match self.offsets(wall) {
            // The earlier moment is the one with the larger offset.
            Some((one, other)) => one.max(other),
            None => self.offset_before(wall)?,
        };
        Moment::within_range(seconds - i64::from(offset))
    }

    /// The first moment of a day, which is 00:00 unless that hour is skipped.
    pub fn midnight(self, day: Day) -> Moment {
        let civil = Civil { day, hour: 0, minute: 0, second: 0 };
        let nearest = if day.year > 1970 { Moment::MAX } else { Moment::MIN };
        self.at_civil(civil).unwrap_or(nearest)
    }

    /// The civil time to show: in the zone, or in UTC if the year there has not four digits.
    fn shown(self, moment: Moment) -> DateTime<FixedOffset> {
        let seconds = moment.0.clamp(Moment::MIN.0, Moment::MAX.0);
        // The range is far inside chrono's, so the default is never taken.
        let utc = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
        let offset = self.0.offset_from_utc_datetime(&utc.naive_utc()).fix();
        let local = utc.with_timezone(&offset);
        if YEARS.contains(&local.year()) { local } else { utc.fixed_offset() }
    }

    /// The offsets at which the zone shows this, equal unless it shows it twice; `None` in a gap.
    fn offsets(self, wall: NaiveDateTime) -> Option<(i32, i32)> {
        let seconds = |offset: <Tz as TimeZone>::Offset| offset.fix().local_minus_utc();
        match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::Single(offset) => Some((seconds(offset), seconds(offset))),
            MappedLocalTime::Ambiguous(one, other) => Some((seconds(one), seconds(other))),
            MappedLocalTime::None => None,
        }
    }

    /// The offset in force before the gap. The longest gaps skip a day, as in Samoa in 2011.
    fn offset_before(self, wall: NaiveDateTime) -> Option<i32> {
        (1..=4 * 26).find_map(|quarters| {
            let earlier = wall.checked_sub_signed(TimeDelta::minutes(15 * quarters))?;
            self.offsets(earlier).map(|(one, other)| one.min(other))
        })
    }
}

fn in_utc(shown: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    shown.to_utc().fixed_offset()
}

// Every entry of every feed has two dates, and to write a number by `core::fmt` takes ten times as
// long as to write its digits.

/// Writes a year from 0 to 9999.
pub fn push_year(text: &mut String, year: i32) {
    let year = u32::try_from(year).unwrap_or(0);
    push_two(text, year / 100);
    push_two(text, year % 100);
}

fn push_minute_and_second(text: &mut String, shown: DateTime<FixedOffset>) {
    for number in [shown.minute(), shown.second()] {
        text.push(':');
        push_two(text, number);
    }
}

/// `+08:00` or `+0800`, for offsets of whole minutes.
fn push_offset(text: &mut String, seconds: i32, separator: &str) {
    text.push(if seconds < 0 { '-' } else { '+' });
    let minutes = seconds.unsigned_abs() / 60;
    push_two(text, minutes / 60);
    *text += separator;
    push_two(text, minutes % 60);
}

/// Writes a number from 0 to 99 with two digits.
pub fn push_two(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.extend(char::from_digit(digit, 10));
    }
}

fn short(names: &[&'static str], index: u32) -> &'static str {
    // chrono counts weekdays to 7 and months to 12, so there is always a name.
    usize::try_from(index).ok().and_then(|index| names.get(index)?.get(..3)).unwrap_or_default()
}
