//! When a post was published and changed.

use crate::content::date::{Day, Moment};
use crate::content::fields::reader::Fields;
use crate::content::front_matter::node::Node;
use crate::content::stamp::{Naive, read};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};
use crate::diagnostic::oddity::Oddity;

/// When a post was changed.
pub const UPDATED: &[&str] = &["last_modified_at", "updated"];

/// When a post leaves its feeds.
const EXPIRES: &[&str] = &["expires", "expiry_date"];

impl Fields<'_, '_> {
    /// The stamp of `date`, else the day in the name; never "now", never the file's own times.
    pub(super) fn date(&mut self, in_name: Option<Day>) -> Result<Moment, Remark> {
        let written = self.front.get("date").and_then(Node::text).unwrap_or_default();
        let has_key = self.front.get("date").is_some();
        match read(written, self.is_quoted_stamp("date"), self.site.dates) {
            Ok(reading) => {
                for error in reading.warnings {
                    self.warn("date", error);
                }
                if in_name.is_none() && self.origin.is_jekyll {
                    self.remarks.push(Remark {
                        severity: Severity::Note,
                        line: 0,
                        column: 0,
                        error: Error::NoDayInName,
                    });
                }
                Ok(reading.moment)
            }
            Err(unreadable) => {
                let from_name = in_name.map(|day| self.site.dates.zone.midnight(day));
                let line = self.front.line_of("date");
                if let Some(moment) = from_name {
                    if has_key {
                        self.warn("date", Error::DayFromName { written: written.to_owned() });
                    }
                    return Ok(moment);
                }
                let error = if written.trim().is_empty() { Error::NoDate } else { unreadable };
                Err(Remark { severity: Severity::Error, line, column: 0, error })
            }
        }
    }

    /// `last_modified_at` or `updated`.
    pub(super) fn updated(&mut self) -> Option<Moment> {
        self.stamp(UPDATED)
    }

    /// `expires` or `expiry_date`: a day is over for it when it begins.
    pub(super) fn expires(&mut self, date: Moment) -> Option<Moment> {
        let expires = self.stamp(EXPIRES)?;
        if expires <= date
            && let Some(key) = EXPIRES.iter().find(|key| self.front.get(key).is_some())
        {
            self.warn(key, Oddity::NeverShown { key }.into());
        }
        Some(expires)
    }

    /// The first of several keys that has a stamp.
    fn stamp(&mut self, keys: &[&'static str]) -> Option<Moment> {
        for key in keys {
            let Some(written) = self.front.get(key).and_then(Node::text) else { continue };
            match read(written, self.is_quoted_stamp(key), self.site.dates) {
                Ok(reading) => {
                    for error in reading.warnings {
                        self.warn(key, error);
                    }
                    return Some(reading.moment);
                }
                Err(error) => self.warn(key, error),
            }
        }
        None
    }

    /// Whether a stamp stands in quotes, where that makes a difference: it has to be looked for.
    pub(super) fn is_quoted_stamp(&self, key: &str) -> bool {
        self.site.dates.naive == Naive::Jekyll && self.front.is_quoted(key)
    }
}
