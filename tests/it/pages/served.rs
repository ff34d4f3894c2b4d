//! A site whose pages are looked at: made in a temporary folder, served by the program.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::making::Made;

/// The parts of newspapers' names, in pinyin and in Han characters.
const PLACES: &str = "beijing 北京 shanghai 上海 tianjin 天津 chongqing 重庆 hebei 河北 shanxi 山西 \
    liaoning 辽宁 jilin 吉林 heilongjiang 黑龙江 jiangsu 江苏 zhejiang 浙江 anhui 安徽 fujian 福建 \
    jiangxi 江西 shandong 山东 henan 河南 hubei 湖北 hunan 湖南 guangdong 广东 hainan 海南";
const TOPICS: &str = "- - qingnian 青年 jingji 经济 nongcun 农村 chengshi 城市 jiaoyu 教育 keji 科技 \
    fazhi 法制 tiyu 体育 wenhua 文化";
const KINDS: &str = "ribao 日报 wanbao 晚报 zaobao 早报 zhoukan 周刊 shangbao 商报 shibao 时报 \
    kuaibao 快报 daobao 导报 chenbao 晨报 dushibao 都市报";

fn pairs(list: &str) -> Vec<(&str, &str)> {
    let words: Vec<&str> = list.split_whitespace().map(|word| word.trim_matches('-')).collect();
    words.chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

/// 2,000 newspapers: slug and name.
pub(super) fn newspapers() -> Vec<(String, String)> {
    let mut papers = Vec::new();
    for (place, place_name) in pairs(PLACES) {
        for (topic, topic_name) in pairs(TOPICS) {
            for (kind, kind_name) in pairs(KINDS) {
                let slug = format!("{place}{topic}{kind}");
                papers.push((slug, format!("{place_name}{topic_name}{kind_name}")));
            }
        }
    }
    assert_eq!(papers.len(), 2000);
    papers
}

/// A site with a post of every newspaper; the category is the slug, the tag says the name.
pub(super) fn news_site() -> Made {
    let made = Made::new();
    made.write(
        "_config.yml",
        "title: 财经新闻\ndescription: 报纸\nurl: https://news.example\nlang: zh-CN\n\
         feedmill:\n  names_from: tag\n  names_suffix: 新闻\n",
    );
    for (number, (slug, name)) in newspapers().iter().enumerate() {
        let mut post = String::new();
        let (hour, minute) = (number / 60 % 24, number % 60);
        let _ = write!(
            post,
            "---\ntitle: {name}要闻\ndate: 2022-01-04 {hour:02}:{minute:02}:00 +0800\n\
             categories: {slug}\ntags: {name}新闻\n---\n今天的{name}。\n"
        );
        made.write(&format!("_posts/2022-01-04-{slug}.md"), post);
    }
    made
}

/// The program serving a site on a free port; it is killed when this is dropped.
pub(super) struct Served {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(super) address: String,
}

impl Served {
    /// Serves a site, known to the world as `base`.
    pub(super) fn start(made: &Made, base: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_feedmill"));
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy().into_owned();
            if ["FEEDMILL_", "LISTEN_", "NOTIFY_"].iter().any(|head| name_text.starts_with(head)) {
                command.env_remove(name);
            }
        }
        command.current_dir(made.folder()).args(["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--state").arg(made.folder().join("state"));
        command.args(["--base-url", base]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let rest = line.strip_prefix("serving http://")?;
            Some(rest.split('/').next()?.to_owned())
        });
        thread::spawn(move || lines.for_each(drop));
        let served = Self { child, address: address.clone().unwrap_or_default() };
        assert!(address.is_some(), "the program does not serve");
        served
    }

    /// The local address of a path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Names that would be code if they were not escaped.
pub(super) const HOSTILE: &[&str] = &[
    "\"><img src=x onerror=alert(1)>",
    "'><script>alert(2)</script>",
    "</title></a><svg onload=alert(3)>",
    "&lt;b&gt; &amp;amp; &#x3c;",
    "javascript:alert(4)",
    "--><!-- {{ name }} {% endblock %}",
];

/// A text in double quotes, as YAML reads it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A site of names, titles and texts that mean harm or know no end.
pub(super) fn hostile_site() -> Made {
    let made = Made::new();
    let [first, second, third, ..] = HOSTILE else { unreachable!() };
    made.write(
        "_config.yml",
        format!(
            "title: {}\ndescription: {}\nurl: https://news.example\n\
             author: {{name: {}, url: 'javascript:alert(5)'}}\nfeed: {{icon: 'javascript:alert(8)'}}\n\
             feedmill:\n  feeds: [tag, author]\n  split: none\n",
            quoted(first),
            quoted(second),
            quoted(third)
        ),
    );
    let long =
        ["W".repeat(150), "漢".repeat(150), format!("https://x.example/{}", "a/".repeat(99))];
    let names: Vec<&str> = HOSTILE.iter().copied().chain(long.iter().map(String::as_str)).collect();
    let titles = ["a \"b\" & 'c' < d", "{{ title }} {% raw %}"];
    for (number, name) in names.iter().enumerate() {
        let title = titles.get(number).unwrap_or(name);
        made.write(
            &format!("_posts/2022-01-04-{number}.md"),
            format!(
                "---\ntitle: {}\ndate: 2022-01-04 07:38:28 +0800\ncategory: {name}\n\
                 tag: {name}\nauthor: {name}\ndescription: {name}\nid: {name}\n\
                 permalink: {}\n---\n{}\n\n[x](javascript:alert(6))\n",
                quoted(title),
                quoted(if number % 2 == 0 { "javascript:alert(7)" } else { name }),
                name,
                name = quoted(name),
            ),
        );
    }
    made
}
