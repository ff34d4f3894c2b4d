//! The shape of a written stamp: a day, then maybe a time, then maybe a zone, then maybe more text.
//!
//! Only the shape is read here. The numbers are as written and may be out of range, so that
//! `25:00` is refused by the caller instead of being taken for text behind the day.

use std::ops::RangeInclusive;

use crate::content::date::{Day, Zone};

const MONTHS: &str =
    "January February March April May June July August September October November December";
const WEEKDAYS: &str = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday";

/// Hours ahead of UTC: North America as in RFC 822 §5.1, and East Asia where nothing is ambiguous.
const ABBREVIATIONS: [(&str, i32); 11] = [
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
    ("JST", 9),
    ("KST", 9),
    ("HKT", 8),
    ("SGT", 8),
];

/// A stamp taken apart.
pub(super) struct Shape<'a> {
    /// The day, not yet looked up in the calendar.
    pub(super) day: Day,
    /// Whether it could have been meant with the month first.
    pub(super) day_first: bool,
    pub(super) time: Option<Time>,
    pub(super) place: Option<Place>,
    /// What stands behind all that, without blanks around it.
    pub(super) rest: &'a str,
}

/// A time of the day.
pub(super) struct Time {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) half: Option<Half>,
}

/// The half of the day: am, pm.
#[derive(Clone, Copy)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// Where the clock hangs that showed the time.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Offset(Offset),
    Zone(Zone),
    /// China Standard Time or Central Standard Time.
    Cst,
}

/// A numeric offset from UTC.
#[derive(Clone, Copy)]
pub(super) struct Offset {
    pub(super) west: bool,
    pub(super) hours: u32,
    pub(super) minutes: u32,
}

impl Offset {
    const ZERO: Self = Self { west: false, hours: 0, minutes: 0 };
}

impl<'a> Shape<'a> {
    /// Takes a stamp apart; `None` when it does not begin with a day.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut cursor = Cursor(text);
        cursor.blanks();
        let (day, day_first) = read_day(&mut cursor)?;
        let time = cursor.attempt(read_time);
        let blank = cursor.blanks();
        // `2022-01-05-4` is more likely the front of a file name than four hours west.
        let glued = time.is_none() && !blank && cursor.0.starts_with('-');
        let place = if glued { None } else { cursor.attempt(read_place) };
        Some(Self { day, day_first, time, place, rest: cursor.0.trim() })
    }
}

/// Whether YAML 1.1 takes the text for a timestamp with a time and without an offset.
pub(super) fn is_yaml_stamp(text: &str) -> bool {
    let mut cursor = Cursor(text);
    let matched = cursor.attempt(|ahead| {
        ahead.year()?;
        ahead.take('-')?;
        ahead.digits(1..=2)?;
        ahead.take('-')?;
        ahead.digits(1..=2)?;
        if ahead.take_any(&['T', 't']).is_none() && !ahead.blanks() {
            return None;
        }
        ahead.digits(1..=2)?;
        ahead.take(':')?;
        ahead.digits(2..=2)?;
        ahead.take(':')?;
        ahead.digits(2..=2)?;
        drop_fraction(ahead);
        ahead.0.is_empty().then_some(())
    });
    matched.is_some()
}

/// The day, and whether its form leaves open which number is the month.
fn read_day(cursor: &mut Cursor<'_>) -> Option<(Day, bool)> {
    cursor.attempt(|ahead| {
        ahead.name_of(WEEKDAYS)?;
        ahead.take(',');
        ahead.blanks();
        Some(())
    });
    if let Some((day, mark)) = cursor.attempt(read_year_last) {
        return Some((day, mark != '.'));
    }
    let day = cursor
        .attempt(read_year_first)
        .or_else(|| cursor.attempt(read_compact_day))
        .or_else(|| cursor.attempt(read_month_in_the_middle))
        .or_else(|| cursor.attempt(read_month_in_front))?;
    Some((day, false))
}

/// `2022-1-5`, `2022/01/05`, `2022.01.05`, `2022年1月5日`, `2022 年 1 月 5 日`
fn read_year_first(cursor: &mut Cursor<'_>) -> Option<Day> {
    let year = cursor.year()?;
    if let Some(mark) = cursor.take_any(&['-', '/', '.']) {
        let month = cursor.digits(1..=2)?;
        cursor.take(mark)?;
        return Some(Day { year, month, day: cursor.digits(1..=2)? });
    }
    cursor.blanks();
    cursor.take('年')?;
    cursor.blanks();
    let month = cursor.digits(1..=2)?;
    cursor.blanks();
    cursor.take('月')?;
    cursor.blanks();
    let day = cursor.digits(1..=2)?;
    cursor.attempt(|ahead| {
        ahead.blanks();
        ahead.take_any(&['日', '号', '號'])
    });
    Some(Day { year, month, day })
}

