//! A site on disk, the program that serves it, and what every test must find at its end.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, thread};

use super::checks::{check_document, is_feed};
use feedmill::base::hash::Hash;
use feedmill::base::percent;

/// Long enough for a slow machine; only a failure takes it.
const LONG: Duration = Duration::from_secs(20);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);
const BRIEF: Duration = Duration::from_secs(2);

/// The configuration of a test that needs none of its own.
pub(crate) const CONFIG: &str = "title: Site\nurl: https://news.example\n";

/// A site, its export, and room beside them, in one temporary folder.
pub(crate) struct Site {
    room: tempfile::TempDir,
}

impl Site {
    /// A site with a configuration and an empty `_posts`.
    pub(crate) fn new(config: &str) -> Self {
        let site = Self { room: tempfile::tempdir().unwrap() };
        fs::create_dir_all(site.path("_posts")).unwrap();
        site.write("_config.yml", config);
        site
    }

    /// A path beside the site.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    /// The site's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.beside("site")
    }

    /// A path in the site.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder().join(path)
    }

    /// A path in the export.
    pub(crate) fn out(&self, path: &str) -> PathBuf {
        self.beside("out").join(path)
    }

    /// Writes a file of the site in place, as `echo > file` does.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(path), text).unwrap();
    }

    /// Writes a post in place: `name` becomes `_posts/2022-01-DAY-NAME.md`.
    pub(crate) fn post(&self, day: u32, name: &str, category: &str, body: &str) {
        self.write(&at(day, name), post(day, name, category, body));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// The program with a command on this site, ready to be run.
    pub(crate) fn command(&self, command: &str, flags: &[&str]) -> Command {
        let mut program = program();
        program.env("FEEDMILL_STATE", self.beside("state"));
        program.arg(command).arg(self.folder()).arg("--output").arg(self.beside("out")).args(flags);
        program
    }

    /// Runs a command that ends by itself.
    pub(crate) fn run(&self, command: &str, flags: &[&str]) -> Output {
        self.command(command, flags).output().unwrap()
    }

    /// Serves the site on a free port.
    pub(crate) fn serve(&self) -> Server<'_> {
        self.serve_with(&["--listen", "127.0.0.1:0"])
    }

    pub(crate) fn serve_with(&self, flags: &[&str]) -> Server<'_> {
        Server::start(self, self.command("serve", flags))
    }

    /// Every file of the export with what tells whether it was written: its inode and its time.
    pub(crate) fn written(&self) -> BTreeMap<PathBuf, (u64, i64, i64)> {
        let stamp = |path: PathBuf| {
            let found = present(fs::metadata(&path))?;
            Some((path, (found.ino(), found.mtime(), found.mtime_nsec())))
        };
        documents(&self.beside("out")).filter_map(stamp).collect()
    }

    /// Every file of a folder beside the site with its bytes, but for what the export knows of itself,
    /// which is settled when passes have come to rest. A file that was renamed or removed since the
    /// folder was listed is left out: the service may be writing there.
    pub(crate) fn bytes(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        self.read(folder, documents(&self.beside(folder)))
    }

    /// The same with all files.
    pub(crate) fn everything(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        self.read(folder, files(&self.beside(folder)).into_iter())
    }

    fn read(
        &self,
        folder: &str,
        files: impl Iterator<Item = PathBuf>,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let folder = self.beside(folder);
        let read = |path: PathBuf| {
            let bytes = present(fs::read(&path))?;
            Some((path.strip_prefix(&folder).unwrap().to_owned(), bytes))
        };
        files.filter_map(read).collect()
    }
}

/// The files of an export without those that list the others.
fn documents(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let is_list = |path: &PathBuf| {
        path.ends_with("_feedmill/manifest.json") || path.ends_with("_feedmill/pending.json")
    };
    files(folder).into_iter().filter(move |path| !is_list(path))
}

/// What was read of a file, if it was still there.
fn present<T>(found: std::io::Result<T>) -> Option<T> {
    let is_gone = found.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    (!is_gone).then(|| found.unwrap())
}

/// The program, without what the environment of the test may say to it.
pub(crate) fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_feedmill"));
    let is_ours = |name: &OsString| name.to_string_lossy().starts_with("FEEDMILL_");
    for name in std::env::vars_os().map(|(name, _)| name).filter(is_ours) {
        program.env_remove(name);
    }
    for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_PID", "STATE_DIRECTORY"] {
        program.env_remove(name);
    }
    program.env_remove("JOURNAL_STREAM").stdin(Stdio::null());
    program
}

