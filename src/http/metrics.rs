//! `/metrics`, on an address of its own: what is answered there, and nothing else.

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};

use crate::http::answer::{Answer, text};
use crate::http::respond::{Request, refuse};

/// The media type of Prometheus' text format.
const MEDIA_TYPE: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Answers a request at the address of the metrics; `metrics` writes them when they are asked for.
pub fn respond(request: &Request, metrics: impl FnOnce() -> String) -> Answer {
    let mut answer = decide(request, metrics);
    // Not for pages of other sites that somebody opens who may ask.
    answer.headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    answer
}

fn decide(request: &Request, metrics: impl FnOnce() -> String) -> Answer {
    if let Some(mut refusal) = refuse(request) {
        refusal.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        return refusal;
    }
    if request.uri.path() != "/metrics" {
        return text(StatusCode::NOT_FOUND, "only /metrics is here\n");
    }
    if !matches!(*request.method, Method::GET | Method::HEAD) {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
        refusal.headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let mut answer = text(StatusCode::OK, metrics());
    answer.headers.insert(CONTENT_TYPE, MEDIA_TYPE);
    answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
