//! Routing: a request and an edition → a status, headers, and which document is the body.
//!
//! Every answer comes from the edition. A path is only ever looked up in it, never joined to a
//! folder, so no request can name a file. Both `/category/x/` and, where the base URL has a path,
//! `/feeds/category/x/` are understood: a proxy may or may not take the base path away.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HOST, HeaderName, LAST_MODIFIED, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    TRANSFER_ENCODING, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};

use crate::base::percent;
use crate::feed::edition::{Document, Edition};
use crate::feed::page;
use crate::http::address::{is_host, is_plain};
use crate::http::answer::{Answer, Body, EVERYONE, NOSNIFF, text};
use crate::http::conditional::{self, Decision, header_value};
use crate::http::encoding::{Accepted, Coding};
use crate::http::health::{self, Health};
use crate::http::serving::Serving;

/// The longest request target that is looked at, in bytes; a longer one is answered 414.
pub const LONGEST_TARGET: usize = 8 * 1024;

/// The largest sum of header names and values that is looked at, in bytes; more is answered 431.
pub const LARGEST_HEADERS: usize = 16 * 1024;

/// What is asked: the head of a request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target: a path with a query, or absolute (RFC 9112 §3.2).
    pub uri: &'a Uri,
    /// The version: HTTP/1.0 knows no `Host`.
    pub version: Version,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The time, in Unix seconds: no answer says that its document changed later than that.
    pub now: i64,
}

/// What is to be answered, decided but not yet written down: the service fetches the bytes first,
/// and may have to decide again when they are not there.
#[derive(Debug, Clone)]
pub struct Plan {
    outcome: Outcome,
    /// A body is not read; what follows it on the connection could be taken for a request.
    closes: bool,
}

#[derive(Debug, Clone)]
enum Outcome {
    Sent {
        path: Arc<str>,
        document: Arc<Document>,
        coding: Coding,
        last_modified: HeaderValue,
        cache_control: HeaderValue,
    },
    NotModified {
        tag: HeaderValue,
        last_modified: HeaderValue,
        cache_control: HeaderValue,
    },
    Other(Answer),
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self::Other(answer)
    }
}

impl Plan {
    /// The path of the document that is the body, what its bytes must be, and their coding.
    pub fn document(&self) -> Option<(&Arc<str>, &Arc<Document>, Coding)> {
        match &self.outcome {
            Outcome::Sent { path, document, coding, .. } => Some((path, document, *coding)),
            Outcome::NotModified { .. } | Outcome::Other(_) => None,
        }
    }

    /// Whether it is a whole document for a client that did not say what it has: what a limit of
    /// downloads counts. HEAD, 304 and everything else cost little.
    pub fn is_unconditional_download(&self, request: &Request) -> bool {
        matches!(self.outcome, Outcome::Sent { .. })
            && *request.method == Method::GET
            && !conditional::is_conditional(request.headers)
    }

    /// 429 in place of this answer (RFC 6585 §4), with the wait in whole seconds, rounded up.
    pub fn too_many_downloads(self, wait: Duration) -> Answer {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let words = "too many downloads; wait as Retry-After says, and ask with If-None-Match\n";
        let mut answer = text(StatusCode::TOO_MANY_REQUESTS, words);
        answer.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        answer.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self { outcome: answer.into(), ..self }.answer(HeaderMap::new())
    }

    /// The answer. `room` is any map; its memory is used again for the headers.
    pub fn answer(self, room: HeaderMap) -> Answer {
        let mut answer = match self.outcome {
            Outcome::Sent { path, document, coding, last_modified, cache_control } => {
                let mut headers = common(room, cache_control);
                headers.insert(LAST_MODIFIED, last_modified);
                headers.insert(ETAG, conditional::entity_tag(document.hash, coding));
                describe(&mut headers, &document, coding);
                let body = Body::Document { path, document, coding };
                Answer { status: StatusCode::OK, headers, body }
            }
            Outcome::NotModified { tag, last_modified, cache_control } => {
                let mut headers = common(room, cache_control);
                headers.insert(LAST_MODIFIED, last_modified);
                headers.insert(ETAG, tag);
                Answer { status: StatusCode::NOT_MODIFIED, headers, body: Body::Empty }
            }
            Outcome::Other(answer) => answer,
        };
        if self.closes {
            answer.headers.insert(CONNECTION, CLOSE);
        }
        answer
    }
}

