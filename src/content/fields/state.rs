//! Whether a post is published.

use crate::content::fields::Fields;
use crate::content::post::Withheld;
use crate::content::switch::Switch;
use crate::error::{Error, Severity};

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
