//! What the Liquid of one text may cost.

/// How many bytes tags and variables may stand for in one text; those beyond are left out.
pub const MAX_EXPANSION: usize = 1 << 20;

/// How many tags, variables, filters and comparisons one text may run.
pub const MAX_STEPS: usize = 100_000;

/// How many rounds all loops of one text may make.
pub const MAX_ITERATIONS: usize = 10_000;

/// How many posts one text may name: for each a file is read.
pub const MAX_LINKS: usize = 256;

/// How many includes, files, data and posts one text may use.
pub const MAX_USES: usize = 1_000;
