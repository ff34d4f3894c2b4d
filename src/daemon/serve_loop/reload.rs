//! Reloads: another configuration, other includes, other data.

use std::path::Path;

use crate::content::settings::{AUTHORS, CONFIG};
use crate::daemon::serve_loop::ServeLoop;
use crate::daemon::settings::{self, Stamps};
use crate::diagnostic::finding::Result;
use crate::source::library;

impl ServeLoop<'_> {
    /// Takes a new configuration, or keeps the old one and says why.
    pub(in crate::daemon::serve_loop) fn take_configuration(&mut self) -> Result<()> {
        // When what cannot be read can be, no stamp tells.
        let sources = settings::read(self.settings, Some(&self.sources));
        let sources = sources.inspect_err(|_| self.stamps = Stamps::default())?;
        let known = Some(&*self.engine.site().library);
        let (site, warnings) = settings::understand(self.settings, &sources, known)?;
        tracing::info!("read the configuration");
        self.warned.log(warnings, &self.settings.site);
        self.engine.configure(site, self.settings.accept_new_ids)?;
        self.sources = sources;
        // A start after a sudden end must not take the ids of the old one for those that readers know.
        self.snapshot.hurry();
        Ok(())
    }

    /// Takes other includes and data: only the posts that use them are rendered again.
    pub(in crate::daemon::serve_loop) fn take_library(&mut self) -> Result<()> {
        let sources = settings::read_library(self.settings, &self.sources);
        let known = Some(&*self.engine.site().library);
        let (site, warnings) = settings::understand(self.settings, &sources, known)?;
        tracing::info!("read the includes and data");
        self.warned.log(warnings, &self.settings.site);
        self.engine.take_library(site.library);
        self.sources = sources;
        Ok(())
    }

    /// Whether a path is of the configuration, or of what posts use besides themselves.
    pub(in crate::daemon::serve_loop) fn is_of_config(&self, path: &Path) -> bool {
        let site = &self.engine.roots().site;
        [CONFIG, AUTHORS].iter().any(|name| *path == site.join(name)) || library::has(site, path)
    }
}
