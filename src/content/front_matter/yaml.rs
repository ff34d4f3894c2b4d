//! Decodes YAML: its usual shapes at once, all others with libyaml, within bounds.

use std::collections::HashSet;

use crate::content::front_matter::node::Node;
use crate::content::front_matter::{decoder, plain};
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};

/// The most opening brackets on one line, for the same reason.
pub const MAX_BRACKETS: usize = 64;

/// The most brackets that are open, over all lines: the reason again.
const MAX_OPEN: usize = 512;

impl Node {
    /// Decodes a whole YAML document.
    ///
    /// # Errors
    /// When it does not parse; the remark says where and why.
    pub fn parse(yaml: &str) -> Result<Self, Remark> {
        Self::parse_by(yaml, decoder::decode)
    }

    /// The same, but of a key that a mapping has twice the last one counts; says which keys those are.
    ///
    /// # Errors
    /// As for [`Node::parse`], but for that.
    pub fn parse_repeated(yaml: &str) -> Result<(Self, Vec<String>), Remark> {
        let mut node = Self::parse_by(yaml, decoder::decode_repeated)?;
        let mut repeated = Vec::new();
        keep_last(&mut node, &mut repeated);
        Ok((node, repeated))
    }

    fn parse_by(
        yaml: &str,
        decode: fn(&str) -> Result<Self, decoder::Fault>,
    ) -> Result<Self, Remark> {
        let fail = |line, column, reason: String| Remark {
            severity: Severity::Error,
            line,
            column,
            error: Error::BrokenYaml { reason },
        };
        let too_deep = || yaml.lines().position(|line| brackets(line) > MAX_BRACKETS);
        if brackets(yaml) > MAX_BRACKETS
            && let Some(line) = too_deep()
        {
            return Err(fail(
                line + 1,
                0,
                format!("more than {MAX_BRACKETS} brackets on one line"),
            ));
        }
        if let Some(node) = plain::read(yaml) {
            return Ok(node);
        }
        if let Some(line) = too_open(yaml) {
            let reason = format!("more than {MAX_OPEN} brackets are open");
            return Err(fail(line + 1, 0, reason));
        }
        decode(yaml).map_err(|fault| fail(fault.line, fault.column, fault.reason))
    }
}

/// Leaves of equal keys the last one; notes the others.
fn keep_last(node: &mut Node, repeated: &mut Vec<String>) {
    match node {
        Node::Map(fields) => {
            let mut known = HashSet::new();
            let is_last: Vec<bool> =
                fields.iter().rev().map(|(key, _)| known.insert(key.clone())).collect();
            let mut is_last = is_last.into_iter().rev();
            fields.retain(|(key, _)| {
                let stays = is_last.next().unwrap_or(true);
                repeated.extend((!stays).then(|| key.clone()));
                stays
            });
            for (_, value) in fields {
                keep_last(value, repeated);
            }
        }
        Node::List(items) => {
            for item in items {
                keep_last(item, repeated);
            }
        }
        _ => {}
    }
}

/// The line on which more brackets are open than are decoded, if those within quotes count, too.
fn too_open(yaml: &str) -> Option<usize> {
    let mut open: usize = 0;
    yaml.lines().position(|line| {
        let closed = line.bytes().filter(|byte| matches!(byte, b']' | b'}')).count();
        open = (open + brackets(line)).saturating_sub(closed);
        open > MAX_OPEN
    })
}

fn brackets(line: &str) -> usize {
    line.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count()
}
