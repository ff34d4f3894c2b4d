//! What the operator decided, and what the author did: flags and the site's configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use crate::base::fingerprint::Fingerprint;
use crate::base::hash::Hash;
use crate::content::library::Library;
use crate::content::settings::surroundings::Surroundings;
use crate::content::settings::{self, AUTHORS, CONFIG, Sources};
use crate::content::site::Site;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result, Severity};
use crate::engine::post_reader;
use crate::os::disk;
use crate::server::limits::Limits;
use crate::source::folder::identity;
use crate::source::library;

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
    /// The listen address of the Prometheus metrics; off without it.
    pub metrics: Option<String>,
    /// The folder of the snapshot, when it is not the usual one.
    pub state: Option<PathBuf>,
    /// Whether foreign files in the export may be replaced.
    pub replaces_foreign: bool,
    /// Whether a configuration may change most ids.
    pub accept_new_ids: bool,
    /// Bytes of documents kept in memory.
    pub cache: usize,
    /// What a client may take of the server.
    pub limits: Limits,
    /// The proxies that are believed on who asks: addresses, networks, `unix`.
    pub trusted_proxies: Vec<String>,
    /// Whether each answer is logged.
    pub access_log: bool,
    /// How changes are found besides by events.
    pub scans: Scans,
}

/// How often the whole site is scanned.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scans {
    /// How long it is from one to the next; `None` for what the file system makes needed.
    pub every: Option<Duration>,
    /// Whether nothing is watched, so that scans alone find what changes.
    pub are_alone: bool,
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

/// This program: another one may make other documents of the same posts and settings.
pub fn program() -> Hash {
    let program = env::current_exe().ok().and_then(|path| disk::stamp_of(&path));
    // Its inode's time changes when a link to it is made, which makes no other program of it.
    let Fingerprint { size, modified, inode, .. } = program.unwrap_or_default();
    Hash::of(format!("{size} {modified} {inode}").as_bytes())
}

/// Reads the site's configuration and makes its settings; the findings are warnings, their paths
/// relative to the site.
///
/// # Errors
/// When the site is no folder, or its configuration cannot be read or used.
pub fn load(settings: &Settings) -> Result<(Site, Vec<Finding>)> {
    understand(settings, &read(settings, None)?, None)
}

/// Reads all that the settings of the site are made from. The site's people are as they were in the
/// `former` ones when their folder may not be entered, where there need be none.
///
/// # Errors
/// When the site is no folder, or an empty one that had a configuration, or a file of its configuration
/// cannot be read.
pub fn read(settings: &Settings, former: Option<&Sources>) -> Result<Sources> {
    let no_site = |error| Finding::about(settings.site.display().to_string(), error);
    if identity(&settings.site).is_none() {
        return Err(no_site(Error::NoSite));
    }
    // A disk that is not mounted leaves its folder, with nothing in it.
    if former.is_some_and(|former| !former.config.is_empty()) && is_empty(&settings.site) {
        return Err(no_site(Error::EmptySite));
    }
    let folder = settings.site.canonicalize().unwrap_or_else(|_| settings.site.clone());
    let address = if settings.listen.starts_with("unix:") { "localhost" } else { &settings.listen };
    let (library, unread) = library::read(&settings.site);
    Ok(Sources {
        library,
        unread,
        config: file(settings, CONFIG, None)?,
        authors: file(settings, AUTHORS, Some(former.map_or("", |former| &former.authors)))?,
        folder_name: folder
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("feeds")
            .to_owned(),
        base_url: settings.base_url.clone(),
        fallback_url: format!("http://{address}"),
    })
}

/// What settings are made from where nothing is known of the site.
pub fn no_sources(settings: &Settings) -> Sources {
    let base_url = settings.base_url.clone();
    Sources { base_url, fallback_url: format!("http://{}", settings.listen), ..Sources::default() }
}

/// Whether there is nothing in a folder that can be listed.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Files as they were at one time; what a link leads to counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps {
    /// Those of the configuration.
    pub config: Vec<(String, Fingerprint)>,
    /// What posts use besides themselves.
    pub library: Vec<(String, Fingerprint)>,
}

impl Stamps {
    /// Those of now.
    pub fn now(settings: &Settings) -> Self {
        let stamp = |path: &str| {
            let stamp = disk::stamp_of(&settings.site.join(path)).unwrap_or_default();
            (path.to_owned(), stamp)
        };
        let config = [CONFIG, AUTHORS].map(stamp).to_vec();
        Self { config, library: library::stamps(&settings.site) }
    }

    /// When one of them was last touched.
    pub fn latest(&self) -> i64 {
        let all = self.config.iter().chain(&self.library);
        all.map(|(_, stamp)| stamp.latest()).max().unwrap_or_default()
    }
}

/// Reads what posts use besides themselves into the sources of settings.
pub fn read_library(settings: &Settings, sources: &Sources) -> Sources {
    let (library, unread) = library::read(&settings.site);
    Sources { library, unread, ..sources.clone() }
}

/// The text of a file of the configuration; a site may do without it. Where it is not known whether
/// it is there, that is an error, or what is given `instead`.
fn file(settings: &Settings, name: &str, instead: Option<&str>) -> Result<String> {
    let path = settings.site.join(name);
    let failed = |error| Box::new(Finding::about(name, error).below(&settings.site));
    match disk::read(&path, MAX_CONFIG) {
        Ok((bytes, _)) => post_reader::text(&bytes).map(str::to_owned).map_err(failed),
        Err(error) => match (disk::stamp_of(&path), instead) {
            (None, _) => Ok(String::new()),
            (Some(stamp), Some(instead)) if stamp == Fingerprint::default() => {
                let finding = failed(error);
                tracing::warn!(hint = finding.error.hint(), "{finding}");
                Ok(instead.to_owned())
            }
            // It is not taken for none.
            (Some(_), _) => Err(failed(error)),
        },
    }
}

/// The settings that are made from what was read, and warnings. What is in the `former` library is not
/// parsed again.
///
/// # Errors
/// When it cannot be used.
pub fn understand(
    settings: &Settings,
    sources: &Sources,
    former: Option<&Library>,
) -> Result<(Site, Vec<Finding>)> {
    let around = Surroundings {
        config_path: CONFIG,
        folder_name: &sources.folder_name,
        base_url: sources.base_url.as_deref(),
        fallback_url: &sources.fallback_url,
    };
    let parsed = settings::parse(&sources.config, around);
    // A flag has no place in the site.
    let (mut site, mut findings) = parsed.map_err(|finding| match finding.path.as_str() {
        "--base-url" => finding,
        _ => Box::new(finding.below(&settings.site)),
    })?;
    let (people, remarks) = settings::people(&sources.authors, &site)
        .map_err(|remark| Box::new(remark.at(AUTHORS).below(&settings.site)))?;
    site.people = people;
    let (library, unread) = Library::of(&sources.library, former);
    site.library = Arc::new(library);
    findings.extend(unread.into_iter().filter(|finding| finding.path != AUTHORS));
    for (path, reason) in &sources.unread {
        let error = Error::Io { doing: "read it", reason: reason.clone() };
        let severity = Severity::Warning;
        findings.push(Finding { severity, ..*Finding::about(path.clone(), error) });
    }
    findings.extend(remarks.into_iter().map(|remark| remark.at(AUTHORS)));
    Ok((site, findings))
}
