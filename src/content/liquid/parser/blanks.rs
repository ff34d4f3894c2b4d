//! Blank bodies, of which Liquid shows nothing.

use crate::content::liquid::part::Part;

/// A block of blanks and silent tags shows nothing, not even its blanks.
pub(in crate::content::liquid::parser) fn settle(bodies: &mut [&mut Vec<Part<'_>>]) {
    if bodies.iter().all(|body| body.iter().all(is_blank)) {
        for body in bodies {
            body.retain(|part| !matches!(part, Part::Text(_)));
        }
    }
}

fn is_blank(part: &Part<'_>) -> bool {
    match part {
        Part::Text(text) => text.trim().is_empty(),
        Part::Assign(..) | Part::Capture(..) | Part::Leave(..) => true,
        Part::Group(parts) | Part::Changed(parts) => parts.iter().all(is_blank),
        Part::If(branches, ..) => {
            branches.iter().all(|(_, body)| body.is_empty() || body.iter().all(is_blank))
        }
        Part::Case(_, branches, _) => branches.iter().all(|(_, body)| body.iter().all(is_blank)),
        Part::For(it) => {
            it.table.is_none() && it.body.iter().all(is_blank) && it.otherwise.iter().all(is_blank)
        }
        _ => false,
    }
}
