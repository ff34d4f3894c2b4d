//! Filters of dates. None asks a clock: the same post gives the same text on any day.

use std::fmt::Write;

use crate::content::date::{Local, Moment, Zone};
use crate::content::liquid::filters::{Call, Fault};
use crate::content::liquid::value::Value;
use crate::content::stamp::{Rules, read};

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
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
    let (moment, zone) = match moment(input, rules) {
        Ok(Some(found)) => found,
        Ok(None) => return Some(Ok(input.clone())),
        Err(fault) => return Some(Err(fault)),
    };
    Some(Ok(Value::Text(formatted(moment, zone, format).into())))
}

/// The moment that a value names, and the zone that it is shown in.
fn moment(value: &Value, rules: Rules) -> Result<Option<(Moment, Zone)>, Fault> {
    match value {
        Value::Date(moment, zone) => Ok(Some((*moment, *zone))),
        Value::Integer(seconds) => {
            let moment = Moment::from_unix(*seconds);
            Ok((Moment::MIN..=Moment::MAX).contains(&moment).then_some((moment, rules.zone)))
        }
        Value::Text(text) => match text.trim() {
            "now" | "today" => Err(Fault::Clock),
            text => Ok(read(text, true, rules).ok().map(|it| (it.moment, rules.zone))),
        },
        _ => Ok(None),
    }
}

fn formatted(moment: Moment, zone: Zone, format: &str) -> String {
    let local = zone.local(moment);
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
            Some(letter) => part(&mut out, moment, &local, (flag, width, letter)),
            None => out.push('%'),
        }
    }
    out
}

/// One directive of `strftime`.
fn part(out: &mut String, moment: Moment, local: &Local, how: (char, u32, char)) {
    let (flag, width, letter) = how;
    let name = |names: &[&'static str], at: u32| {
        names.get(at.saturating_sub(1) as usize).copied().unwrap_or_default()
    };
    let twelve = (local.hour + 11) % 12 + 1;
    let whole = |format: &str| formatted_at(moment, local, format);
    let text = match letter {
        'A' => name(&WEEKDAYS, local.weekday).to_owned(),
        'a' => name(&WEEKDAYS, local.weekday).chars().take(3).collect(),
        'B' => name(&MONTHS, local.month).to_owned(),
        'b' | 'h' => name(&MONTHS, local.month).chars().take(3).collect(),
        'p' if flag == '#' => if local.hour < 12 { "am" } else { "pm" }.to_owned(),
        'p' => if local.hour < 12 { "AM" } else { "PM" }.to_owned(),
        'P' => if local.hour < 12 { "am" } else { "pm" }.to_owned(),
        'F' => whole("%Y-%m-%d"),
        'T' | 'X' => whole("%H:%M:%S"),
        'R' => whole("%H:%M"),
        'D' | 'x' => whole("%m/%d/%y"),
        'r' => whole("%I:%M:%S %p"),
        'c' => whole("%a %b %e %H:%M:%S %Y"),
        'z' => offset(local.offset_seconds, flag == ':'),
        'Z' if local.offset_seconds == 0 => "UTC".to_owned(),
        'Z' => offset(local.offset_seconds, false),
        's' => moment.unix().to_string(),
        '%' => "%".to_owned(),
        'n' => "\n".to_owned(),
        't' => "\t".to_owned(),
        'L' => "000".to_owned(),
        _ => {
            let (number, digits, fill) = match letter {
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
                _ => {
                    let _ = write!(out, "%{letter}");
                    return;
                }
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
    out.push_str(&if flag == '^' { text.to_uppercase() } else { text });
}

/// Several directives, none of which is made of others.
fn formatted_at(moment: Moment, local: &Local, format: &str) -> String {
    let mut out = String::new();
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        match (sign, sign == '%') {
            (_, true) => {
                part(&mut out, moment, local, (' ', 0, signs.next().unwrap_or('%')));
            }
            (sign, _) => out.push(sign),
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
