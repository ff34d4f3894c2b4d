//! Where documents go: the export, replaced as a whole, and what is ours in it.

pub mod export;
pub mod generator_marks;
pub mod manifest;
pub mod staging;
