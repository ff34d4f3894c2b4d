//! An answer, short of the bytes of its document.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::feed::edition::Document;
use crate::http::encoding::Coding;

pub(super) const EVERYONE: HeaderValue = HeaderValue::from_static("*");

pub(super) const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// A response, short of the bytes of its document.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// All headers but `Date`, and but `Content-Length` where a coding decides it.
    pub headers: HeaderMap,
    /// What follows; a HEAD request gets all headers of it and not the body itself.
    pub body: Body,
}

/// What follows the headers.
#[derive(Debug, Clone)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A short text.
    Text(Cow<'static, str>),
    /// A document of the edition.
    Document {
        /// Its path below the base URL and in the export.
        path: Arc<str>,
        /// What its bytes must be.
        document: Arc<Document>,
        /// The coding that they travel in.
        coding: Coding,
    },
}

/// A short answer that is no document.
pub(super) fn text(status: StatusCode, words: impl Into<Cow<'static, str>>) -> Answer {
    let words = words.into();
    let mut headers = HeaderMap::with_capacity(10);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(words.len()));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, EVERYONE);
    // What is wrong now may be right after the next pass.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if words.is_empty() {
        return Answer { status, headers, body: Body::Empty };
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    Answer { status, headers, body: Body::Text(words) }
}
