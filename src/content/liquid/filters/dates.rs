//! Filters of dates. None asks a clock: the same post gives the same text on any day.

use std::fmt::Write;

use crate::content::date::{Local, MONTHS, Moment, WEEKDAYS, Zone};
use crate::content::liquid::filters::call::{Call, Fault};
use crate::content::liquid::value::Value;
use crate::content::stamp::{Rules, read};

/// What a filter of dates makes of a value; `None` for other filters.
pub fn apply(input: &Value, call: Call<'_>, rules: Rules) -> Option<Result<Value, Fault>> {
    let ordinal = call.text(0, "");
    let format = match call.name {
        "date" => &*call.text(0, ""),
        "date_to_string" | "date_to_long_string" if ordinal == "ordinal" => {
            let is_us = call.text(1, "") == "US";
            let is_long = call.name == "date_to_long_string";
            match (is_long, is_us) {
                (true, true) => "%B %-d\u{0}, %Y",
                (false, true) => "%b %-d\u{0}, %Y",
                (true, false) => "%-d\u{0} %B %Y",
                (false, false) => "%-d\u{0} %b %Y",
            }
        }
        "date_to_string" => "%d %b %Y",
        "date_to_long_string" => "%d %B %Y",
        "date_to_xmlschema" => "%Y-%m-%dT%H:%M:%S%:z",
        "date_to_rfc822" => "%a, %d %b %Y %H:%M:%S %z",
        _ => return None,
    };
    if format.is_empty() {
        return Some(Ok(input.clone()));
    }
    let mut shown = match shown(input, rules) {
        Ok(Some(found)) => found,
        Ok(None) => return Some(Ok(input.clone())),
        Err(fault) => return Some(Err(fault)),
    };
    if call.name != "date" {
        // Jekyll's filters show all in the zone of the site.
        shown = Shown::of(shown.moment, rules.zone);
    }
    Some(Ok(Value::Text(formatted(&shown, format).into())))
}

/// A moment, and what clocks show of it.
struct Shown {
    moment: Moment,
    local: Local,
    /// The short name of the zone.
    zone: String,
}

impl Shown {
    fn of(moment: Moment, zone: Zone) -> Self {
        Self { moment, local: zone.local(moment), zone: zone.abbreviation(moment) }
    }
}

/// The moment that a value names. One that is written with an offset is shown with it.
fn shown(value: &Value, rules: Rules) -> Result<Option<Shown>, Fault> {
    match value {
        Value::Date(moment, zone) => Ok(Some(Shown::of(*moment, *zone))),
        Value::Integer(seconds) => Ok(unix(*seconds, rules)),
        Value::Text(text) => match text.trim() {
            "now" | "today" => Err(Fault::Clock),
            text if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(text.parse().ok().and_then(|seconds| unix(seconds, rules)))
            }
            text => Ok(read(text, true, rules).ok().map(|it| match offset_of(text) {
                Some(seconds) => Shown {
                    moment: it.moment,
                    local: Zone::local_at(it.moment, seconds),
                    zone: if text.ends_with(['Z', 'C']) { "UTC" } else { "" }.to_owned(),
                },
                None => Shown::of(it.moment, rules.zone),
            })),
        },
        _ => Ok(None),
    }
}

fn unix(seconds: i64, rules: Rules) -> Option<Shown> {
    let moment = Moment::from_unix(seconds);
    (Moment::MIN..=Moment::MAX).contains(&moment).then(|| Shown::of(moment, rules.zone))
}

/// The offset at the end of a written time, in seconds: `Z`, `UTC`, `+08:00`, `-0330`.
fn offset_of(text: &str) -> Option<i32> {
    let (_, time) = text.split_once(':')?;
    if time.ends_with('Z') || time.ends_with("UTC") {
        return Some(0);
    }
    let at = time.rfind(['+', '-'])?;
    let digits = time[at + 1..].replacen(':', "", 1);
    let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    let seconds = (number / 100 * 60 + number % 100) * 60;
    Some(if time[at..].starts_with('-') { -seconds } else { seconds })
}

fn formatted(shown: &Shown, format: &str) -> String {
    let local = &shown.local;
    let mut out = String::with_capacity(format.len() + 16);
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        if sign == '\0' {
            out.push_str(match (local.day, local.day % 10) {
                (11..=13, _) => "th",
                (_, 1) => "st",
                (_, 2) => "nd",
                (_, 3) => "rd",
                _ => "th",
            });
            continue;
        }
        if sign != '%' {
            out.push(sign);
            continue;
        }
        let (mut flag, mut width) = (' ', 0);
        let letter = loop {
            match signs.next() {
                Some(it @ ('-' | '_' | '^' | '0' | ':' | '#')) if width == 0 => flag = it,
                Some(it) if it.is_ascii_digit() => {
                    width = (width * 10 + it.to_digit(10).unwrap_or(0)).min(40);
                }
                other => break other,
            }
        };
        match letter {
            Some(letter) => part(&mut out, shown, (flag, width, letter)),
            None => out.push('%'),
        }
    }
    out
}

