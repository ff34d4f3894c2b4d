//! hyper: connections, limits, timeouts and the graceful stop.
//!
//! Answers are decided in `http/respond.rs`; this file fetches the bytes that they name. Only
//! HTTP/1.1 is spoken: feed readers need no more, and a proxy in front speaks the rest. hyper
//! itself bounds neither the number of connections nor the time of a write, so both are bound here:
//! the numbers are in `limits.rs`.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use hyper::header::{HeaderMap, HeaderValue, USER_AGENT};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::diagnostic::finding::{Finding, Result};
use crate::http::encoding::Coding;
use crate::http::health::Health;
use crate::http::metrics;
use crate::http::respond::{self, Request};
use crate::os::{clock, stall};
use crate::server::access_log::AccessRecord;
use crate::server::backoff::Backoff;
use crate::server::cache::{Cache, Miss};
use crate::server::client_ip::{FORWARDED_FOR, Proxies};
use crate::server::connection_limit::{ConnectionLimit, ConnectionSlot};
use crate::server::current_edition::CurrentEdition;
use crate::server::deadline::{Aside, Deadlines, HeadTimer, WithDeadline};
use crate::server::download_limit::DownloadLimit;
use crate::server::limits::{HEADER_LINES, Limits};
use crate::server::metrics::{Kind, Metrics, Now};
use crate::server::race::{First, first_of};
use crate::server::reply::{Reply, reply};

/// Connections at a time for who asks for metrics.
const METRICS_CONNECTIONS: usize = 16;

/// Where connections come from.
#[derive(Debug)]
pub enum Listener {
    /// An address and a port.
    Tcp(tokio::net::TcpListener),
    /// A socket in the file system.
    Unix(tokio::net::UnixListener),
}

/// All that an answer is made of.
#[derive(Debug)]
pub struct Server {
    current: Arc<CurrentEdition>,
    cache: Arc<Cache>,
    limits: Limits,
    proxies: Proxies,
    /// What each client has left; without a limit nothing is counted.
    downloads: Option<DownloadLimit>,
    metrics: Arc<Metrics>,
    /// Whether it tells the metrics, and nothing else.
    tells_metrics: bool,
    /// Whether each answer is logged.
    logs_answers: bool,
}

impl Server {
    /// A server of the current edition and the bytes of the cache, which believes these
    /// proxies on who asks.
    pub fn new(
        current: Arc<CurrentEdition>,
        cache: Arc<Cache>,
        limits: Limits,
        proxies: Proxies,
    ) -> Self {
        let downloads = limits.downloads_per_minute.map(DownloadLimit::per_minute);
        let metrics = Arc::default();
        let (tells_metrics, logs_answers) = (false, false);
        Self { current, cache, limits, proxies, downloads, metrics, tells_metrics, logs_answers }
    }

    /// The same, with a line in the log for each answer, if that is wished.
    #[must_use]
    pub fn logging(self, logs_answers: bool) -> Self {
        Self { logs_answers, ..self }
    }

    /// The same, counted.
    #[must_use]
    pub fn counted_by(self, metrics: &Arc<Metrics>) -> Self {
        Self { metrics: Arc::clone(metrics), ..self }
    }

    /// A server that tells what is counted of this one.
    #[must_use]
    pub fn metrics(&self) -> Self {
        Self {
            current: Arc::clone(&self.current),
            cache: Arc::clone(&self.cache),
            metrics: Arc::clone(&self.metrics),
            limits: Limits { connections: METRICS_CONNECTIONS, ..self.limits },
            proxies: Proxies::default(),
            downloads: None,
            tells_metrics: true,
            logs_answers: false,
        }
    }

    /// What is counted, as of now.
    fn metrics_text(&self) -> String {
        let published = self.current.load();
        self.metrics.text(Now {
            documents: published.edition.documents().count(),
            cached: self.cache.size(),
            is_ready: published.health.reasons.is_empty() && stall::reason(stall::LIMIT).is_none(),
        })
    }

    /// How long whoever asks has to wait for a download, if it has to; otherwise it is counted.
    fn wait_for_download(
        &self,
        downloads: &DownloadLimit,
        peer: Option<IpAddr>,
        headers: &HeaderMap,
    ) -> Option<Duration> {
        // A peer without an address that names nobody: whoever may open the socket is trusted.
        let client = self.client(peer, headers)?;
        downloads.take(client, Instant::now().into_std())
    }

    /// What the access log tells of a request.
    fn visit<B>(&self, peer: Option<IpAddr>, request: &hyper::Request<B>) -> AccessRecord {
        let client = self.client(peer, request.headers());
        let path = request.uri().path_and_query().map_or("", |path| path.as_str());
        let agent = request.headers().get(USER_AGENT).map_or(&b""[..], HeaderValue::as_bytes);
        AccessRecord::new(client, request.method().as_str(), path, agent)
    }