/// `20220105`
fn read_compact_day(cursor: &mut Cursor<'_>) -> Option<Day> {
    let digits = cursor.digits(8..=8)?;
    let year = i32::try_from(digits / 10_000).ok()?;
    Some(Day { year, month: digits / 100 % 100, day: digits % 100 })
}

/// `05.01.2022` by custom; `05/01/2022` and `05-01-2022` by Jekyll's, so the mark matters.
fn read_year_last(cursor: &mut Cursor<'_>) -> Option<(Day, char)> {
    let day = cursor.digits(1..=2)?;
    let mark = cursor.take_any(&['.', '/', '-'])?;
    let month = cursor.digits(1..=2)?;
    cursor.take(mark)?;
    Some((Day { year: cursor.year()?, month, day }, mark))
}

/// `05 Jan 2022`, `5th January, 2022`, `5-Jan-2022`
fn read_month_in_the_middle(cursor: &mut Cursor<'_>) -> Option<Day> {
    let day = cursor.day_with_ending()?;
    cursor.take('-');
    cursor.blanks();
    let month = cursor.name_of(MONTHS)?;
    cursor.take_any(&[',', '-']);
    cursor.blanks();
    Some(Day { year: cursor.year()?, month, day })
}

/// `January 5, 2022`, `Jan. 5th 2022`
fn read_month_in_front(cursor: &mut Cursor<'_>) -> Option<Day> {
    let month = cursor.name_of(MONTHS)?;
    cursor.blanks();
    let day = cursor.day_with_ending()?;
    cursor.take(',');
    cursor.blanks();
    Some(Day { year: cursor.year()?, month, day })
}

/// The time with what parts it from the day: ` 10:00`, `T10:00:00.123`, `T100000`, `, 10 pm`
fn read_time(cursor: &mut Cursor<'_>) -> Option<Time> {
    cursor.take(',');
    cursor.blanks();
    let compact = cursor.take_any(&['T', 't']).and_then(|_| cursor.attempt(read_compact_time));
    let mut time = match compact {
        Some(time) => time,
        None => read_time_with_colons(cursor)?,
    };
    time.half = time.half.or_else(|| cursor.attempt(read_half));
    Some(time)
}

/// `100000`, `1000`
fn read_compact_time(cursor: &mut Cursor<'_>) -> Option<Time> {
    let (hour, minute, second) = match cursor.number()? {
        (4, digits) => (digits / 100, digits % 100, 0),
        (6, digits) => (digits / 10_000, digits / 100 % 100, digits % 100),
        _ => return None,
    };
    drop_fraction(cursor);
    Some(Time { hour, minute, second, half: None })
}

/// `10:00`, `10:00:00.123`, `10 pm`
fn read_time_with_colons(cursor: &mut Cursor<'_>) -> Option<Time> {
    let hour = cursor.digits(1..=2)?;
    if cursor.take(':').is_none() {
        // `10 pm` is a time; `10` alone may be anything.
        let half = Some(cursor.attempt(read_half)?);
        return Some(Time { hour, minute: 0, second: 0, half });
    }
    let minute = cursor.digits(1..=2)?;
    let second = cursor.attempt(|ahead| {
        ahead.take(':')?;
        ahead.digits(1..=2)
    });
    if second.is_some() {
        drop_fraction(cursor);
    }
    Some(Time { hour, minute, second: second.unwrap_or(0), half: None })
}

fn drop_fraction(cursor: &mut Cursor<'_>) {
    cursor.attempt(|ahead| {
        let mark = ahead.take_any(&['.', ','])?;
        // YAML allows a point without digits.
        (ahead.number().is_some() || mark == '.').then_some(())
    });
}

/// ` PM`, `a.m.`
fn read_half(cursor: &mut Cursor<'_>) -> Option<Half> {
    cursor.blanks();
    let half = match cursor.take_any(&['A', 'a', 'P', 'p'])? {
        'A' | 'a' => Half::Morning,
        _ => Half::Afternoon,
    };
    let pointed = cursor.take('.').is_some();
    cursor.take_any(&['M', 'm'])?;
    if pointed {
        cursor.take('.');
    }
    (!cursor.0.starts_with(char::is_alphabetic)).then_some(half)
}

