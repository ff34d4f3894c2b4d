//! What becomes of each HTML element, and how the HTML parser treats it.
//!
//! The classes at the end are those of the tree construction rules (WHATWG HTML §13.2). They serve
//! twice: to estimate nesting before parsing, and to write only what parses back to the same tree.

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is kept, perhaps under a better name.
    Keep(&'static str),
    /// It is kept and has no content.
    Void(&'static str),
    /// Its tags go, its children stay.
    Unwrap,
    /// The same for an element that starts a line of its own: its text must not run into others.
    UnwrapBlock,
    /// It goes with all its content.
    Drop,
}

/// What becomes of the element called `name` (lower case).
pub fn fate(name: &str) -> Fate {
    if let Some(kept) = KEPT.iter().find(|kept| **kept == name) {
        return Fate::Keep(kept);
    }
    match name {
        "img" => Fate::Void("img"),
        "br" => Fate::Void("br"),
        "hr" => Fate::Void("hr"),
        "wbr" => Fate::Void("wbr"),
        "source" => Fate::Void("source"),
        "track" => Fate::Void("track"),
        // Obsolete names with an exact successor.
        "strike" => Fate::Keep("s"),
        "tt" => Fate::Keep("code"),
        "acronym" => Fate::Keep("abbr"),
        "dir" | "menu" => Fate::Keep("ul"),
        "xmp" | "listing" | "plaintext" => Fate::Keep("pre"),
        "center" | "form" | "fieldset" | "legend" | "hgroup" | "search" => Fate::UnwrapBlock,
        "script" | "style" | "template" | "object" | "embed" | "applet" | "param" | "meta"
        | "link" | "base" | "basefont" | "bgsound" | "title" | "head" | "frame" | "frameset"
        | "noframes" | "noembed" | "input" | "select" | "textarea" | "button" | "datalist"
        | "output" | "progress" | "meter" | "dialog" | "canvas" | "map" | "area" | "svg"
        | "col" | "colgroup" | "annotation" | "annotation-xml" | "slot" | "portal" => Fate::Drop,
        _ => Fate::Unwrap,
    }
}

/// The element of a formula called `name` (`MathML` Core §2 and the older `menclose` and `mfenced`).
pub fn math(name: &str) -> Option<&'static str> {
    MATH.iter().copied().find(|math| *math == name)
}

/// Whether HTML has, or had, an element of this name.
pub fn is_known(name: &str) -> bool {
    fate(name) != Fate::Unwrap
        || matches!(
            name,
            "font"
                | "big"
                | "nobr"
                | "blink"
                | "marquee"
                | "label"
                | "option"
                | "optgroup"
                | "math"
                | "body"
                | "html"
                | "data"
                | "image"
                | "rb"
                | "rtc"
        )
}

/// Elements whose text is no paragraph of the post: no summary is taken from a paragraph in them.
pub fn is_aside(name: &str) -> bool {
    matches!(
        name,
        "li" | "table" | "figure" | "figcaption" | "aside" | "nav" | "footer" | "details"
    )
}

/// Elements that are worth nothing without content.
pub fn is_droppable(name: &str) -> bool {
    is_formatting(name)
        || matches!(
            name,
            "p" | "div"
                | "span"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "ul"
                | "ol"
                | "dl"
                | "blockquote"
                | "figure"
                | "figcaption"
                | "picture"
                | "section"
                | "article"
                | "header"
                | "footer"
                | "aside"
                | "nav"
                | "main"
                | "address"
                | "cite"
                | "q"
                | "mark"
                | "sub"
                | "sup"
                | "abbr"
                | "time"
                | "video"
                | "audio"
                | "ins"
                | "del"
                | "kbd"
                | "samp"
                | "var"
                | "dfn"
                | "bdi"
                | "bdo"
                | "ruby"
                | "details"
                | "pre"
        )
}

/// Elements that have no end tag.
pub fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "image"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements whose content is no markup.
pub fn is_raw_text(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "textarea"
            | "title"
            | "xmp"
            | "iframe"
            | "noembed"
            | "noframes"
            | "plaintext"
    )
}

/// The formatting elements: unclosed ones are opened again in each following block.
pub fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// Elements whose start closes an open paragraph, and which begin a line of their own.
pub fn closes_paragraph(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "p" | "div"
                | "ul"
                | "ol"
                | "li"
                | "table"
                | "blockquote"
                | "pre"
                | "hr"
                | "section"
                | "article"
                | "aside"
                | "header"
                | "footer"
                | "main"
                | "nav"
                | "figure"
                | "figcaption"
                | "dl"
                | "dd"
                | "dt"
                | "details"
                | "summary"
                | "address"
                | "center"
                | "form"
                | "fieldset"
                | "dir"
                | "menu"
                | "hgroup"
                | "search"
                | "dialog"
                | "listing"
                | "xmp"
                | "plaintext"
        )
}

/// `h1` to `h6`.
pub fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Elements beyond which an end tag does not reach (“has an element in scope”).
pub fn is_scope(name: &str) -> bool {
    is_marker(name) || matches!(name, "table" | "html" | "button")
}

/// Elements that stand in a table only.
pub fn is_table_part(name: &str) -> bool {
    matches!(name, "caption" | "colgroup" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th")
}

/// Elements that keep formatting inside (they push a marker, or clear what is open in a cell).
pub fn is_marker(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption" | "object" | "applet" | "marquee" | "template")
}

/// The “special” elements, which stop the search for an unknown start or end.
pub fn is_special(name: &str) -> bool {
    closes_paragraph(name)
        || is_scope(name)
        || is_raw_text(name)
        || (is_void(name) && name != "image")
        || matches!(
            name,
            "tbody"
                | "thead"
                | "tfoot"
                | "tr"
                | "colgroup"
                | "select"
                | "noscript"
                | "body"
                | "head"
        )
}

/// Elements that go with all their content, which is seen on the page: pictures, and parts of forms.
#[rustfmt::skip]
pub const SEEN: [&str; 10] = [
    "svg", "canvas", "applet", "button", "select", "textarea", "input", "output", "progress", "meter",
];

/// Elements that are kept under their own name; the frequent ones first.
#[rustfmt::skip]
const KEPT: [&str; 68] = [
    "p", "a", "span", "strong", "b", "em", "i", "div", "li", "ul", "ol", "code", "pre", "td", "tr",
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "thead", "tfoot", "th",
    "caption", "figure", "figcaption", "picture", "video", "audio", "iframe", "section", "article",
    "aside", "header", "footer", "main", "nav", "address", "details", "summary", "dl", "dt", "dd",
    "u", "s", "small", "sub", "sup", "mark", "cite", "q", "del", "ins", "abbr", "dfn", "kbd", "samp",
    "var", "time", "bdi", "bdo", "ruby", "rt", "rp",
];

/// The elements of formulas. `annotation` goes: it says the same once more.
#[rustfmt::skip]
const MATH: [&str; 31] = [
    "math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle",
    "merror", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover",
    "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "semantics", "menclose",
    "mfenced", "maction",
];
