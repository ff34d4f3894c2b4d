//! Makes sites in temporary folders, runs the program on them, and reads what it has written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use feedmill::content::site::Site;
use feedmill::daemon::settings::{self, Scans, Settings};
use feedmill::engine::engine::Engine;
use feedmill::http::health::Health;
use feedmill::http::respond::{Request, respond};
use feedmill::http::serving::Serving;
use feedmill::server::limits::Limits;
use http::header::{HOST, LOCATION};
use http::{HeaderMap, HeaderValue, Method, Uri, Version};
use serde_json::Value;
use tempfile::TempDir;

/// The files below a folder, by their paths with slashes.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// A folder with a site in `content` and its export in `feeds`; it is removed when dropped.
pub(crate) struct Made {
    folder: TempDir,
}

/// What a run of the program gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Its standard output.
    pub(crate) out: String,
    /// Its standard error.
    pub(crate) err: String,
}

impl Made {
    /// A site without any file.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("content")).unwrap();
        Self { folder }
    }

    /// A site of these files below `content`.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let made = Self::new();
        for (path, text) in files {
            made.write(path, text);
        }
        made
    }

    /// Where everything lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path of something in the site.
    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder().join("content").join(path)
    }

    /// Writes a file of the site, and its folders.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        write(&self.at(path), bytes.as_ref());
    }

    /// Runs the program in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(self.folder(), arguments)
    }

    /// Exports the site with the program, which must have nothing against it.
    #[track_caller]
    pub(crate) fn build(&self) {
        let Ran { code, err, .. } = self.run(&["build", "content"]);
        assert_eq!(code, Some(0), "{err}");
    }

    /// A document of the export as text.
    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.folder().join("feeds").join(path)).unwrap()
    }

    /// What the program finds wrong with the site: line and text of each.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<String> {
        let out = self.run(&["check", "--format", "json", "content"]).out;
        let found: Value = serde_json::from_str(&out).unwrap();
        let text = |one: &Value| {
            let line = one["line"].as_u64().unwrap_or_default();
            format!("{line} {}", one["problem"].as_str().unwrap())
        };
        found.as_array().unwrap().iter().map(text).collect()
    }

    /// A mill for the site, with nothing read yet.
    pub(crate) fn engine(&self) -> Engine {
        let (settings, site) = self.read();
        Engine::new(site, settings.site, settings.output).unwrap()
    }

    /// The settings of the operator, and those of the site as they are now.
    pub(crate) fn read(&self) -> (Settings, Site) {
        let settings = Settings {
            site: self.folder().join("content"),
            output: self.folder().join("feeds"),
            state: None,
            base_url: None,
            listen: "127.0.0.1:8080".to_owned(),
            metrics: None,
            accept_new_ids: false,
            replaces_foreign: false,
            limits: Limits::default(),
            scans: Scans::default(),
            cache: 0,
            trusted_proxies: Vec::new(),
            access_log: false,
        };
        let (site, _) = settings::load(&settings).unwrap();
        (settings, site)
    }

    /// The documents of the export.
    pub(crate) fn feeds(&self) -> Tree {
        let mut feeds = tree(&self.folder().join("feeds"));
        // A manifest is settled when passes have come to rest.
        feeds.retain(|path, _| {
            !matches!(path.as_str(), "_feedmill/manifest.json" | "_feedmill/pending.json")
        });
        feeds
    }
}

/// Writes a file, and its folders.
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(bytes).unwrap();
}

/// Runs the program in a folder, with nothing of ours in its environment.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FEEDMILL_") {
            command.env_remove(name);
        }
    }
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The files below a folder; none when there is no such folder.
pub(crate) fn tree(folder: &Path) -> Tree {
    let mut files = Tree::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Where a request for a path leads: the status, and the address of a redirect.
pub(crate) fn led(engine: &Engine, target: &str) -> (u16, String) {
    let uri: Uri = target.parse().unwrap();
    let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("feeds.example"))]);
    let request = Request {
        method: &Method::GET,
        uri: &uri,
        version: Version::HTTP_11,
        headers: &headers,
        now: i64::MAX,
    };
    let answer = respond(&request, &engine.edition(), &Serving::new("", 300), &Health::default());
    let place = answer.headers.get(LOCATION).map_or("", |place| place.to_str().unwrap());
    (answer.status.as_u16(), place.to_owned())
}
