//! An answer as hyper sends it: its bytes are there already and never copied.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::header::{CONTENT_LENGTH, HeaderValue};

use crate::http::answer::{Answer, Body};

/// The answer as hyper wants it; `bytes` are those of its document, and whether only their length
/// is wanted.
pub fn reply(answer: Answer, bytes: Option<(Bytes, bool)>) -> hyper::Response<Reply> {
    let mut headers = answer.headers;
    let body = match (answer.body, bytes) {
        (Body::Document { .. }, Some((bytes, true))) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            Bytes::new()
        }
        // hyper writes the length of a body that knows it.
        (Body::Document { .. }, Some((bytes, false))) => bytes,
        (Body::Text(std::borrow::Cow::Borrowed(words)), _) => Bytes::from_static(words.as_bytes()),
        (Body::Text(std::borrow::Cow::Owned(words)), _) => Bytes::from(words),
        (Body::Document { .. } | Body::Empty, _) => Bytes::new(),
    };
    let mut response = hyper::Response::new(Reply(body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// A body that is there already: one shared piece, never copied.
#[derive(Debug)]
pub struct Reply(Bytes);

impl Reply {
    /// Its length in bytes.
    pub fn size(&self) -> usize {
        self.0.len()
    }
}

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(http_body::Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.0.len() as u64)
    }
}
