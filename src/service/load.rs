//! What the operator decided, and what the author did: flags and the site's configuration.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use crate::content::settings::{self, AUTHORS, CONFIG, Surroundings};
use crate::content::site::{Author, Site};
use crate::error::{Error, Finding, Result};
use crate::hash::Hash;
use crate::service::server::Limits;
use crate::service::source::identity;
use crate::service::{disk, posts, report};

/// The largest configuration, in bytes.
const MAX_CONFIG: u64 = 1024 * 1024;

/// What the operator decided.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The site's folder.
    pub site: PathBuf,
    /// The export.
    pub output: PathBuf,
    /// Where the feeds are served, as the world sees it.
    pub base_url: Option<String>,
    /// Where to listen: `ADDRESS:PORT` or `unix:PATH`.
    pub listen: String,
    /// The folder of the snapshot, when it is not the usual one.
    pub state: Option<PathBuf>,
    /// Whether a configuration may change most ids.
    pub accept_new_ids: bool,
    /// Bytes of documents kept in memory.
    pub cache: usize,
    /// What a client may take of the server.
    pub limits: Limits,
}

impl Settings {
    /// The same, where the listening address is known: a port of 0 is any that is free.
    #[must_use]
    pub fn listening_at(&self, address: &str) -> Self {
        let heard = address.strip_prefix("http://").map(|heard| heard.trim_end_matches('/'));
        Self { listen: heard.unwrap_or(&self.listen).to_owned(), ..self.clone() }
    }
}

/// Where the snapshot of a site is kept: `--state`, else the service's state folder
/// (`$STATE_DIRECTORY`), else the user's cache; nowhere when there is none of these.
pub fn snapshot_file(settings: &Settings) -> Option<PathBuf> {
    let folder =
        |variable| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let of_service = || folder("STATE_DIRECTORY");
    let of_user = || {
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(cache.join("feedmill"))
    };
    let folder = settings.state.clone().or_else(of_service).or_else(of_user)?;
    let whole = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let name = format!("{} {}", whole(&settings.site).display(), whole(&settings.output).display());
    Some(folder.join(format!("{}.snapshot", Hash::of(name.as_bytes()))))
}

/// Everything that a snapshot hangs on besides the posts: this program, its addresses, its settings.
pub fn key(settings: &Settings, site: &Site) -> Hash {
    let program = env::current_exe().map(|path| disk::stamp_of(&path)).unwrap_or_default();
    let mut all = format!("{program:?} {} {}\n", site.home, site.base).into_bytes();
    for path in [CONFIG, AUTHORS] {
        let bytes = disk::read(&settings.site.join(path), MAX_CONFIG).map(|(bytes, _)| bytes);
        all.extend_from_slice(Hash::of(&bytes.unwrap_or_default()).to_string().as_bytes());
    }
    Hash::of(&all)
}

/// Reads the site's configuration; the findings are warnings, their paths relative to the site.
///
/// # Errors
/// When the site is no folder, or its configuration cannot be read or used.
pub fn load(settings: &Settings) -> Result<(Site, Vec<Finding>)> {
    if identity(&settings.site).is_none() {
        return Err(Finding::about(settings.site.display().to_string(), Error::NoSite));
    }
    read_config(settings).map_err(|finding| match finding.path.as_str() {
        // A flag has no place in the site.
        "--base-url" => finding,
        _ => Box::new(report::below(&settings.site, *finding)),
    })
}

fn read_config(operator: &Settings) -> Result<(Site, Vec<Finding>)> {
    let failed = |error| Finding::about(CONFIG, error);
    let path = operator.site.join(CONFIG);
    let bytes =
        if path.exists() { disk::read(&path, MAX_CONFIG).map_err(failed)?.0 } else { Vec::new() };
    let config = posts::text(&bytes).map_err(failed)?;
    let folder = operator.site.canonicalize().unwrap_or_else(|_| operator.site.clone());
    let folder_name = folder.file_name().and_then(|name| name.to_str()).unwrap_or("feeds");
    let address = if operator.listen.starts_with("unix:") { "localhost" } else { &operator.listen };
    let around = Surroundings {
        config_path: CONFIG,
        folder_name,
        base_url: operator.base_url.as_deref(),
        fallback_url: &format!("http://{address}"),
    };
    let (mut site, findings) = settings::parse(config, around)?;
    site.people = people(operator)?;
    Ok((site, findings))
}

/// The people of `_data/authors.yml`; a site without that file names its authors in full.
fn people(operator: &Settings) -> Result<BTreeMap<String, Author>> {
    let path = operator.site.join(AUTHORS);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let failed = |error| Finding::about(AUTHORS, error);
    let (bytes, _) = disk::read(&path, MAX_CONFIG).map_err(failed)?;
    let text = posts::text(&bytes).map_err(failed)?;
    settings::people(text).map_err(|remark| Box::new(remark.at(AUTHORS)))
}
