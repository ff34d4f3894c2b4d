//! Reads values of front matter, and notes what cannot be used.

use crate::content::front_matter::FrontMatter;
use crate::content::front_matter::node::Node;
use crate::content::html::trust::Trust;
use crate::content::post_path::Origin;
use crate::content::site::Site;
use crate::content::syntax::MAX_ADDRESS;
use crate::content::text::shown;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Remark, Severity};

/// Reads one post's front matter and notes what is odd about it.
pub struct Fields<'f, 'r> {
    pub(in crate::content::fields) front: &'f FrontMatter<'f>,
    pub(in crate::content::fields) origin: &'f Origin<'f>,
    pub(in crate::content::fields) site: &'f Site,
    pub(in crate::content::fields) remarks: &'r mut Vec<Remark>,
}

impl<'f, 'r> Fields<'f, 'r> {
    /// Takes what a post's path and front matter say.
    pub fn new(
        front: &'f FrontMatter<'f>,
        origin: &'f Origin<'f>,
        site: &'f Site,
        remarks: &'r mut Vec<Remark>,
    ) -> Self {
        Self { front, origin, site, remarks }
    }

    pub(in crate::content::fields) fn too_long(
        &mut self,
        key: &'static str,
        limit: usize,
        fate: &'static str,
    ) {
        self.warn(key, Error::TooLong { key, limit, fate });
    }

    /// A text that is short enough for an address.
    pub(in crate::content::fields) fn address(&mut self, key: &'static str) -> Option<String> {
        self.text(key).filter(|text| self.is_address(key, text))
    }

    /// Whether a text is short enough for an address; a longer one is passed over.
    pub(in crate::content::fields) fn is_address(&mut self, key: &'static str, text: &str) -> bool {
        if text.len() > MAX_ADDRESS {
            self.too_long(key, MAX_ADDRESS, "passed over");
        }
        text.len() <= MAX_ADDRESS
    }

    pub(in crate::content::fields) fn trust(&self) -> Trust {
        self.site.cleaning.trust()
    }

    pub(in crate::content::fields) fn warn(&mut self, key: &str, error: Error) {
        self.remark(Severity::Warning, key, error);
    }

    /// Says something about a value, unless it is one of `defaults:`: that was said once for all.
    pub(in crate::content::fields) fn remark(
        &mut self,
        severity: Severity,
        key: &str,
        error: Error,
    ) {
        if self.front.is_inherited(key) {
            return;
        }
        let line = self.front.line_of(key);
        self.remarks.push(Remark { severity, line, column: 0, error });
    }

    pub(in crate::content::fields) fn scalar<'n>(
        &mut self,
        node: &'n Node,
        key: &'static str,
    ) -> Option<&'n str> {
        if matches!(node, Node::List(_) | Node::Map(_)) {
            self.warn(key, Error::Unusable { key, found: node.kind() });
        }
        node.text()
    }

    pub(in crate::content::fields) fn text(&mut self, key: &'static str) -> Option<String> {
        let text = self.scalar(self.front.get(key)?, key)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub(in crate::content::fields) fn drop(
        &mut self,
        key: &str,
        found: &str,
        expected: &'static str,
    ) {
        self.warn(key, Error::Dropped { key: key.to_owned(), found: shown(found), expected });
    }
}

/// What stands under a key that may have a list.
pub(in crate::content::fields) fn items(node: Option<&Node>) -> &[Node] {
    match node {
        None => &[],
        Some(Node::List(items)) => items,
        Some(one) => std::slice::from_ref(one),
    }
}
