//! Builds an export once.

use std::thread;
use std::time::{Duration, Instant};

use crate::content::site::Site;
use crate::daemon::settings::{self, Settings};
use crate::diagnostic::finding::Result;
use crate::engine::engine::{Engine, Pass};
use crate::os::clock::now;
use crate::os::progress_bar::Progress;

/// What `build` did.
#[derive(Debug)]
pub struct Built {
    /// Posts that were read, published or not.
    pub posts: usize,
    /// Files that gave no post.
    pub rejected: usize,
    /// The pass.
    pub pass: Pass,
    /// How long it took.
    pub took: Duration,
}

/// Builds the export once.
///
/// # Errors
/// When the configuration is wrong, the site cannot be read or the export cannot be written.
pub fn build(settings: &Settings) -> Result<Built> {
    let start = Instant::now();
    let (site, warnings) = settings::load(settings)?;
    let mut engine = open_engine(settings, site)?;
    let mut pass = engine.rebuild(now())?;
    if let Some(held) = engine.held() {
        return Err(Box::new(held.clone()));
    }
    let patience = now() + 3_000_000_000;
    while let Some(again) = engine.next_look().filter(|at| *at < patience && now() < patience) {
        // Files are cut short and very young: their writers get the time to finish them.
        thread::sleep(Duration::from_nanos(u64::try_from(again - now()).unwrap_or(0)));
        pass.findings.extend(engine.tick(now())?.findings);
    }
    engine.renderer.settle(now().div_euclid(1_000_000_000))?;
    pass.findings.splice(0..0, warnings);
    Ok(Built {
        posts: engine.catalog().len(),
        rejected: engine.rejected(),
        pass,
        took: start.elapsed(),
    })
}

/// An engine for a site, with nothing read yet.
///
/// # Errors
/// When the output folder cannot be used.
pub fn open_engine(settings: &Settings, site: Site) -> Result<Engine> {
    let mut engine = Engine::new(site, settings.site.clone(), settings.output.clone())?;
    engine.show(Progress::of_stderr());
    engine.renderer.output.may_replace = settings.replaces_foreign;
    Ok(engine)
}