/// The path of a post in the site.
pub(crate) fn at(day: u32, name: &str) -> String {
    format!("_posts/2022-01-{day:02}-{name}.md")
}

/// The text of a post; its title is its name.
pub(crate) fn post(day: u32, name: &str, category: &str, body: &str) -> String {
    format!(
        "---\ntitle: {name}\ndate: 2022-01-{day:02} 08:00:00 +0800\ncategories: {category}\n\
         ---\n{body}\n"
    )
}

/// All files below a folder; those that vanish meanwhile are left out.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            Ok(_) => found.push(entry.path()),
            Err(_) => {}
        }
    }
    found.sort();
    found
}

/// The time, in seconds since 1970.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// `ETag` and `Last-Modified`.
    pub(crate) fn validators(&self) -> (String, String) {
        (self.header("ETag").to_owned(), self.header("Last-Modified").to_owned())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn parse(raw: &[u8]) -> Self {
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(raw)));
        let head = std::str::from_utf8(&raw[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_owned(), value.trim().to_owned())
        };
        let reply =
            Self { status, headers: lines.map(header).collect(), body: raw[end + 4..].to_vec() };
        if !matches!(status, 204 | 304) {
            assert_eq!(reply.header("Content-Length"), reply.body.len().to_string(), "{head}");
        }
        reply
    }
}

/// Where a server listens.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(String),
    Unix(PathBuf),
}

impl Address {
    /// Asks on a connection of its own.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request =
            format!("GET {path} HTTP/1.1\r\nHost: x.example\r\nConnection: close\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        request.push_str("\r\n");
        let raw = match self {
            Self::Tcp(address) => ask(TcpStream::connect(address).unwrap(), &request),
            Self::Unix(path) => ask(UnixStream::connect(path).unwrap(), &request),
        };
        Reply::parse(&raw)
    }
}

fn ask(mut stream: impl Read + Write, request: &str) -> Vec<u8> {
    stream.write_all(request.as_bytes()).unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).unwrap();
    raw
}

/// A running server; killed when it is dropped before its end.
pub(crate) struct Server<'a> {
    site: &'a Site,
    child: Child,
    pub(crate) address: Address,
    log: Arc<Mutex<String>>,
    /// The last request and its answer, for messages.
    last: Mutex<String>,
    /// The path below which `finish` asks for every feed.
    pub(crate) base: String,
}

