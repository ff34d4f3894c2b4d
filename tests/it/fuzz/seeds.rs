//! What fuzzing starts from: posts in the shapes that sites really have, written for this test, and
//! the pieces that mean something to one of the parsers on a post's way.

/// Posts; what differs between them is what they try.
pub(crate) const POSTS: &[&str] = &[
    // A scraper's: HTML in Markdown, a hidden paragraph, a source line, links back.
    "---\nlayout: post\ntitle: \"闸门三项安排：“先看水”\"\ndate: 2022-01-04 07:38:28 +0800\n\
     categories: haigangribao\ntags: 海港日报新闻\n---\n> 摘要一句。\n\n<p>□文/记者林小舟</p>\n \
     <p style=\"display:none\">藏起来的字</p><!-- EM_StockImg_Start --><p>正文<span id=\"q_1\"></span>\
     <a data-code=\"1\" href=\"http://q.example/a?b=1&c=2\">指数</a>&lt;注&gt;</p><center>\
     <img src=\"//img.example/p.aspx?nid=1&t=k\" border=\"0\" width=\"578\"></center>\n\n\
     <http://source.example/1,2.html>\n\n[返回新闻](//a.example/x.html)｜[返回首页](/)\n",
    // A blogger's: Markdown of all kinds, Liquid, footnotes, code.
    "---\ntitle: Gates and water\ndate: 2022-03-01\ntags: [river, mill, \"a b\"]\n\
     author: {name: Ann, email: a@b.example, url: \"https://ann.example/\"}\nimage: /img/gate.jpg\n\
     last_modified_at: 2022-03-02 10:00\ndescription: What gates do.\n---\n# Head {#top}\n\n\
     Some **bold**, _em_, ~~gone~~, `code`[^1] and [a link](../x \"t\"), ![pic](/a.png).\n\n\
     * one\n  1. two\n     > three\n* four\n{: .list}\n\n| a | b |\n|:-:|--:|\n| 1 | `|` |\n\n\
     ```rust\nfn main() {} // <b>\n```\n\n{% highlight ruby linenos %}\nputs \"{{ x }}\"\n\
     {% endhighlight %}\n\n{{ page.title }} {{ '/a' | relative_url | append: \"b\" }} \
     {% post_url 2022-01-04-gates %} {% raw %}{{ y }}{% endraw %}\n\n<!--more-->\n\n[^1]: A note.\n\
     [ref]: https://r.example/ 'title'\n",
    // An editor's: HTML with media, tables, lists, ruby, all attributes.
    "---\ntitle: <b>Media</b> &amp; more\ndate: \"2022-02-03T04:05:06Z\"\ncategories: [desk, 财经]\n\
     lang: zh_CN\nenclosure: {url: /a.mp3, type: audio/mpeg, length: 123}\n---\n<div class=\"post\">\
     <h1 id=t>Head</h1><p lang=en dir=ltr title=\"t\">a<br>b &copy; &#8; &#x202e;</p><figure><picture>\
     <source srcset=\"/a.webp 1x, /b.webp 2x\"><img data-src=/a.jpg srcset='/a.jpg 1x, //c.example/b,c.jpg 640w' \
     alt=\"x\"></picture><figcaption>c</figcaption></figure><video controls poster=/p.png><source src=v.mp4>\
     </video><iframe src=\"//v.example/1\" width=560></iframe><table><caption>c<tr><th colspan=2>h<td>\
     d<tbody><tr><td>x</table><ol start=3 reversed><li value=9>x<li>y</ol><ruby>漢<rt>kan</ruby>\
     <details><summary>s</summary>d</details><pre><code class=language-c>\n a < b;\n</code></pre></div>\n",
    // A hostile one, in a body.
    "---\ntitle: x\ndate: 2022-05-06 07:08 +0530\n---\n<svg><style><img src=x onerror=x()></style>\
     <a xlink:href=javascript:x()>a</a><foreignObject><p>f</svg><math><mtext><table><mglyph><style><!--\
     </style><img title=\"--&gt;&lt;img src=1 onerror=x()&gt;\"></math><form><a href='java\tscript&colon;x()'>\
     a</a><a href=https://b@e.example>l</a><noscript><p title='</noscript><script>x()</script>'></noscript>\
     <template><script>x()</script></template><b><p>x</b>y</p><a><b><a>z</a><select><option><p>o</select>\n",
    // And in its front matter.
    "---\ntitle: \"&lt;script&gt; \\u202E \\x01 {{ page.title }}\"\ndate: 2022-02-30 25:61\n\
     categories: [\"../..\", \"<b>\", \"\", CON, &a [x, *a], {y: z}]\nid: \"javascript:x\"\n\
     permalink: \"/:categories/:title/..//:x:\"\nslug: \"a?b#c%d\"\npublished: no\nauthors:\n  - Eve\n  \
     - name: Bob\n    url: javascript:x()\nexcerpt_separator: \"<p>\"\nfeed: {excerpt_only: true}\n---\nText.\n",
    // Broken YAML that is rescued line by line, CRLF, a byte order mark.
    "\u{feff}---\r\ntitle: \"a \"b\" c\": d\r\ndate: 2022年1月4日 07:38\r\ncategories: a b\r\n\ttab: x\r\n...\r\n\
     一段。\r\n\r\n二段\r三段\r\n",
    // None of it at all.
    "Plain text\n\nof two paragraphs & a <tag>.\n",
    "---\ndate: 1641252000\n---\n",
    "---\ntitle: a: b\ndate: Tue, 04 Jan 2022 07:38:28 CST\n---\n<p>a<p>b<table><td>c<font><p>d<font>e</table>f",
];

