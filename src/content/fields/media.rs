//! The files of a post: its picture and what goes with it.

use crate::content::enclosure::{A_FILE, A_FILE_OF_OURS, Enclosure};
use crate::content::fields::reader::{Fields, items};
use crate::content::front_matter::node::Node;
use crate::content::names;

impl Fields<'_, '_> {
    /// `enclosure` or `enclosures`: an address, a mapping, or a list of those.
    pub(super) fn enclosures(&mut self) -> Vec<Enclosure> {
        let mut enclosures = Vec::new();
        for key in ["enclosure", "enclosures"] {
            for (index, node) in items(self.front.get(key)).iter().enumerate() {
                // Those that cannot be used are counted, too: of each there is something to say.
                if index.max(enclosures.len()) == names::limit(self.trust()) {
                    self.too_many(key);
                    break;
                }
                let mut dropped = Vec::new();
                let enclosure = Enclosure::read(node, key, self.site, &mut dropped);
                for error in dropped {
                    self.warn(key, error);
                }
                let Some(enclosure) = enclosure else { continue };
                if self.is_address(key, &enclosure.url)
                    && self.is_address(key, &enclosure.media_type)
                {
                    enclosures.push(enclosure);
                }
            }
        }
        enclosures
    }

    pub(super) fn image(&mut self) -> Option<String> {
        let node = self.front.get("image")?;
        let of_map = |key| node.get(key).filter(|node| node.text().is_some());
        let written = match node {
            Node::Map(_) => ["path", "url", "src"].into_iter().find_map(of_map).unwrap_or(node),
            scalar => scalar,
        };
        let written =
            self.scalar(written, "image").map(str::trim).filter(|text| !text.is_empty())?;
        if !self.is_address("image", written) {
            return None;
        }
        let address = self.site.media(written);
        if address.is_none() {
            let is_untrusted = self.trust().is_untrusted();
            self.drop("image", written, if is_untrusted { A_FILE_OF_OURS } else { A_FILE });
        }
        address
    }
}
