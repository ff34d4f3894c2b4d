//! PURE: a request and an edition → a response.

