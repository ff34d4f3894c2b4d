//! The server on a real socket: limits, malformed heads, bytes, and the change of an edition.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{body, document};
use feedmill::base::hash::Hash;
use feedmill::feed::edition::{Document, Edition};
use feedmill::http::health::Health;
use feedmill::http::serving::Serving;
use feedmill::server::cache::{Cache, DEFAULT_BUDGET};
use feedmill::server::client_ip::Proxies;
use feedmill::server::current_edition::{CurrentEdition, Published};
use feedmill::server::http_server::{Listener, Server, serve};
use feedmill::server::limits::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Long enough for a slow machine; only a failure takes it.
const LONG: Duration = Duration::from_secs(30);

/// A server over an export in a temporary folder.
struct Site {
    folder: tempfile::TempDir,
    shelf: Arc<CurrentEdition>,
    cache: Arc<Cache>,
    address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<feedmill::diagnostic::finding::Result<()>>,
}

fn published(edition: Edition) -> Published {
    let serving = Arc::new(Serving::new("", 900));
    Published { edition: Arc::new(edition), serving, health: Health::default() }
}

impl Site {
    async fn start(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut edition = Edition::default();
        for path in ["index.html", "rss.xml"] {
            put(folder.path(), path, &body(path));
            edition.put(path.into(), Arc::new(document(path)));
        }
        let published = published(edition);
        let shelf = Arc::new(CurrentEdition::new(published));
        let cache = Arc::new(Cache::new(folder.path().to_owned(), DEFAULT_BUDGET));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (kept, proxies) = (Arc::clone(&cache), Proxies::default());
        let server = Server::new(Arc::clone(&shelf), kept, limits, proxies);
        let task = tokio::spawn(serve(server, Listener::Tcp(listener), async {
            stopped.await.unwrap_or_default();
        }));
        Self { folder, shelf, cache, address, stop: Some(stop), task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Publishes a document of so many bytes.
    fn publish(&self, path: &str, length: usize) {
        let text = "x".repeat(length);
        put(self.folder.path(), path, &text);
        let mut edition = (*self.shelf.load().edition).clone();
        let hash = Hash::of(text.as_bytes());
        let document = Document { hash, length: length as u64, ..document(path) };
        edition.put(path.into(), Arc::new(document));
        self.shelf.store(published(edition));
    }

    /// Sends raw bytes and reads until the server closes.
    async fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().await;
        stream.write_all(request).await.unwrap();
        read_all(&mut stream).await
    }

    /// Sends one request on its own connection; head and body of the answer.
    async fn ask(&self, method: &str, target: &str, headers: &str) -> (String, Vec<u8>) {
        let request =
            format!("{method} {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n");
        split(&self.raw(request.as_bytes()).await)
    }
}

/// Writes a file of the export as the exporter does: whole, under another name, then renamed.
pub(super) fn put(folder: &Path, path: &str, text: &str) {
    let mut file = tempfile::NamedTempFile::new_in(folder).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    file.persist(folder.join(path)).unwrap();
}

async fn read_all(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    // A reset after the answer counts as its end: the server does not wait for a body.
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    answer
}

fn split(answer: &[u8]) -> (String, Vec<u8>) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end..].to_vec())
}