/// What a document and a 304 have in common, and no other headers.
fn common(room: HeaderMap, cache_control: HeaderValue) -> HeaderMap {
    let mut headers = room;
    headers.clear();
    headers.insert(CACHE_CONTROL, cache_control);
    // Also on 304 and on bytes that are never compressed: a cache keys all answers by it.
    headers.insert(VARY, BY_CODING);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, EVERYONE);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers
}

/// What the bytes are and how they travel.
fn describe(headers: &mut HeaderMap, document: &Document, coding: Coding) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(document.media_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    // Feeds are small and their codings vary: no ranges, rather than ranges half done.
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("none"));
    match coding {
        Coding::Identity => headers.insert(CONTENT_LENGTH, HeaderValue::from(document.length)),
        Coding::Gzip => headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip")),
    };
    if document.media_type.starts_with("text/html") {
        headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
}

/// Answers a request from an edition.
pub fn respond(request: &Request, edition: &Edition, serving: &Serving, health: &Health) -> Answer {
    plan(request, edition, serving, health).answer(HeaderMap::new())
}

/// Decides what a request is answered from an edition.
pub fn plan(request: &Request, edition: &Edition, serving: &Serving, health: &Health) -> Plan {
    if let Some(refusal) = refuse(request) {
        return Plan { outcome: refusal.into(), closes: true };
    }
    let outcome = match *request.method {
        Method::GET | Method::HEAD => look_up(request, edition, serving, health),
        Method::OPTIONS => options().into(),
        _ => {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            answer.headers.insert(ALLOW, METHODS);
            answer.into()
        }
    };
    let closes = request.headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    Plan { outcome, closes }
}

/// 503: the document's bytes cannot be had at this moment.
pub fn unavailable() -> Answer {
    let mut answer = text(StatusCode::SERVICE_UNAVAILABLE, "try again in a moment\n");
    answer.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    answer.headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    answer
}

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const CLOSE: HeaderValue = HeaderValue::from_static("close");

const BY_CODING: HeaderValue = HeaderValue::from_static("Accept-Encoding");
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Last-Modified, Link, Retry-After");
/// Post bodies come from elsewhere: whatever cleaning let through stays without effect.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src https: http: data:; style-src 'self'; script-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Answers a request whose head alone is wrong; the connection ends with it.
pub(super) fn refuse(request: &Request) -> Option<Answer> {
    let target = request.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let size: usize =
        request.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let (status, words) = if target > LONGEST_TARGET {
        (StatusCode::URI_TOO_LONG, "the address is too long\n")
    } else if size > LARGEST_HEADERS {
        (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large\n")
    } else if request.headers.contains_key(TRANSFER_ENCODING) {
        // Beside a Content-Length it is how requests are smuggled (RFC 9112 §6.3), and hyper takes
        // the Content-Length away before anyone sees it. No method here has a use for a body.
        (StatusCode::BAD_REQUEST, "transfer codings are not accepted\n")
    } else if !has_one_host(request) {
        (StatusCode::BAD_REQUEST, "one valid host is needed\n")
    } else if request.uri.scheme_str().is_some_and(|scheme| scheme != "http" && scheme != "https") {
        (StatusCode::BAD_REQUEST, "only http and https are served\n")
    } else {
        return None;
    };
    Some(text(status, words))
}

/// RFC 9112 §3.2: HTTP/1.1 needs exactly one `Host`, and a valid one.
fn has_one_host(request: &Request) -> bool {
    let mut hosts = request.headers.get_all(HOST).into_iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version < Version::HTTP_11,
        (Some(host), None) => is_host(host.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}

/// GET and HEAD: finds what the path means.
fn look_up(request: &Request, edition: &Edition, serving: &Serving, health: &Health) -> Outcome {
    let Ok(decoded) = percent::decode_path(request.uri.path()) else {
        return text(StatusCode::BAD_REQUEST, "the address is not well encoded\n").into();
    };
    let Some(path) = decoded.as_deref().and_then(|path| path.strip_prefix('/')) else {
        return not_found(serving).into();
    };
    if !is_plain(path) {
        return not_found(serving).into();
    }
    let below_base = path.strip_prefix(serving.base.as_str()).filter(|_| !serving.base.is_empty());
    // The base path may also be the name of something below it, so the whole path comes second.
    let found = match below_base {
        Some("") => Found::Moved(StatusCode::PERMANENT_REDIRECT, Cow::Borrowed("")),
        Some(rest) => match rest.strip_prefix('/').map(|rest| find(edition, rest)) {
            None | Some(Found::Nothing) => find(edition, path),
            Some(found) => found,
        },
        None => find(edition, path),
    };
    match found {
        Found::Document(path, document) => send(request, path, document, serving),
        Found::Moved(status, path) => redirect(status, &path, serving).into(),
        Found::Health => health::ready(edition, health).into(),
        Found::Life => health::live().into(),
        Found::Nothing => not_found(serving).into(),
    }
}

/// What a path below the base URL means.
enum Found<'a> {
    Document(&'a Arc<str>, &'a Arc<Document>),
    Moved(StatusCode, Cow<'a, str>),
    Health,
    Life,
    Nothing,
}

fn find<'a>(edition: &'a Edition, path: &str) -> Found<'a> {
    // There may be a copy for servers that know no redirects.
    if let Some(target) = edition.alias(path) {
        return Found::Moved(StatusCode::MOVED_PERMANENTLY, Cow::Borrowed(target));
    }
    let is_folder = path.is_empty() || path.ends_with('/');
    let found = if is_folder {
        edition.document(&format!("{path}{}", page::FILE))
    } else {
        edition.document(path)
    };
    // The file of another may stand in the place of the list of feeds; the list is served all the same.
    let is_list = matches!(path, "" | page::FILE);
    let list = || if is_list { edition.document(page::LIST) } else { None };
    if let Some((path, document)) = found.or_else(list) {
        return Found::Document(path, document);
    }
    match path {
        "readyz" | "healthz" => return Found::Health,
        "livez" => return Found::Life,
        _ => {}
    }
    if let Some(target) = edition.moved(path.strip_suffix('/').unwrap_or(path)) {
        return Found::Moved(StatusCode::MOVED_PERMANENTLY, Cow::Borrowed(target));
    }
    match another_spelling(edition, path) {
        Some(path) => Found::Moved(StatusCode::PERMANENT_REDIRECT, Cow::Owned(path)),
        None => Found::Nothing,
    }
}

