//! PURE: a request and an edition → a response.
//!
//! [`respond`] routes, [`conditional`] decides whether the client already has the bytes, and
//! [`encoding`] decides how they travel; `address` knows what a path may hold. [`metrics`] is another
//! address with one page, [`health`] tells whether all is well. Nothing here reads
//! a file, a socket or the clock: an answer names the document that is its body, and the service
//! layer fetches the bytes.

pub mod respond;

pub mod conditional;

pub mod encoding;

pub mod health;

pub mod metrics;

mod address;
pub mod answer;
pub mod serving;
