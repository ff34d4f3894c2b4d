//! Tables, as kramdown 2.4 reads them.

use std::time::{Duration, Instant};

use feedmill::content::markdown::tables::with_heads;

use crate::body::assert_markdown;

#[test]
fn tables_need_no_head() {
    let two = "<table>\n<tbody>\n<tr>\n<td>a</td>\n<td>b</td>\n</tr>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>";
    let headed = "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>";
    assert_markdown(&[
        ("| a | b |\n| c | d |", two),
        ("|---|---|\n| a | b |\n| c | d |", two),
        ("x\n\n| a | b |\n| c | d |\n\ny", &format!("<p>x</p>\n{two}\n<p>y</p>")),
        ("| a | b |\n|---|\n| c | d |", headed),
        ("| a | b |\n|===|\n| c | d |", two),
        (
            "|a|\n|-|-|\n|c|d|",
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th></th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td>d</td>\n</tr>\n</tbody>\n</table>",
        ),
        (
            "| `a|b` | c |",
            "<table>\n<tbody>\n<tr>\n<td><code>a|b</code></td>\n<td>c</td>\n</tr>\n</tbody>\n</table>",
        ),
        ("a | b\n---|\nc | d", headed),
        ("| a | b |\n|===|\n| c | d |\n{: .t}", two),
        ("x | y\n\na | b", "<p>x | y</p>\n<p>a | b</p>"),
        ("| a | b |\ntext", "<p>| a | b |\ntext</p>"),
        ("    | a | b |", "<pre><code>| a | b |\n</code></pre>"),
        ("> | a |\n\nx", "<blockquote>\n<p>| a |</p>\n</blockquote>\n<p>x</p>"),
    ]);
}

/// Each is repeated 10,000 times: what is not linear takes minutes.
#[test]
fn tables_take_no_longer_than_their_text() {
    for piece in ["|", "|a", "|a\n", "|a\n\n", "|`", "|-\n", "|=\n|a\n", "- |a\n", "\\|", "|a\nb\n"]
    {
        for start in ["", "|a|b\n", "x\n\n"] {
            let text = [start, &*piece.repeat(10_000)].concat();
            let begin = Instant::now();
            let length = with_heads(&text).len();
            assert!(length <= 200 * text.len(), "{piece:?}: {length}");
            assert!(begin.elapsed() < Duration::from_secs(3), "{piece:?}: {:?}", begin.elapsed());
        }
    }
}
