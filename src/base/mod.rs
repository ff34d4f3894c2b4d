//! What all layers use: hashes, fingerprints of files, percent-encoding, printable text.

pub mod fingerprint;
pub mod hash;
pub mod percent;
pub mod printable;
