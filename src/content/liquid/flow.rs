//! What a text shows from one of its tags on.

/// What a text shows from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// What follows.
    Next,
    /// Nothing more of this round.
    Continue,
    /// Nothing more of this loop.
    Break,
}