/// Configurations.
pub(crate) const CONFIGS: &[&str] = &[
    "title: Fuzz\nurl: https://fuzz.example\nbaseurl: /blog\ntimezone: Asia/Shanghai\nlang: zh\n\
     author: {name: A, url: /about}\npermalink: pretty\nfeed: {posts_limit: 3, tags: true, icon: /i.png}\n\
     feedmill:\n  content: [old_post]\n  feeds: [tag, author, lang]\n  hours: 48\n  overrides:\n    \
     category/x: {limit: 5}\n  clean:\n    lines: ['^\\[返回']\n    elements: ['.share', 'p > a']\n    \
     source_link: '^<(https?://[^>\\s]+)>$'\n    author: 'p.em_media'\n    author_pattern: '来源：(.+?)）?$'\n",
    "tm: {name: Tilda, uri: https://t.example}\nann: [x]\n\"\": {}\n",
];

/// Pieces that mean something somewhere.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    // YAML
    "---\n", "\n---\n", "...\n", ": ", "- ", "\t", "\"", "'", "|\n ", ">-\n ", "&a ", "*a", "<<: *a\n", "!ruby/x ", "[", "]", "{", "}",
    "title: ", "date: ", "tags: ", "categories: ", "permalink: ", "author: ", "image: ", "id: ", "lang: ", "published: ", "enclosure: ", "email: ", "length: ", "\\x00", "\\uD800", "\\U0010FFFF", "~", "null", "# ",
    // dates
    "2022-01-04", "07:38:28", "+0800", "Z", "T", "24:00", "9999-12-31", "0000-00-00", "-1", "1e9", "２０２２", "下午", "Feb 30",
    // HTML
    "<", ">", "</", "/>", "<!--", "-->", "--!>", "<!", "<?", "]]>", "<![CDATA[", "&", "&amp;", "&lt;", "&#0;", "&#x1F;", "&#xD800;", "&colon;", "&nbsp", "=", "`",
    "<p>", "</p>", "<div>", "</div>", "<a href=x>", "</a>", "<b>", "</b>", "<i>", "<table>", "<tr>", "<td>", "</table>", "<li>", "<ul>", "<h1>", "<pre>\n",
    "<svg>", "</svg>", "<math>", "<mi>", "<annotation-xml encoding=text/html>", "<foreignObject>", "<desc>", "<style>", "</style>", "<script>", "</script>",
    "<title>", "</title>", "<textarea>", "<template>", "<noscript>", "<select>", "<option>", "<form>", "<button>", "<marquee>", "<center>", "<font size=1>",
    "<iframe src=//v.example>", "<img src=x onerror=x()>", "<video src=v>", "<plaintext>", "<xmp>", "<frameset>", "<body onload=x()>", "<html>", "<base href=//e.example>",
    " onclick=x()", " style='x:y'", " srcset='a 1x, b 2x'", " href=\"javascript:x()\"", " hidden", " title=&#8;", " is=x", "<ruby>", "<rt>", "<dt>", "<dd>", "<nobr>", "<x-y>", "<image>",
    // addresses
    "javascript:", "JaVa\tScRiPt:", "data:text/html,", "data:image/png;base64,AA", "vbscript:", "//h.example/", "http://[::1", "https://a@b.example/", "/../..", "?", "#", "%zz", "%00", "\\\\", "xn--", "http:x",
    // Markdown
    "# ", "> ", "* ", "1. ", "```\n", "~~~\n", "~~", "**", "_", "[", "](", ")", "![", "[^1]", "[^1]: ", "{: .x}", "{:toc}", "{::comment}", "{::nomarkdown}", "{::options a=\"b\" /}", "{:/}", "{:/comment}\n", "|a|b|\n|-|-|\n", "\\", "  \n", "\n\n", "<http://x.example>", "***\n", "=====\n",
    // Liquid
    "{{", "}}", "{%", "%}", "{%- raw -%}", "{% endraw %}", "{% comment %}", "{% endcomment %}", "{% highlight c %}", "{% endhighlight %}", "{{ page.title }}", "{{ site.title | append: page.url }}", "{% link x.md %}", "{% include x %}",
    "{% if page.title %}", "{% unless a == b %}", "{% elsif a contains 'b' or c > 1 %}", "{% else %}", "{% endif %}", "{% endunless %}", "{% case a %}", "{% when 1, 'b' %}", "{% endcase %}", "{% for i in (1..9) reversed limit:2 offset:continue %}", "{% for t in page.tags %}", "{% endfor %}", "{% tablerow i in page.tags cols:2 %}", "{% endtablerow %}", "{% break %}", "{% continue %}",
    "{% assign a = page.tags | join: ',' | split: '' %}", "{% assign a = a | push: a %}", "{% assign a = a | append: a %}", "{% capture a %}", "{% endcapture %}", "{% cycle 'a', b %}", "{% increment a %}", "{% liquid\necho a\n%}", "{% unknown a %}", "{% endunknown %}", "{% youtube a %}", "{{ a | replace: 'a', a | slice: -2, 9 | truncatewords: 1 }}", "{{ page.date | date: '%-d %^B %Q' }}", "{{ a[0].b[a]['c'] | where_exp: 'x', 'x.y > 1' }}", "{{ (1..99999999999) | join | markdownify }}", "{{ '9' | divided_by: 0 }}", "{{ site | jsonify | inspect }}",
    // characters
    "\0", "\u{1}", "\u{b}", "\u{1b}", "\u{7f}", "\u{85}", "\u{a0}", "\u{ad}", "\u{200b}", "\u{202e}", "\u{2066}", "\u{2028}", "\u{d7ff}", "\u{e000}", "\u{feff}", "\u{fdd0}0\u{fdd1}", "\u{fffd}", "\u{fffe}", "\u{ffff}",
    "\u{10ffff}", "é", "e\u{301}", "财经", "👩‍👩‍👧", "İ", "ß", "\r", "\r\n", "\n", " ", "a",
];

/// Elements to wrap something in.
#[rustfmt::skip]
pub(crate) const ELEMENTS: &[&str] = &[
    "p", "div", "b", "a", "i", "span", "h2", "ul", "li", "dl", "dd", "table", "td", "caption", "pre", "center", "marquee", "form", "button", "select",
    "svg", "math", "mi", "title", "style", "script", "textarea", "blockquote", "ruby", "rt", "nobr", "template", "iframe", "details", "summary",
    "object", "foreignObject", "desc", "fieldset", "code", "video", "noscript", "font", "x-y", "template", "figure", "header",
];