impl<'a> Server<'a> {
    pub(crate) fn start(site: &'a Site, mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let errors = BufReader::new(child.stderr.take().unwrap());
        let collected = Arc::clone(&log);
        thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                *collected.lock().unwrap() += &(line + "\n");
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let rest = line.strip_prefix("serving ")?;
            Some(match rest.strip_prefix("unix:") {
                Some(rest) => Address::Unix(rest.split("/atom.xml").next().unwrap().into()),
                None => Address::Tcp(rest.strip_prefix("http://")?.split('/').next()?.to_owned()),
            })
        });
        let Some(address) = address else {
            let status = child.wait().unwrap();
            panic!("no server: {status}\n{}", log.lock().unwrap());
        };
        thread::spawn(move || lines.for_each(drop));
        Self { site, child, address, log, last: Mutex::default(), base: String::new() }
    }

    /// Asks for a path below the root.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let reply = self.address.get(&format!("/{path}"), headers);
        let shown: String = reply.text().chars().take(2000).collect();
        *self.last.lock().unwrap() = format!("GET /{path}: {}\n{shown}", reply.status);
        reply
    }

    pub(crate) fn status(&self, path: &str) -> u16 {
        self.get(path, &[]).status
    }

    pub(crate) fn validators(&self, path: &str) -> (String, String) {
        // A time to come, as of the second change within a second, is not said before it has come.
        let (file, started) = (self.site.out(path), Instant::now());
        let modified = || fs::metadata(&file).and_then(|found| found.modified());
        while modified().is_ok_and(|at| at > SystemTime::now()) && started.elapsed() < BRIEF {
            thread::sleep(PAUSE);
        }
        let reply = self.get(path, &[]);
        assert_eq!(reply.status, 200, "{path}\n{}", self.state());
        reply.validators()
    }

    /// The entries of a feed, newest first; none when there is no such feed.
    fn items(&self, folder: &str) -> Vec<serde_json::Value> {
        let reply = self.get(&format!("{folder}feed.json"), &[]);
        if reply.status == 404 {
            return Vec::new();
        }
        assert_eq!(reply.status, 200, "{}", self.state());
        let feed: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        feed["items"].as_array().unwrap().clone()
    }

    /// One text of each entry of the feed in a folder: its `title`, its `id`…
    pub(crate) fn all(&self, folder: &str, key: &str) -> Vec<String> {
        self.items(folder).iter().map(|item| item[key].as_str().unwrap_or("").to_owned()).collect()
    }

    pub(crate) fn titles(&self, folder: &str) -> Vec<String> {
        self.all(folder, "title")
    }

    /// The body of the only entry with a title.
    pub(crate) fn body(&self, title: &str) -> String {
        let items = self.items("");
        let found: Vec<_> = items.iter().filter(|item| item["title"] == title).collect();
        let [item] = found.as_slice() else { return format!("{} entries", found.len()) };
        item["content_html"].as_str().unwrap_or("").to_owned()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.status("healthz") == 200
    }

    /// Whether `/healthz` is red and names all these words.
    pub(crate) fn is_ill(&self, words: &[&str]) -> bool {
        let reply = self.get("healthz", &[]);
        reply.status == 503 && words.iter().all(|word| reply.text().contains(word))
    }

    /// Looks until it is so; fails with the last answer and the log.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        self.wait_within(LONG, what, is_so);
    }

    /// The same for what takes longer.
    #[track_caller]
    pub(crate) fn wait_within(&self, limit: Duration, what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < limit, "waited in vain until {what}\n{}", self.state());
            thread::sleep(PAUSE);
        }
    }

    /// Waits until the log has these words: they may come after what they speak of.
    #[track_caller]
    pub(crate) fn wait_for_log(&self, words: &str) {
        self.wait_until(words, || self.log().contains(words));
    }

    /// Waits until all changes made so far are taken in, also those that show nowhere: a file
    /// that is no post comes last, and its diagnostic in the log says that its turn has come.
    #[track_caller]
    pub(crate) fn settle_in(&self, root: &str) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("barrier-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = format!("{root}/{name}.md");
        self.site.write(&path, "---\ntitle: x\n---\n");
        self.wait_until(&name, || self.log().contains(&format!("{name}.md: ")));
        self.site.remove(&path);
    }

    #[track_caller]
    pub(crate) fn settle(&self) {
        self.settle_in("_posts");
    }

    /// What a message shows.
    pub(crate) fn state(&self) -> String {
        format!("-- last: {}\n-- log:\n{}", self.last.lock().unwrap(), self.log())
    }

    /// The process, for tests that end it in their own way.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", "kill -\"$0\" \"$1\"", name, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success(), "{}", self.state());
    }

    /// Waits until the process has ended.
    #[track_caller]
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "it does not end\n{}", self.state());
            thread::sleep(PAUSE);
        }
    }

    /// What holds at the end of every test: it is healthy, the export is whole, HTTP gives what
    /// the export holds, the log has no error but those that name one of `errors`, and SIGTERM
    /// ends it well.
    #[track_caller]
    pub(crate) fn finish(mut self, errors: &[&str]) {
        self.wait_until("healthy", || self.is_healthy());
        self.settle();
        let out = self.site.beside("out");
        for file in files(&out) {
            check_document(&file);
            if is_feed(&file) {
                self.check_served(&file, file.strip_prefix(&out).unwrap().to_str().unwrap());
            }
        }
        let log = self.log();
        let is_expected =
            |line: &&str| ["barrier-"].iter().chain(errors).any(|word| line.contains(word));
        let unexpected: Vec<&str> =
            log.lines().filter(|line| line.contains("ERROR")).filter(|l| !is_expected(l)).collect();
        assert!(unexpected.is_empty(), "{unexpected:#?}");
        self.signal("TERM");
        let status = self.wait(Duration::from_secs(5));
        assert_eq!(status.code(), Some(0), "{status}\n{}", self.log());
    }

    /// A feed on disk is the one that is served, with the time of the file, which any other web
    /// server would send too.
    #[track_caller]
    fn check_served(&self, file: &Path, path: &str) {
        let started = SystemTime::now();
        let reply = self.get(&format!("{}{}", self.base, percent::encode_path(path)), &[]);
        assert_eq!(reply.status, 200, "{path}: foreign, or left behind\n{}", self.state());
        let bytes = fs::read(file).unwrap();
        assert_eq!(reply.body, bytes, "{path}");
        assert_eq!(reply.header("ETag"), format!("\"{}\"", Hash::of(&bytes)), "{path}");
        let modified = fs::metadata(file).unwrap().modified().unwrap();
        let said = [started, SystemTime::now()].map(|at| httpdate::fmt_http_date(modified.min(at)));
        assert!(said.contains(&reply.header("Last-Modified").to_owned()), "{path}: {said:?}");
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