/// `+08:00`, `-4`, `GMT+8`, `Z`, `EST`, `Asia/Shanghai`
fn read_place(cursor: &mut Cursor<'_>) -> Option<Place> {
    let numeric = cursor.attempt(read_offset).or_else(|| cursor.attempt(read_universal));
    if let Some(offset) = numeric {
        return Some(Place::Offset(offset));
    }
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    if name.eq_ignore_ascii_case("CST") {
        return Some(Place::Cst);
    }
    let known = ABBREVIATIONS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
    if let Some((_, hours)) = known {
        let (west, hours) = (*hours < 0, hours.unsigned_abs());
        return Some(Place::Offset(Offset { west, hours, minutes: 0 }));
    }
    Zone::parse(name).map(Place::Zone)
}

/// `+0800`, `+08:00`, `+8`, `+800`. The width is not limited, so that `+99999` is out of range
/// instead of being text behind the stamp.
fn read_offset(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let west = cursor.take_any(&['+', '-'])? == '-';
    let (width, number) = cursor.number()?;
    if width > 2 {
        return Some(Offset { west, hours: number / 100, minutes: number % 100 });
    }
    let minutes = cursor.attempt(|ahead| {
        ahead.take(':')?;
        ahead.digits(2..=2)
    });
    Some(Offset { west, hours: number, minutes: minutes.unwrap_or(0) })
}

/// `UTC`, `Z`, `GMT+8`, `UTC +08:00`. East is plus, as in speech; in names of the database such as
/// `Etc/GMT+8` it is minus, and they are left to it.
fn read_universal(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let word = cursor.take_while(|c| c.is_ascii_alphabetic());
    if cursor.0.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/') {
        return None;
    }
    if word.eq_ignore_ascii_case("Z") {
        return Some(Offset::ZERO);
    }
    ["UTC", "GMT", "UT"].iter().find(|known| word.eq_ignore_ascii_case(known))?;
    let offset = cursor.attempt(|ahead| {
        ahead.blanks();
        read_offset(ahead)
    });
    Some(offset.unwrap_or(Offset::ZERO))
}

/// What is still to be read. Every method takes something off the front, or leaves it.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub(super) &'a str);

impl<'a> Cursor<'a> {
    /// The mark, if it is next.
    pub(super) fn take(&mut self, mark: char) -> Option<()> {
        self.0 = self.0.strip_prefix(mark)?;
        Some(())
    }

    /// All digits that stand here: how many, and their value, which stops at the largest.
    pub(super) fn number(&mut self) -> Option<(usize, u32)> {
        let digits = self.take_while(|character| character.is_ascii_digit());
        let value = digits.bytes().fold(0_u32, |value, digit| {
            value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
        });
        (!digits.is_empty()).then_some((digits.len(), value))
    }

    /// All digits that stand here, if they are so many.
    pub(super) fn digits(&mut self, widths: RangeInclusive<usize>) -> Option<u32> {
        self.attempt(|ahead| ahead.number().filter(|(width, _)| widths.contains(width)))
            .map(|(_, value)| value)
    }

    /// Reads on with `read`, or stays where it is when that finds nothing.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = read(&mut ahead)?;
        *self = ahead;
        Some(found)
    }

    fn take_any(&mut self, marks: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|first| marks.contains(first))?;
        self.take(first)?;
        Some(first)
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|character| !belongs(character)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// Whether there were any.
    fn blanks(&mut self) -> bool {
        !self.take_while(char::is_whitespace).is_empty()
    }

    fn year(&mut self) -> Option<i32> {
        i32::try_from(self.digits(4..=4)?).ok()
    }

    /// `5`, `05`, `5th`
    fn day_with_ending(&mut self) -> Option<u32> {
        let day = self.digits(1..=2)?;
        self.attempt(|ahead| {
            let ending = ahead.take_while(char::is_alphabetic);
            ["st", "nd", "rd", "th"].contains(&ending).then_some(())
        });
        Some(day)
    }

    /// The place in the list, from 1, of a name that may be cut to three letters or more: `Sept.`
    fn name_of(&mut self, names: &str) -> Option<u32> {
        let word = self.take_while(char::is_alphabetic);
        let begins = |name: &str| {
            name.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word))
        };
        let position = names.split(' ').position(begins).filter(|_| word.len() >= 3)?;
        self.take('.');
        u32::try_from(position + 1).ok()
    }
}
