//! What `/readyz` and `/livez` answer.

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::feed::edition::Edition;
use crate::http::answer::{Answer, text};

/// Whether feedmill can keep its promise at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// What is wrong, a sentence each; empty when all is well.
    pub reasons: Vec<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<usize>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reasons: &'a [String],
}

/// `/livez`: 200 for as long as there is somebody to say so. What is wrong with the content is no
/// reason to start the process again.
pub(super) fn live() -> Answer {
    answer(StatusCode::OK, &Report { status: "ok", documents: None, reasons: &[] })
}

/// `/readyz`, and `/healthz` by its older name: 200 while the promise is kept, else 503 with the
/// reasons.
pub(super) fn ready(edition: &Edition, health: &Health) -> Answer {
    let (status, word) = if health.reasons.is_empty() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "degraded")
    };
    let documents = Some(edition.documents().count());
    answer(status, &Report { status: word, documents, reasons: &health.reasons })
}

fn answer(status: StatusCode, report: &Report<'_>) -> Answer {
    // Texts and numbers: writing them cannot fail.
    let mut body = serde_json::to_string(report).unwrap_or_default();
    body.push('\n');
    let mut answer = text(status, body);
    answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
