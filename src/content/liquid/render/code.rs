//! Blocks of code.

use crate::content::html::attributes;
use crate::content::liquid::render::Renderer;
use crate::content::liquid::variables::Highlight;

impl Renderer<'_> {
    /// A `highlight` block.
    pub(in crate::content::liquid::render) fn code(&mut self, words: &str, code: &str) {
        let code = code.strip_prefix('\n').unwrap_or(code).trim_end();
        let language = words.split_whitespace().next().unwrap_or("");
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_+#.".contains(c);
        let language = if language.chars().all(is_name) { language } else { "" };
        let mut out = String::with_capacity(code.len() + 64);
        if self.highlight == Highlight::Fenced {
            let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
            for part in ["\n", &fence, language, "\n", code, "\n", &fence, "\n"] {
                out.push_str(part);
            }
        } else {
            out.push_str("<pre><code");
            if !language.is_empty() {
                for part in [" class=\"language-", language, "\""] {
                    out.push_str(part);
                }
            }
            out.push('>');
            attributes::escape(&mut out, code);
            out.push_str("</code></pre>");
        }
        self.write(&out);
    }
}

/// The length of the longest run of `sign`.
fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c: char| c != sign).map(str::len).max().unwrap_or(0)
}