/// The address of what a path means that has a slash too many or too few, or spells a name otherwise.
fn another_spelling(edition: &Edition, path: &str) -> Option<String> {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let of_page = || {
        let page = edition.respelt(&format!("{bare}/{}", page::FILE))?;
        page.strip_suffix(page::FILE).map(str::to_owned)
    };
    of_page().or_else(|| edition.respelt(bare))
}

/// The document itself, or 304, or 412.
fn send(
    request: &Request,
    path: &Arc<str>,
    document: &Arc<Document>,
    serving: &Serving,
) -> Outcome {
    let accepted = Accepted::of(request.headers);
    let coding = accepted.choose(document.length);
    let cache_control = serving.cache_control(path);
    let last_modified = conditional::last_modified_value(document, request.now);
    match conditional::decide(request.headers, document, accepted, coding) {
        Decision::NotModified(tag) => Outcome::NotModified { tag, last_modified, cache_control },
        Decision::Failed => {
            text(StatusCode::PRECONDITION_FAILED, "the document is another one by now\n").into()
        }
        Decision::Send => {
            let (path, document) = (Arc::clone(path), Arc::clone(document));
            Outcome::Sent { path, document, coding, last_modified, cache_control }
        }
    }
}

/// 301 or 308 to a path below the base URL.
fn redirect(status: StatusCode, path: &str, serving: &Serving) -> Answer {
    let mut answer = text(status, "");
    answer.headers.insert(LOCATION, header_value(serving.address(path).as_bytes()));
    // Without a limit both are kept for ever, and a category may come and go.
    answer.headers.insert(CACHE_CONTROL, serving.cache_control.clone());
    answer
}

fn not_found(serving: &Serving) -> Answer {
    text(
        StatusCode::NOT_FOUND,
        format!("not found; all feeds are listed at {}\n", serving.address(page::LIST)),
    )
}

/// The answer to a preflight (Fetch standard, CORS protocol), so that readers in browsers may be
/// conditional, and to `OPTIONS *`.
fn options() -> Answer {
    let preflight: [(HeaderName, HeaderValue); 5] = [
        (ALLOW, METHODS),
        (ACCESS_CONTROL_ALLOW_ORIGIN, EVERYONE),
        (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("If-None-Match, If-Modified-Since"),
        ),
        (ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
    ];
    let headers = HeaderMap::from_iter(preflight);
    Answer { status: StatusCode::NO_CONTENT, headers, body: Body::Empty }
}
