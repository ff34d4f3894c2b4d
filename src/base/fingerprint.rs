//! What a file is known by between two looks at it.

/// What tells without reading whether a file is still the one that was read.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Fingerprint {
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change of its bytes, in nanoseconds since 1970; whoever writes it can set it.
    pub modified: i64,
    /// Time of the last change of the file in any way, which nobody can set (`st_ctime`): an archive
    /// or a copy may keep size and modification time of what it replaces.
    pub changed: i64,
    /// Number of the file on its disk.
    pub inode: u64,
}

impl Fingerprint {
    /// When the file was last touched in any way, by its own word or the system's.
    pub fn latest(&self) -> i64 {
        self.modified.max(self.changed)
    }

    /// When it was last touched, if that was less than `span` nanoseconds from `now`. A copy may keep
    /// a modification time, and the clock of another machine may be ahead: one of the two is enough.
    pub fn touched_within(&self, span: i64, now: i64) -> Option<i64> {
        let is_near = |time: &i64| time.abs_diff(now) < span.unsigned_abs();
        [self.modified, self.changed].into_iter().filter(is_near).max()
    }
}