    /// Who asks.
    fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded_for = headers.get_all(FORWARDED_FOR).into_iter().map(HeaderValue::as_bytes);
        self.proxies.client(peer, forwarded_for)
    }
}

/// Serves until `shutdown` is ready, then finishes what has begun and returns.
///
/// # Errors
/// When the listener is no listening socket; whatever else goes wrong is over in a while.
pub async fn serve(
    server: Server,
    listener: Listener,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    if server.downloads.is_some()
        && matches!(listener, Listener::Unix(_))
        && !server.proxies.trust(None)
    {
        tracing::warn!("no download is limited: clients of a unix socket have no address");
    }
    let server = Arc::new(server);
    // Nothing is ever sent: that the sender is gone is the message.
    let (running, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let accepting = accept(&server, &listener, &stopping, &mut connections);
    let outcome = match first_of(accepting, shutdown).await {
        First::Left(failed) => Err(failed),
        First::Right(()) => Ok(()),
    };
    drop((listener, running));
    let drained = async { while connections.join_next().await.is_some() {} };
    if timeout(server.limits.drain, drained).await.is_err() {
        // Dropping the set ends them.
        tracing::warn!(
            connections = connections.len(),
            "closed connections whose answers were not taken yet"
        );
    }
    outcome
}

/// What pauses the accept loop after an error: without it, running out of files costs a whole core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Takes connections for as long as that is possible.
async fn accept(
    server: &Arc<Server>,
    listener: &Listener,
    stopping: &watch::Receiver<()>,
    connections: &mut JoinSet<()>,
) -> Box<Finding> {
    let slots = ConnectionLimit::new(server.limits);
    let mut last_log: Option<Instant> = None;
    loop {
        while connections.try_join_next().is_some() {}
        let (server, stopping) = (Arc::clone(server), stopping.clone());
        let accepted = match listener {
            Listener::Tcp(tcp) => match tcp.accept().await {
                Ok((stream, client)) => {
                    let peer = Some(client.ip());
                    let counted = peer.filter(|_| !server.proxies.trust(peer));
                    let Some(slot) = slots.take(counted).await else { continue };
                    // An answer is one write; waiting for more to send with it gains nothing.
                    if let Err(refused) = stream.set_nodelay(true) {
                        tracing::debug!(%refused, "cannot set TCP_NODELAY");
                    }
                    connections.spawn(async move {
                        if is_begun(&stream, &slot.deadlines, &stopping).await {
                            Box::pin(converse(server, stream, peer, &slot, stopping)).await;
                        }
                    });
                    Ok(())
                }
                Err(failed) => Err(failed),
            },
            Listener::Unix(unix) => match unix.accept().await {
                Ok((stream, _)) => {
                    let Some(slot) = slots.take(None).await else { continue };
                    connections.spawn(async move {
                        converse(server, stream, None, &slot, stopping).await;
                    });
                    Ok(())
                }
                Err(failed) => Err(failed),
            },
        };
        let Err(failed) = accepted else { continue };
        if failed.kind() == io::ErrorKind::InvalidInput {
            return Finding::io("accept connections", Path::new("listener"), &failed);
        }
        if last_log.is_none_or(|last| last.elapsed() >= Duration::from_secs(1)) {
            last_log = Some(Instant::now());
            tracing::warn!(%failed, "cannot accept a connection");
        }
        sleep(ACCEPT_PAUSE).await;
    }
}

/// Waits for the first byte of a client. hyper takes 16 KiB of buffers for a connection that has
/// not said a word yet; one that never does costs its task alone.
async fn is_begun(
    stream: &tokio::net::TcpStream,
    deadlines: &Deadlines,
    stopping: &watch::Receiver<()>,
) -> bool {
    let (mut stopping, mut byte) = (stopping.clone(), [0]);
    let end = pin!(first_of(deadlines.overdue(), stopping.changed()));
    matches!(first_of(stream.peek(&mut byte), end).await, First::Left(Ok(1..)))
}

/// Serves one connection.
async fn converse<S>(
    server: Arc<Server>,
    stream: S,
    peer: Option<IpAddr>,
    slot: &ConnectionSlot,
    mut stopping: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (limits, deadlines) = (server.limits, &slot.deadlines);
    let stream = WithDeadline::new(stream, Arc::clone(deadlines));
    let service = hyper::service::service_fn(async |request: hyper::Request<_>| {
        let (kind, is_head) = (Kind::of(request.uri().path()), request.method() == Method::HEAD);
        let visit = server.logs_answers.then(|| server.visit(peer, &request));
        let response = answer(&server, peer, request).await;
        let length = if is_head { 0 } else { response.body().size() };
        let status = response.status().as_u16();
        if !server.tells_metrics {
            server.metrics.answered(kind, status, length);
        }
        if let Some(visit) = visit {
            visit.log(status, length);
        }
        Ok::<_, Infallible>(response)
    });
    // Not the builder that also speaks HTTP/2: it waits for the first bytes without a timeout.
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(HeadTimer(Arc::clone(deadlines)))
        .header_read_timeout(limits.head)
        .max_buf_size(limits.buffer)
        .half_close(false);
    // hyper has its own 100 on the stack; any number that it is told costs memory on each request.
    if limits.header_lines != HEADER_LINES {
        builder.max_headers(limits.header_lines);
    }
    let mut connection = pin!(builder.serve_connection(stream, service));
    let overdue = pin!(deadlines.overdue());
    let interruption = pin!(first_of(overdue, stopping.changed()));
    let outcome = match first_of(connection.as_mut(), Aside::new(interruption)).await {
        First::Right(First::Right(_)) => {
            connection.as_mut().graceful_shutdown();
            first_of(connection, deadlines.overdue()).await
        }
        First::Right(First::Left(())) => First::Right(()),
        First::Left(outcome) => First::Left(outcome),
    };
    match outcome {
        First::Left(Ok(())) => {}
        First::Left(Err(broken)) => tracing::debug!(%broken, "a connection broke"),
        First::Right(()) => tracing::debug!("a client took too long"),
    }
}

/// One answer: decided by the edition, its bytes from the cache or the disk.
async fn answer(
    server: &Server,
    peer: Option<IpAddr>,
    request: hyper::Request<hyper::body::Incoming>,
) -> hyper::Response<Reply> {
    // The body is not read, but kept until there is an answer: to drop it ends the connection.
    let (head, _unread) = request.into_parts();
    let asked = Request {
        method: &head.method,
        uri: &head.uri,
        version: head.version,
        headers: &head.headers,
        now: clock::now().div_euclid(1_000_000_000),
    };
    if server.tells_metrics {
        return reply(metrics::respond(&asked, || server.metrics_text()), None);
    }
    let only_head = head.method == Method::HEAD;
    let mut waiting: Option<Backoff> = None;
    let mut is_counted = false;
    loop {
        let plan = {
            let published = server.current.look();
            let health = health_now(&published.health, asked.uri.path());
            respond::plan(&asked, &published.edition, &published.serving, &health)
        };
        let Some((path, document, coding)) = plan.document() else {
            return reply(plan.answer(head.headers), None);
        };
        if only_head && coding == Coding::Identity {
            // All is said in the headers: the edition knows the length.
            return reply(plan.answer(head.headers), None);
        }
        if let Some(downloads) = &server.downloads
            && !is_counted
            && plan.is_unconditional_download(&asked)
        {
            if let Some(wait) = server.wait_for_download(downloads, peer, &head.headers) {
                return reply(plan.too_many_downloads(wait), None);
            }
            // What is looked for again is one download.
            is_counted = true;
        }
        let found = match server.cache.hit(document.hash, coding) {
            Some(bytes) => Ok(bytes),
            None => server.cache.bytes(path, document, coding).await,
        };
        let miss = match found {
            Ok(bytes) => return reply(plan.answer(head.headers), Some((bytes, only_head))),
            Err(miss) => miss,
        };
        // The export is written before the edition is published: in between, the disk is ahead.
        let patience = waiting.get_or_insert_with(|| Backoff::new(server.limits.next_edition));
        if !patience.wait().await {
            server.cache.report_spoilt();
            match miss {
                Miss::Replaced => tracing::warn!(?path, "the export does not hold this document"),
                Miss::Unreadable(finding) => tracing::warn!(%finding, "a document cannot be sent"),
            }
            return reply(respond::unavailable(), None);
        }
    }
}

/// The health that was published, and what the loop cannot publish while a pass stands still; that is
/// asked for only where a path may be that of the health.
fn health_now<'h>(published: &'h Health, path: &str) -> Cow<'h, Health> {
    let is_asked = path.ends_with("readyz") || path.ends_with("healthz");
    let reason = if is_asked { stall::reason(stall::LIMIT) } else { None };
    match reason {
        None => Cow::Borrowed(published),
        Some(reason) => {
            let reasons = published.reasons.iter().cloned().chain([reason]).collect();
            Cow::Owned(Health { reasons })
        }
    }
}
