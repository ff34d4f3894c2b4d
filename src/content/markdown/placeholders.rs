//! HTML that the Markdown parser must not read: a mark stands in its place until the text is HTML.

/// A piece of raw HTML.
#[derive(Debug)]
struct Piece {
    html: String,
    place: Place,
}

/// Where raw HTML stands among what the parser makes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Within a paragraph.
    Span,
    /// On its own: the paragraph that holds nothing but its mark goes.
    Block,
    /// In place of the start tag of the paragraph that begins with its mark.
    Start,
    /// In place of the end tag of the paragraph that ends with its mark.
    End,
}

/// Pieces of raw HTML, each known by a number between two marks.
#[derive(Debug)]
pub struct Raw {
    /// No characters of any text (Unicode §23.7).
    marks: [char; 2],
    pieces: Vec<Piece>,
}

impl Raw {
    /// No pieces yet.
    pub fn new(marks: [char; 2]) -> Self {
        Self { marks, pieces: Vec::new() }
    }

    /// Keeps a piece and writes its mark.
    pub fn hold(&mut self, out: &mut String, html: String, place: Place) {
        out.push(self.marks[0]);
        out.push_str(&self.pieces.len().to_string());
        out.push(self.marks[1]);
        self.pieces.push(Piece { html, place });
    }

    /// Puts raw HTML in the place of its marks, each once: nothing grows by what repeats a mark.
    pub fn put_back(&self, html: String) -> String {
        if self.pieces.is_empty() {
            return html;
        }
        let mut pieces: Vec<Option<&Piece>> = self.pieces.iter().map(Some).collect();
        let more: usize = self.pieces.iter().map(|piece| piece.html.len()).sum();
        let mut whole = String::with_capacity(html.len() + more);
        let mut rest = &*html;
        while let Some((before, behind)) = rest.split_once(self.marks[0]) {
            whole.push_str(before);
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let Some(after) = behind[digits..].strip_prefix(self.marks[1]) else {
                rest = behind;
                continue;
            };
            rest = after;
            let number: Option<usize> = behind[..digits].parse().ok();
            let Some(piece) = number.and_then(|number| pieces.get_mut(number)?.take()) else {
                continue;
            };
            let starts = whole.ends_with("<p>");
            let ends = rest.strip_prefix("</p>");
            match (piece.place, ends) {
                (Place::Block, Some(after)) if starts => {
                    whole.truncate(whole.len() - "<p>".len());
                    rest = after;
                }
                (Place::Start, _) if starts => whole.truncate(whole.len() - "<p>".len()),
                (Place::End, Some(after)) => rest = after,
                _ => {}
            }
            whole.push_str(&piece.html);
        }
        whole.push_str(rest);
        whole
    }
}
