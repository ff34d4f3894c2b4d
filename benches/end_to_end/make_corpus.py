#!/usr/bin/env python3
"""Makes a site of posts to measure with: the same options give the same bytes, on any machine.

    make_corpus.py SITE --posts 100000

`SITE/_posts` gets files as a newspaper's scripts write them for Jekyll, `YYYY-MM-DD-<18 digits>.md`:
quoted title, `+0800` stamp, one category, one tag, and a body of HTML with some Markdown, all put
together from the words below. Categories have Zipf sizes and bodies lognormal ones, because both
decide what a change costs: most posts are in a few large feeds, most feeds are small.
"""

import argparse
import bisect
import dataclasses
import datetime
import itertools
import math
import multiprocessing
import os
import pathlib
import random

MEDIAN_BODY = 3600
SIGMA = 0.55
SMALLEST_BODY, LARGEST_BODY = 900, 16_000
ZIPF = 0.9
DAYS = 1500
# Posts that are added later are newer than all of the corpus, and still in the past.
END = datetime.datetime(2026, 1, 31, 23, 59, 59)
MINUTE = datetime.timedelta(minutes=1)
FIRST_NUMBER = 410_000_000_000_000_000

CONFIG = """\
title: 山谷日报
description: 一份用来量快慢的报纸
url: https://valley.example
timezone: Asia/Shanghai
lang: zh-CN
feedmill:
  names_from: tag
  names_suffix: 新闻
  clean:
    lines: ['^\\[返回']
    source_link: '^<(https?://[^>\\s]+)>$'
    author: 'p.credit'
    author_pattern: '来源：(.+?)）?$'
"""

SYLLABLES = "an bao chu dai en fei gan hu jiao kou lai mian nuo ou pu qiao ru sang tie wo xuan yin zuo".split()
SUBJECTS = {
    "ribao": "日报",
    "zhoubao": "周报",
    "nongshi": "农事",
    "shuili": "水利",
    "jiaotong": "交通",
    "xuexiao": "学校",
    "shichang": "市场",
    "tianqi": "天气",
    "gongyi": "工艺",
    "yinyue": "音乐",
}
PLACES = "谷口 上塘 下塘 石坝 茶岭 竹坞 磨坊 旧渡 北坡 南坡 新桥 栗园 盐井 沙滩 晒场 钟楼".split()
PEOPLE = "船工 木匠 裁缝 护林员 邮差 老师 厨师 石匠 琴师 账房 铁匠 果农 牧羊人 巡线员 修表匠 船长".split()
DOINGS = "修好 打磨 清点 搬运 晾晒 丈量 抄写 加固 翻新 试用 收割 装订 点亮 擦拭 校准 编织".split()
THINGS = "石阶 水车 竹筏 木梯 账本 风铃 油灯 麻绳 茶篓 钟摆 石磨 渔网 书架 梯田 水渠 屋瓦 木桶 琴弦".split()
TIMES = "天亮以前 午饭以后 雾散的时候 下过雨的第二天 赶集那天 秋收之后 月底 开学前一周 封山以前 半夜里".split()
ENDS = (
    "一共用了两天 谁也没有催 数目当场就核对清楚 孩子们在旁边看了很久 剩下的木料分给了邻居 比去年早了半个月 "
    "路过的人都停下来问 费用写在墙上 晚上又下起了雨 明年还要再来一次".split()
)


@dataclasses.dataclass
class Post:
    """A file, and what is to be found in feeds because of it."""

    name: str
    data: bytes
    category: str
    title: str


