"""What feedmill is measured against: the floor, and Hugo."""

import pathlib

import machine

# Hugo keeps all posts in memory: 4.3 GiB at 100,000.
HUGO_AT_MOST = 100_000

HUGO = """\
baseURL = "https://valley.example/"
title = "山谷日报"
languageCode = "zh-CN"
timeZone = "Asia/Shanghai"
disableKinds = ["taxonomy", "section", "sitemap", "robotsTXT", "404"]
[taxonomies]
category = "categories"
[outputs]
home = ["rss", "atom"]
term = ["rss", "atom"]
[mediaTypes."application/atom+xml"]
suffixes = ["xml"]
[outputFormats.atom]
mediaType = "application/atom+xml"
baseName = "atom"
isPlainText = true
[outputFormats.rss]
mediaType = "application/rss+xml"
baseName = "rss"
isPlainText = true
[markup.goldmark.renderer]
unsafe = true
[[cascade]]
[cascade.build]
render = "link"
[cascade.target]
kind = "page"
[[module.mounts]]
source = "POSTS"
target = "content/posts"
[[module.mounts]]
source = "layouts"
target = "layouts"
"""

POSTS_OF = "{{ $posts := cond .IsHome site.RegularPages .Pages }}{{ range first 20 $posts }}"

ATOM = (
    """\
<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">
<id>{{ .Permalink }}</id><title>{{ .Title | transform.XMLEscape }}</title>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<link rel="self" href="{{ (.OutputFormats.Get `atom`).Permalink }}"/><author><name>{{ site.Title }}</name></author>
"""
    + POSTS_OF
    + """<entry><id>{{ .Permalink }}</id><title>{{ .Title | transform.XMLEscape }}</title>
<link href="{{ .Permalink }}"/><published>{{ .Date.Format "2006-01-02T15:04:05Z07:00" }}</published>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<content type="html">{{ .Content | transform.XMLEscape }}</content></entry>
{{ end }}</feed>
"""
)

RSS = (
    """\
<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>{{ .Title | transform.XMLEscape }}</title><link>{{ .Permalink }}</link>
<description>{{ .Title | transform.XMLEscape }}</description>
<atom:link rel="self" href="{{ (.OutputFormats.Get `rss`).Permalink }}"/>
"""
    + POSTS_OF
    + """<item><title>{{ .Title | transform.XMLEscape }}</title><link>{{ .Permalink }}</link>
<guid>{{ .Permalink }}</guid><pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<content:encoded>{{ .Content | transform.XMLEscape }}</content:encoded></item>
{{ end }}</channel></rss>
"""
)


def documents(folder: pathlib.Path) -> list[int]:
    """The sizes of all files below a folder."""
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


def hugo(
    program: str, site: pathlib.Path, scratch: machine.Scratch, repeat: int
) -> tuple[machine.Cost, int]:
    """Builds RSS and Atom of the site and of each category; gives the number of documents too."""
    folder, costs = scratch.folder(), []
    (folder / "layouts").mkdir()
    (folder / "hugo.toml").write_text(HUGO.replace("POSTS", str((site / "_posts").resolve())))
    (folder / "layouts" / "list.atom.xml").write_text(ATOM)
    (folder / "layouts" / "list.rss.xml").write_text(RSS)
    for _ in range(repeat):
        out = scratch.folder()
        machine.rest()
        costs.append(machine.run(program, "--quiet", "--source", folder, "--destination", out))
    return machine.middle(costs), len(documents(out))


class Floor:
    """The least that any program must do, by the compiled program `floor`."""

    def __init__(self, program: pathlib.Path, scratch: machine.Scratch, repeat: int):
        self.program, self.scratch, self.repeat = program, scratch, repeat

    def once(self, *arguments: str | pathlib.Path) -> machine.Cost:
        cost = machine.run(self.program, *arguments)
        # Its own clock leaves out what starting a process takes.
        cost.wall = float(cost.output.split()[0])
        return cost

    def measure(self, *arguments: str | pathlib.Path) -> machine.Cost:
        return machine.middle([self.once(*arguments) for _ in range(self.repeat)])

    def write(self, sizes: list[int]) -> machine.Cost:
        """Writes documents of these sizes, each time into a new folder."""
        listed, costs = self.scratch.folder() / "sizes", []
        listed.write_text("\n".join(map(str, sizes)))
        for _ in range(self.repeat):
            machine.rest()
            costs.append(self.once("write", listed, self.scratch.folder()))
        return machine.middle(costs)
