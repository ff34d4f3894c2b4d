//! Keys and values in the lines of front matter, as they are written.

/// The index of the last line that sets a top-level key.
pub fn line_of(yaml: &str, key: &str) -> Option<usize> {
    yaml.lines()
        .enumerate()
        .filter(|(_, line)| value_of(line, key).is_some())
        .last()
        .map(|(index, _)| index)
}

/// A colon of full width, which is read as one: see `mend.rs`.
pub const WIDE_COLON: char = '：';

/// What stands behind a top-level key on its line.
pub fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.trim_start().strip_prefix([':', WIDE_COLON])
}