class Maker:
    """Makes the posts of one corpus, each from its number alone."""

    def __init__(self, posts: int, seed: int = 1):
        self.posts, self.seed = posts, seed
        # Few posts in many categories would make every feed a small one.
        self.count = max(1, min(2000, posts // 5))
        chance = random.Random(seed)
        names = (
            a + b + c + subject
            for subject in SUBJECTS
            for a in SYLLABLES
            for b in SYLLABLES
            for c in ["", *SYLLABLES]
        )
        self.categories = chance.sample(list(dict.fromkeys(names)), self.count)
        self.tags = [tag_of(name, chance) for name in self.categories]
        self.weights = list(itertools.accumulate(rank**-ZIPF for rank in range(1, self.count + 1)))
        self.sentences = [sentence(chance) for _ in range(4000)]
        self.sizes = [len(text.encode()) for text in self.sentences]

    def post(
        self,
        number: int,
        category: int | None = None,
        when: datetime.datetime | None = None,
        title: str | None = None,
    ) -> Post:
        """The post of a number. Those from `self.posts` on are no part of the corpus."""
        chance = random.Random(self.seed * 1_000_003 + number)
        if category is None:
            by_weight = bisect.bisect_left(self.weights, chance.random() * self.weights[-1])
            # Each category has a post.
            category = number if number < self.count else min(by_weight, self.count - 1)
        when = when or END - datetime.timedelta(seconds=int(chance.random() * DAYS * 86_400))
        title = (
            title
            or f"{chance.choice(PLACES)}的{chance.choice(PEOPLE)}{chance.choice(DOINGS)}{chance.choice(THINGS)}"
        )
        name, tag = self.categories[category], self.tags[category]
        text = (
            f'---\nlayout: post\ntitle: "{title}"\ndate: {when:%Y-%m-%d %H:%M:%S} +0800\n'
            f"categories: {name}\ntags: {tag}\n---\n{self.body(chance, number, name, tag)}\n"
        )
        return Post(
            f"{when:%Y-%m-%d}-{FIRST_NUMBER + number * 6151}.md", text.encode(), name, title
        )

    def body(self, chance: random.Random, number: int, category: str, tag: str) -> str:
        size = chance.lognormvariate(math.log(MEDIAN_BODY), SIGMA)
        left = min(LARGEST_BODY, max(SMALLEST_BODY, size)) - 260
        parts = []
        while left > 0:
            texts, want = [], 150 + chance.random() * 600
            while want > 0 and left > 0:
                at = int(chance.random() * len(self.sentences))
                texts.append(self.sentences[at])
                want -= self.sizes[at]
                left -= self.sizes[at]
            kind = chance.random()
            if kind < 0.03:
                parts.append(f'<p><img src="/pictures/{number}.jpg" alt="" width="640" /></p>\n')
            # Most is HTML; some is Markdown between it.
            parts.append("".join(texts) + "\n\n" if kind > 0.9 else f"<p>{''.join(texts)}</p>\n")
            left -= 8
        parts.append(
            f'<p class="credit">（来源：{tag[:-2]}）</p>\n\n<https://origin.example/{category}/{number}>\n\n'
            f"[返回{tag}](//valley.example/category/{category}.html)"
        )
        return "".join(parts)


def tag_of(category: str, chance: random.Random) -> str:
    subject = next(word for name, word in SUBJECTS.items() if category.endswith(name))
    return f"{chance.choice(PLACES)}{chance.choice(THINGS)}{subject}新闻"


def sentence(chance: random.Random) -> str:
    c = chance.choice
    kind = chance.randrange(6)
    if kind == 0:
        text = f"{c(TIMES)}，{c(PLACES)}的{c(PEOPLE)}把{c(THINGS)}{c(DOINGS)}了{chance.randint(2, 90)}遍，{c(ENDS)}。"
    elif kind == 1:
        text = f"“{c(THINGS)}和{c(THINGS)}都在这里，{c(ENDS)}。”{c(PEOPLE)}对{c(PEOPLE)}说。"
    elif kind == 2:
        text = f"从{c(PLACES)}到{c(PLACES)}有{chance.randint(3, 400)}里路，{c(PEOPLE)}们{c(TIMES)}动身，{c(ENDS)}，{c(ENDS)}。"
    elif kind == 3:
        text = f"{c(PLACES)}登记的{c(THINGS)}是 {chance.randint(20, 9000)} 件，{c(DOINGS)}的占 {chance.randint(1, 99)}.{chance.randint(0, 9)}% &amp; 还在增加。"
    elif kind == 4:
        text = (
            f"{c(PEOPLE)}学会了{c(DOINGS)}{c(THINGS)}，又教给{c(PLACES)}的{c(PEOPLE)}；{c(ENDS)}。"
        )
    else:
        text = f"{c(TIMES)}要{c(DOINGS)}{c(THINGS)}、{c(THINGS)}和{c(THINGS)}，{c(PEOPLE)}的名单贴在{c(PLACES)}。"
    if chance.random() < 0.02:
        return f"<strong>{text}</strong>"
    if chance.random() < 0.02:
        return f'<a href="https://valley.example/more/{chance.randint(1, 999)}.html?a=1&amp;b=2" target="_blank">{text}</a>'
    return text


def write(path: str, data: bytes) -> None:
    """Writes a file in as few calls as there can be, so that a burst is one."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(file, data)
    finally:
        os.close(file)


def write_share(share: tuple[str, int, int, int, int]) -> None:
    folder, posts, seed, start, step = share
    maker = Maker(posts, seed)
    for number in range(start, posts, step):
        post = maker.post(number)
        write(f"{folder}/{post.name}", post.data)


def make(site: pathlib.Path, posts: int, seed: int = 1) -> Maker:
    """Makes a site, unless it is there already and whole."""
    done, said = site / ".made", f"{posts} {seed}"
    folder = site / "_posts"
    if not (done.exists() and done.read_text() == said):
        folder.mkdir(parents=True, exist_ok=True)
        (site / "_config.yml").write_text(CONFIG)
        step = os.cpu_count() or 1
        with multiprocessing.Pool(step) as pool:
            pool.map(
                write_share, [(str(folder), posts, seed, start, step) for start in range(step)]
            )
        done.write_text(said)
    return Maker(posts, seed)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", type=pathlib.Path)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    make(given.site, given.posts, given.seed)
