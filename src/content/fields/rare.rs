//! What few posts say of themselves: of most it is known at once that they say nothing of it.

use crate::content::body::SUMMARY_LENGTH;
use crate::content::date::Moment;
use crate::content::enclosure::Enclosure;
use crate::content::fields::reader::Fields;
use crate::content::front_matter::bits_of;
use crate::content::front_matter::node::Node;
use crate::content::html::plain::plain;
use crate::content::permalink::{Template, tag_id};
use crate::content::post::Withheld;
use crate::content::syntax::{A_LANGUAGE, A_LICENSE, AN_ID, MAX_LANG, is_id, language};
use crate::content::text::cut;
use crate::content::url::{as_uri, is_web, web_address};

/// The bits of all keys that [`Fields::rare`] asks for: of a key that is not here it finds nothing.
pub(super) const RARE: u64 = bits_of(&[
    "Draft",
    "DRAFT",
    "Published",
    "PUBLISHED",
    "description",
    "draft",
    "enclosure",
    "enclosures",
    "excerpt",
    "excerpt_separator",
    "expires",
    "expiry_date",
    "external_url",
    "feed",
    "guid",
    "hidden",
    "id",
    "image",
    "lang",
    "last_modified_at",
    "license",
    "link",
    "permalink",
    "published",
    "redirect_to",
    "render_with_liquid",
    "slug",
    "updated",
]);

/// Where the page is named that a post is about.
const EXTERNAL: &[&str] = &["external_url", "link", "redirect_to"];

/// What can be such a page.
const A_PAGE: &str = "the address of a page, like `https://other.example.net/page`";

/// What few posts say; the default is that of all others.
#[derive(Default)]
pub(super) struct Rare {
    pub(super) slug: Option<String>,
    pub(super) updated: Option<Moment>,
    pub(super) expires: Option<Moment>,
    pub(super) withheld: Option<Withheld>,
    pub(super) is_in_no_feed: bool,
    pub(super) own_id: Option<String>,
    pub(super) permalink: Option<Template>,
    pub(super) lang: Option<String>,
    pub(super) license: Option<String>,
    pub(super) enclosures: Vec<Enclosure>,
    pub(super) summary: Option<String>,
    pub(super) external: Option<String>,
    pub(super) image: Option<String>,
    pub(super) separator: Option<String>,
    pub(super) is_without_liquid: bool,
    pub(super) is_excerpt_only: bool,
}

impl Fields<'_, '_> {
    /// What the post says under keys that few have; it was published at `date`.
    pub(super) fn rare(&mut self, date: Moment) -> Rare {
        let feed = self.front.get("feed");
        let excerpt_only = feed.and_then(|feed| feed.get("excerpt_only"));
        Rare {
            is_excerpt_only: excerpt_only == Some(&Node::Bool(true)),
            is_without_liquid: self.front.get("render_with_liquid") == Some(&Node::Bool(false)),
            slug: self.text("slug"),
            updated: self.updated(),
            expires: self.expires(date),
            withheld: self.withheld(),
            is_in_no_feed: self.is_in_no_feed(),
            own_id: self.own_id(),
            permalink: self.permalink(),
            lang: self.lang(),
            license: self.license(),
            enclosures: self.enclosures(),
            summary: self.summary(),
            external: self.external(),
            image: self.image(),
            separator: self.text("excerpt_separator"),
        }
    }

    fn permalink(&mut self) -> Option<Template> {
        let template = Template::custom(&self.text("permalink")?);
        if let Some(error) = template.unknown("permalink") {
            self.warn("permalink", error);
        }
        Some(template)
    }

    /// `lang` as BCP 47 writes it.
    fn lang(&mut self) -> Option<String> {
        let written = self.text("lang").filter(|lang| {
            if lang.len() > MAX_LANG {
                self.too_long("lang", MAX_LANG, "passed over");
            }
            lang.len() <= MAX_LANG
        });
        if let Some(written) = written {
            if let Some(lang) = language(&written) {
                return Some(lang.into_owned());
            }
            self.drop("lang", &written, A_LANGUAGE);
        }
        None
    }

    fn license(&mut self) -> Option<String> {
        let written = self.address("license")?;
        let license = web_address(&written);
        if license.is_none() {
            self.drop("license", &written, A_LICENSE);
        }
        license
    }

    /// The page elsewhere that the post is about.
    fn external(&mut self) -> Option<String> {
        for key in EXTERNAL {
            let node = match self.front.get(key) {
                // Of several `redirect_to`, jekyll-redirect-from takes the first.
                Some(Node::List(items)) if *key == "redirect_to" => items.first(),
                node => node,
            };
            let Some(node) = node.filter(|node| !matches!(node, Node::Null | Node::Bool(_))) else {
                continue;
            };
            let Some(written) = self.scalar(node, key).map(str::trim) else { continue };
            if written.is_empty() || !self.is_address(key, written) {
                continue;
            }
            // As with jekyll-redirect-from, `/x` lies below `baseurl`; a word is no address.
            let is_address = written.starts_with('/') || is_web(written);
            let below = written.strip_prefix('/').filter(|rest| !rest.starts_with('/'));
            let address = below.map_or_else(|| written.to_owned(), |rest| format!("./{rest}"));
            match self.site.link(&address).filter(|address| is_address && is_web(address)) {
                Some(address) => return Some(address),
                None => self.drop(key, written, A_PAGE),
            }
        }
        None
    }

    /// The id of its own; a stranger has none, who could take the id of another's post, and its place
    /// in every reader.
    fn own_id(&mut self) -> Option<String> {
        if self.trust().is_untrusted() {
            return None;
        }
        for key in ["id", "guid"] {
            let Some(id) = self.address(key) else { continue };
            // Atom wants a URI: `id: 12345` is made one, and stays apart from other sites' 12345.
            let uri = as_uri(&id).unwrap_or_else(|| tag_id(&self.site.tag_authority, &id));
            if is_id(&uri) {
                return Some(uri);
            }
            self.drop(key, &id, AN_ID);
        }
        None
    }

    fn summary(&mut self) -> Option<String> {
        let written = ["description", "excerpt"].into_iter().find_map(|key| self.text(key))?;
        let text = plain(&written);
        (!text.is_empty()).then(|| self.trust().text(&cut(&text, SUMMARY_LENGTH)).into_owned())
    }
}
