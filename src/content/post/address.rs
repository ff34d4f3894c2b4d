//! Where a post is on the web, and what it is known by.

use crate::content::permalink::parts::Parts;
use crate::content::permalink::{Template, jekyll_id, tag_id};
use crate::content::post::Post;
use crate::content::site::{Ids, Site};

impl Post<'_> {
    /// Absolute address of its page. Few posts are in a window, so this is made when it is asked for.
    pub fn url(&self, site: &Site) -> String {
        [&*site.home, &self.template(site).path(self.parts(site))].concat()
    }

    /// The file that Jekyll writes its page to: two posts with one of them are one page.
    pub fn destination(&self, site: &Site) -> String {
        let path = self.template(site).plain_path(self.parts(site));
        let ending = match &*path {
            path if path.ends_with('/') => "index.html",
            path if path.ends_with(self.page_extension) => "",
            _ => self.page_extension,
        };
        path + ending
    }

    /// Its id, the same in every feed and for ever.
    pub fn id(&self, site: &Site) -> String {
        match (&self.own_id, site.ids) {
            (Some(own), _) => own.clone(),
            (None, Ids::Tag) => tag_id(&site.tag_authority, &self.key),
            (None, Ids::Permalink) => self.url(site),
            (None, Ids::Jekyll) => {
                let path = self.template(site).plain_path(self.parts(site));
                [&*site.home, &jekyll_id(&path, &self.slug)].concat()
            }
        }
    }

    /// Whether no part of its address has to be cut.
    pub fn has_whole_address(&self, site: &Site) -> bool {
        self.template(site).fits(self.parts(site))
    }

    fn template<'t>(&'t self, site: &'t Site) -> &'t Template {
        let label = self.collection.as_ref();
        let of_collection = || site.collections.iter().find(|it| Some(&it.label) == label);
        let usual = || of_collection().map_or(&site.permalink, |collection| &collection.permalink);
        self.permalink.as_ref().unwrap_or_else(usual)
    }

    fn parts(&self, site: &Site) -> Parts<'_> {
        Parts {
            date: self.date,
            zone: site.dates.zone,
            categories: &self.categories,
            slug: &self.slug,
            path: &self.path,
            collection: self.collection.as_deref(),
            extension: self.page_extension,
        }
    }
}

/// The path of a page below the site's home, as Jekyll has it.
pub fn below_home<'u>(url: &'u str, site: &Site) -> &'u str {
    url.strip_prefix(&*site.home).unwrap_or(url)
}
