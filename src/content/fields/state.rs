//! Whether a post is published, and in which feeds.

use crate::content::boolean::Switch;
use crate::content::exclusion::Exclusion;
use crate::content::fields::reader::Fields;
use crate::content::post::{Reach, Withheld};
use crate::diagnostic::Error;
use crate::diagnostic::finding::Severity;

impl Fields<'_, '_> {
    /// Whether the post is published. Jekyll builds what is neither false nor nothing (`published:`
    /// without a value), and a word in quotes is neither: its author meant something else.
    pub(super) fn withheld(&mut self) -> Option<Withheld> {
        let published = Switch::read(self.front, "published");
        let draft = Switch::read(self.front, "draft");
        match (&published, &draft) {
            (Switch::Off, _) => return Some(Withheld::Unpublished),
            (Switch::Empty, _) => {
                self.remark_switch(Severity::Note, "published", "empty".to_owned(), "withheld");
                return Some(Withheld::Empty);
            }
            (_, Switch::On) => return Some(Withheld::Draft),
            _ => {}
        }
        for (key, switch, is_shown) in [("published", published, true), ("draft", draft, false)] {
            if let Switch::Odd { found, meant } = switch
                && meant != Some(is_shown)
            {
                self.remark_switch(Severity::Warning, key, found, "published");
            }
        }
        for (key, severity, misleading) in [
            ("Published", Severity::Warning, Switch::Off),
            ("PUBLISHED", Severity::Warning, Switch::Off),
            ("Draft", Severity::Warning, Switch::On),
            ("DRAFT", Severity::Warning, Switch::On),
            // Themes hide such a post in their own lists; Jekyll builds it, and its feed has it.
            ("hidden", Severity::Note, Switch::On),
        ] {
            if Switch::read(self.front, key) == misleading {
                let found = if misleading == Switch::On { "`true`" } else { "`false`" };
                self.remark_switch(severity, key, found.to_owned(), "published");
            }
        }
        None
    }

    /// Whether the post is in none of its feeds: `feed: false`.
    pub(super) fn is_in_no_feed(&mut self) -> bool {
        let feed = Switch::read(self.front, "feed");
        if let Switch::Odd { found, meant: Some(false) } = feed {
            self.remark_switch(Severity::Warning, "feed", found, "published");
            return false;
        }
        feed == Switch::Off
    }

    /// Which feeds the site leaves the post in.
    pub(super) fn reach(&self, categories: &[String], tags: &[String]) -> Reach {
        let leaves_out = |exclusion: &Exclusion| exclusion.has(categories, tags, self.origin.path);
        match &self.site.exclusions {
            exclusions if leaves_out(&exclusions.from_all) => Reach::None,
            exclusions if leaves_out(&exclusions.from_site) => Reach::Groups,
            _ => Reach::All,
        }
    }

    fn remark_switch(
        &mut self,
        severity: Severity,
        key: &'static str,
        found: String,
        becomes: &'static str,
    ) {
        self.remark(severity, key, Error::Switch { key, found, becomes });
    }
}
