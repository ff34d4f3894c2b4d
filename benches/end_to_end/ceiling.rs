//! What can be had of hyper: a server whose every answer is one and the same 304, made of nothing.
//! It is given the port to listen at.
#![allow(clippy::unwrap_used, reason = "it fails by panicking")]

use std::convert::Infallible;
use std::env;

use hyper::header::{CACHE_CONTROL, ETAG, HeaderValue, LAST_MODIFIED};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;

#[tokio::main]
async fn main() {
    let port: u16 = env::args().nth(1).unwrap().parse().unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let answer = hyper::service::service_fn(async |_| {
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(ETAG, HeaderValue::from_static("\"0123456789abcdef0123456789abcdef-gzip\""));
        headers.insert(LAST_MODIFIED, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
        Ok::<_, Infallible>(response)
    });
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(async move {
            // A connection that breaks is the client's end of the measurement.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}
