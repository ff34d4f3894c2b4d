//! A unified diff of two texts, for the message of a failed comparison.

use std::fmt::Write;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The most lines that are compared; what follows is cut off.
const LONGEST: usize = 2000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// The diff that leads from `old` to `new`, as `diff -u` writes it.
pub(crate) fn unified(name: &str, old: &str, new: &str) -> String {
    let lines = compared(old, new);
    let is_shown = |index: usize| {
        let near = &lines[index.saturating_sub(CONTEXT)..lines.len().min(index + CONTEXT + 1)];
        near.iter().any(|line| !matches!(line, Line::Same(_)))
    };
    let mut diff = format!("--- {name} (expected)\n+++ {name} (found)\n");
    let (mut at_old, mut at_new, mut was_shown) = (1, 1, false);
    for (index, line) in lines.iter().enumerate() {
        let is_shown = is_shown(index);
        if is_shown && !was_shown {
            let _ = writeln!(diff, "@@ -{at_old} +{at_new} @@");
        }
        was_shown = is_shown;
        let (sign, text, steps) = match line {
            Line::Same(text) => (' ', text, (1, 1)),
            Line::Old(text) => ('-', text, (1, 0)),
            Line::New(text) => ('+', text, (0, 1)),
        };
        at_old += steps.0;
        at_new += steps.1;
        if is_shown {
            let _ = writeln!(diff, "{sign}{text}");
        }
    }
    diff
}

/// All lines in order, by their longest common subsequence.
fn compared<'t>(old: &'t str, new: &'t str) -> Vec<Line<'t>> {
    let old: Vec<&str> = old.split('\n').take(LONGEST).collect();
    let new: Vec<&str> = new.split('\n').take(LONGEST).collect();
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            common[row * width + column] = if old[row] == new[column] {
                common[(row + 1) * width + column + 1] + 1
            } else {
                common[(row + 1) * width + column].max(common[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut lines = Vec::new();
    while row < old.len() || column < new.len() {
        if row < old.len() && column < new.len() && old[row] == new[column] {
            lines.push(Line::Same(old[row]));
            (row, column) = (row + 1, column + 1);
        } else if row < old.len()
            && (column == new.len()
                || common[(row + 1) * width + column] >= common[row * width + column + 1])
        {
            lines.push(Line::Old(old[row]));
            row += 1;
        } else {
            lines.push(Line::New(new[column]));
            column += 1;
        }
    }
    lines
}

#[test]
fn a_diff_reads_like_one() {
    let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
    let new = "a\nb\nc\nd\nE\nf\ng\nh\ni\n";
    assert_eq!(
        unified("x", old, new),
        "--- x (expected)\n+++ x (found)\n@@ -2 +2 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n+i\n \n"
    );
}