/// One directive of `strftime`.
fn part(out: &mut String, shown: &Shown, how: (char, u32, char)) {
    let (flag, width, letter) = how;
    let local = &shown.local;
    let name = |names: &[&'static str], at: u32| {
        names.get(at.saturating_sub(1) as usize).copied().unwrap_or_default()
    };
    let whole = |format: &str| formatted_at(shown, format);
    let text = match letter {
        'A' => name(&WEEKDAYS, local.weekday).to_owned(),
        'a' => name(&WEEKDAYS, local.weekday).chars().take(3).collect(),
        'B' => name(&MONTHS, local.month).to_owned(),
        'b' | 'h' => name(&MONTHS, local.month).chars().take(3).collect(),
        'p' => if local.hour < 12 { "AM" } else { "PM" }.to_owned(),
        'P' => if local.hour < 12 { "am" } else { "pm" }.to_owned(),
        'F' => whole("%Y-%m-%d"),
        'T' | 'X' => whole("%H:%M:%S"),
        'R' => whole("%H:%M"),
        'D' | 'x' => whole("%m/%d/%y"),
        'r' => whole("%I:%M:%S %p"),
        'c' => whole("%a %b %e %H:%M:%S %Y"),
        'z' => offset(local.offset_seconds, flag == ':'),
        'Z' => shown.zone.clone(),
        's' => shown.moment.unix().to_string(),
        '%' => "%".to_owned(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        // No stamp here has parts of a second.
        'L' | 'N' => {
            let digits = if letter == 'L' { 3 } else { 9 };
            "0".repeat(if width > 0 { width as usize } else { digits })
        }
        'v' => whole("%e-%^b-%Y"),
        _ => {
            let Some((number, digits, fill)) = number(local, letter) else {
                let _ = write!(out, "%{letter}");
                return;
            };
            let digits = if width > 0 { width as usize } else { digits };
            let _ = match (flag, fill) {
                ('-', _) => write!(out, "{number}"),
                ('_', _) => write!(out, "{number:digits$}"),
                ('0', _) | (_, '0') => write!(out, "{number:0digits$}"),
                _ => write!(out, "{number:digits$}"),
            };
            return;
        }
    };
    out.push_str(&match flag {
        // The other case, where there is one.
        '#' if matches!(letter, 'p' | 'Z') => text.to_lowercase(),
        '^' | '#' => text.to_uppercase(),
        _ => text,
    });
}

/// A part of a date that is a number, how many digits it has, and what fills it up.
fn number(local: &Local, letter: char) -> Option<(u32, usize, char)> {
    let twelve = (local.hour + 11) % 12 + 1;
    Some(match letter {
        'Y' => (local.year.unsigned_abs(), 4, '0'),
        'C' => (local.year.unsigned_abs() / 100, 2, '0'),
        'y' => (local.year.unsigned_abs() % 100, 2, '0'),
        'm' => (local.month, 2, '0'),
        'd' => (local.day, 2, '0'),
        'e' => (local.day, 2, ' '),
        'j' => (local.ordinal, 3, '0'),
        'H' => (local.hour, 2, '0'),
        'k' => (local.hour, 2, ' '),
        'I' => (twelve, 2, '0'),
        'l' => (twelve, 2, ' '),
        'M' => (local.minute, 2, '0'),
        'S' => (local.second, 2, '0'),
        'u' => (local.weekday, 1, '0'),
        'w' => (local.weekday % 7, 1, '0'),
        'V' => (local.iso_week, 2, '0'),
        'G' => (local.iso_year.unsigned_abs(), 4, '0'),
        'g' => (local.iso_year.unsigned_abs() % 100, 2, '0'),
        // Weeks that begin with Sunday, or with Monday; what is before the first is week 0.
        'U' => ((local.ordinal + 6 - local.weekday % 7) / 7, 2, '0'),
        'W' => ((local.ordinal + 7 - local.weekday) / 7, 2, '0'),
        _ => return None,
    })
}

/// Several directives, none of which is made of others.
fn formatted_at(shown: &Shown, format: &str) -> String {
    let mut out = String::new();
    let mut signs = format.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '%' {
            let flag = signs.next_if_eq(&'^').unwrap_or(' ');
            part(&mut out, shown, (flag, 0, signs.next().unwrap_or('%')));
        } else {
            out.push(sign);
        }
    }
    out
}

fn offset(seconds: i32, has_colon: bool) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    let colon = if has_colon { ":" } else { "" };
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}
