//! PURE: text → posts → a catalog.