fn status(answer: &[u8]) -> u16 {
    let text = String::from_utf8_lossy(answer);
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn without_date(head: &str) -> Vec<String> {
    let mut lines: Vec<_> =
        head.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn malformed_heads_are_refused() {
    let site = Site::start(Limits::default()).await;
    let many = "X: y\r\n".repeat(101);
    let large = "x".repeat(16 * 1024);
    let (long, longer) = ("x".repeat(9 * 1024), "x".repeat(64 * 1024));
    let table: Vec<(String, &[u16])> = vec![
        ("GET / HTTP/1.1\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n".into(), &[400]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(), &[400]),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n".into(), &[400]),
        ("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n".into(), &[400]),
        ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n".into(), &[400, 501]),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n".into(), &[400]),
        ("GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[400]),
        ("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[400, 404]),
        ("GET /%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[400, 404]),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[400]),
        ("GET /%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[404]),
        ("GET /..%5crss.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[404]),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), &[431]),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nX: {large}\r\n\r\n"), &[431]),
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), &[414]),
        // It does not fit into the read buffer, so that hyper answers before the line ends.
        (format!("GET /{longer} HTTP/1.1\r\nHost: a\r\n\r\n"), &[414, 431]),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody".into(), &[405]),
        ("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[405]),
        ("FOO / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[405]),
        ("GET http://b/rss.xml HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".into(), &[200]),
        ("GET / HTTP/1.0\r\n\r\n".into(), &[200]),
        ("\x16\x03\x01\x02\0\x01\0\x01\u{7f}\x03\x03\r\n\r\n".into(), &[400]),
    ];
    for (request, expected) in table {
        let answer = site.raw(request.as_bytes()).await;
        let shown: String = request.chars().take(90).collect();
        assert!(expected.contains(&status(&answer)), "{shown:?}: {}", status(&answer));
    }
}

#[tokio::test]
async fn bytes_arrive_as_they_are_on_disk() {
    let site = Site::start(Limits::default()).await;
    for _ in 0..2 {
        let (head, plain) = site.ask("GET", "/rss.xml", "").await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains("\r\ndate: "), "{head}");
        assert!(!head.contains("\r\nserver: "), "{head}");
        assert_eq!(plain, body("rss.xml").as_bytes());
        let (head, compressed) = site.ask("GET", "/rss.xml", "Accept-Encoding: gzip\r\n").await;
        assert!(head.contains("\r\ncontent-encoding: gzip\r\n"), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", compressed.len())), "{head}");
        let mut decoded = Vec::new();
        flate2::read::GzDecoder::new(&compressed[..]).read_to_end(&mut decoded).unwrap();
        assert_eq!(decoded, plain);
    }
}

#[tokio::test]
async fn head_says_what_get_says() {
    let site = Site::start(Limits::default()).await;
    for target in ["/", "/rss.xml", "/nothing", "/healthz", "/%zz"] {
        for headers in ["", "Accept-Encoding: gzip\r\n", "If-None-Match: *\r\n"] {
            // HEAD first, so that it has to make the compressed bytes itself.
            let (head, nothing) = site.ask("HEAD", target, headers).await;
            let (get, _) = site.ask("GET", target, headers).await;
            assert_eq!(without_date(&head), without_date(&get));
            assert!(nothing.is_empty());
            assert_eq!(head.contains("content-length: "), !head.contains(" 304 "), "{head}");
        }
    }
}

#[tokio::test]
async fn requests_may_be_pipelined() {
    let site = Site::start(Limits::default()).await;
    let one = "GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    let etag = format!("\"{}\"", document("rss.xml").hash);
    let two = format!("GET /rss.xml HTTP/1.1\r\nHost: a\r\nIf-None-Match: {etag}\r\n\r\n");
    let three = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = site.raw([one, &two, one, three, last].concat().as_bytes()).await;
    let text = String::from_utf8(answer).unwrap();
    let found: Vec<_> =
        text.match_indices("HTTP/1.1 ").map(|(at, _)| &text[at + 9..at + 12]).collect();
    assert_eq!(found, ["200", "304", "200", "200", "200"]);
    assert_eq!(text.matches(&body("rss.xml")).count(), 2);
    assert!(text.ends_with("\"documents\":2}\n"));
}

#[tokio::test]
async fn an_edition_that_is_only_on_disk_is_waited_for() {
    let limits = Limits { next_edition: LONG, ..Limits::default() };
    let site = Site::start(limits).await;
    let newer = "newer".repeat(300);
    put(site.folder.path(), "rss.xml", &newer);
    let publish = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let mut edition = (*site.shelf.load().edition).clone();
        let document = Document {
            hash: Hash::of(newer.as_bytes()),
            length: newer.len() as u64,
            ..document("rss.xml")
        };
        edition.put("rss.xml".into(), Arc::new(document));
        let published = published(edition);
        site.shelf.store(published);
    };
    let ((head, bytes), ()) = tokio::join!(site.ask("GET", "/rss.xml", ""), publish);
    assert!(head.contains(&format!("etag: \"{}\"", Hash::of(newer.as_bytes()))), "{head}");
    assert_eq!(bytes, newer.as_bytes());
}

#[tokio::test]
async fn bytes_that_never_come_are_a_503() {
    let limits = Limits { next_edition: Duration::from_millis(50), ..Limits::default() };
    let site = Site::start(limits).await;
    put(site.folder.path(), "rss.xml", &"x".repeat(body("rss.xml").len()));
    std::fs::remove_file(site.folder.path().join("index.html")).unwrap();
    for target in ["/rss.xml", "/"] {
        let (head, _) = site.ask("GET", target, "").await;
        assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
        assert!(head.contains("\r\nretry-after: 1\r\n"), "{head}");
    }
    // What needs no bytes is still answered.
    let (head, _) = site.ask("GET", "/rss.xml", "If-None-Match: *\r\n").await;
    assert!(head.starts_with("HTTP/1.1 304 "), "{head}");
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_closed() {
    let limits = Limits { head: Duration::from_secs(1), ..Limits::default() };
    let site = Site::start(limits).await;
    let whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (silent, half, idle) =
        tokio::join!(site.raw(b""), site.raw(b"GET / HT"), site.raw(whole.as_bytes()));
    assert_eq!([status(&silent), status(&half)], [0, 0]);
    assert_eq!(status(&idle), 200);
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let limits = Limits { head: Duration::from_millis(500), ..Limits::default() };
    let site = Site::start(limits).await;
    let mut stream = site.connect().await;
    // A whole request first: what bounds a head must begin anew with each.
    stream.write_all(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX: ").await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let drip = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let mut answer = Vec::new();
    let cut = async {
        let _ = reading.read_to_end(&mut answer).await;
    };
    // Without the bound this would end with the 32 KiB of the buffer, much later.
    timeout(LONG, async { tokio::join!(drip, cut) }).await.unwrap();
    assert_eq!(String::from_utf8(answer).unwrap().matches("HTTP/1.1 ").count(), 1);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_left() {
    let limits =
        Limits { stalled_write: Duration::from_millis(300), connections: 1, ..Limits::default() };
    let site = Site::start(limits).await;
    let mut stalled = site.connect().await;
    let request = "GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n";
    // More answers than the buffers of both sides hold. Once the server has stopped reading, the
    // requests themselves no longer go out, or the connection is reset.
    let flood = request.repeat(20_000);
    let _ = timeout(LONG, stalled.write_all(flood.as_bytes())).await.unwrap();
    // There is one seat: the next client is served when the first has lost it.
    let (head, _) = site.ask("GET", "/rss.xml", "").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
}

#[tokio::test]
async fn a_stop_finishes_answers_and_closes_the_idle() {
    let limits = Limits { next_edition: LONG, drain: LONG, ..Limits::default() };
    let mut site = Site::start(limits).await;
    let mut idle = site.connect().await;
    idle.write_all(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut first = [0];
    idle.read_exact(&mut first).await.unwrap();
    // This answer waits for its bytes when the stop comes.
    std::fs::remove_file(site.folder.path().join("rss.xml")).unwrap();
    let mut busy = site.connect().await;
    busy.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Time for the server to read it; on a slower machine the connection is silent and is closed.
    tokio::time::sleep(Duration::from_millis(300)).await;
    site.stop.take().unwrap().send(()).unwrap();
    read_all(&mut idle).await;
    put(site.folder.path(), "rss.xml", &body("rss.xml"));
    let mut answer = Vec::new();
    // A connection that is closed with a request unread is reset.
    let _ = timeout(LONG, busy.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.is_empty() || answer.ends_with(body("rss.xml").as_bytes()));
    timeout(LONG, site.task).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(site.address).await.is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let limits = Limits { drain: Duration::from_millis(100), ..Limits::default() };
    let mut site = Site::start(limits).await;
    std::fs::remove_file(site.folder.path().join("rss.xml")).unwrap();
    let mut busy = site.connect().await;
    busy.write_all(b"GET /rss.xml HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    site.stop.take().unwrap().send(()).unwrap();
    timeout(LONG, site.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_socket_in_the_file_system_serves_too() {
    let site = Site::start(Limits::default()).await;
    let path = site.folder.path().join("socket");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let (shelf, cache) = (Arc::clone(&site.shelf), Arc::clone(&site.cache));
    let server = Server::new(shelf, cache, Limits::default(), Proxies::default());
    tokio::spawn(serve(server, Listener::Unix(listener), std::future::pending()));
    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    stream.write_all(b"GET /rss.xml HTTP/1.0\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert_eq!(split(&answer).1, body("rss.xml").as_bytes());
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let limits = Limits { connections_per_address: 2, ..Limits::default() };
    let site = Site::start(limits).await;
    let ask = async || {
        let mut stream = site.connect().await;
        // One that is not wanted is closed at once: neither can be done then.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        status(&answer)
    };
    let (first, second) = (site.connect().await, site.connect().await);
    assert_eq!(ask().await, 0);
    drop((first, second));
    let start = std::time::Instant::now();
    while ask().await != 200 {
        assert!(start.elapsed() < LONG, "no seat became free");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_head_that_has_begun_has_less_time_than_an_idle_connection() {
    let limits = Limits { head: LONG, begun_head: Duration::from_millis(300), ..Limits::default() };
    let site = Site::start(limits).await;
    let (mut idle, mut silent) = (site.connect().await, site.connect().await);
    let whole = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    idle.write_all(whole).await.unwrap();
    assert!(idle.read(&mut [0; 4096]).await.unwrap() > 0);
    let start = std::time::Instant::now();
    let drip = async |begin: &[u8], byte: &[u8]| {
        let mut stream = site.connect().await;
        stream.write_all(begin).await.unwrap();
        while stream.write_all(byte).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let second = [whole, &b"GET / HT"[..]].concat();
    tokio::join!(
        drip(b"G", b"x"),
        drip(b"\r\n", b"\r\n"),
        drip(b"GET / HTTP/1.1\r\n", b"A: b\r\n"),
        drip(&second, b"x"),
    );
    assert!(start.elapsed() < LONG / 4, "{:?}", start.elapsed());
    for stream in [&mut idle, &mut silent] {
        stream.write_all(whole).await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn when_all_connections_are_taken_the_longest_wait_for_a_request_ends() {
    let limits = Limits { connections: 3, head: LONG, begun_head: LONG, ..Limits::default() };
    let site = Site::start(limits).await;
    let whole = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";
    let mut idle = site.connect().await;
    idle.write_all(whole).await.unwrap();
    assert!(idle.read(&mut [0; 4096]).await.unwrap() > 0);
    let mut silent = site.connect().await;
    let mut begun = site.connect().await;
    begun.write_all(b"GET / HT").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Each needs the place of one of them, and leaves its own.
    let start = std::time::Instant::now();
    let mut others = Vec::new();
    for closed in [&mut idle, &mut silent, &mut begun] {
        let mut other = site.connect().await;
        other.write_all(whole).await.unwrap();
        assert!(other.read(&mut [0; 4096]).await.unwrap() > 0);
        others.push(other);
        assert!(read_all(closed).await.is_empty());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(start.elapsed() < LONG / 4, "{:?}", start.elapsed());
}

#[tokio::test]
async fn no_answer_is_cut_off_for_a_new_connection() {
    let limits = Limits { connections: 2, next_edition: LONG, ..Limits::default() };
    let site = Site::start(limits).await;
    std::fs::remove_file(site.folder.path().join("rss.xml")).unwrap();
    let asks = async || site.ask("GET", "/rss.xml", "").await;
    let restore = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        put(site.folder.path(), "rss.xml", &body("rss.xml"));
    };
    let (one, two, three, ()) = tokio::join!(asks(), asks(), asks(), restore);
    for (_, bytes) in [one, two, three] {
        assert_eq!(bytes, body("rss.xml").as_bytes());
    }
}

/// How much of a document of eight million bytes a client gets that takes two in a second.
async fn taken_slowly(slowest_reader: u32) -> usize {
    let stalled_write = Duration::from_secs(1);
    let limits = Limits { stalled_write, slowest_reader, ..Limits::default() };
    let site = Site::start(limits).await;
    site.publish("rss.xml", 8_000_000);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    // Without it the system takes all of it in for a client on the same machine.
    socket.set_recv_buffer_size(100_000).unwrap();
    let mut stream = socket.connect(site.address).await.unwrap();
    stream.write_all(b"GET /rss.xml HTTP/1.0\r\n\r\n").await.unwrap();
    let (mut taken, mut buffer) = (0, vec![0; 100_000]);
    while let Ok(bytes @ 1..) = stream.read(&mut buffer).await {
        taken += bytes;
        tokio::time::sleep(Duration::from_millis(bytes as u64 / 2_000)).await;
    }
    taken
}

#[tokio::test]
async fn a_client_that_takes_too_little_on_average_is_left() {
    // Both take something again and again.
    let (slow, usual) = tokio::join!(taken_slowly(100_000_000), taken_slowly(100_000));
    assert!(slow < 8_000_000, "{slow}");
    assert!(usual >= 8_000_000, "{usual}");
}
