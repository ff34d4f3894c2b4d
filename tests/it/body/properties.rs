//! Bodies: what holds for every text.

use feedmill::content::html::context::{Context, Selectors};
use feedmill::content::html::plain::plain;
use feedmill::content::html::trust::Trust;
use feedmill::content::url::Base;
use feedmill::content::{html, text};
use proptest::prelude::{ProptestConfig, Strategy, prop, prop_assert, prop_assert_eq, proptest};

use crate::body::BASE;
use crate::body::liquid::rendered;

fn clean(html: &str, trust: Trust) -> String {
    let base = Base::parse(BASE).unwrap();
    let context = Context {
        wants_text: false,
        base: Some(&base),
        trust,
        selectors: &Selectors::default(),
        author: &|_| None,
        separator: None,
        page: &|_| None,
    };
    html::clean(html, &context).html
}

/// Texts made of what matters to an HTML parser.
fn markup() -> impl Strategy<Value = String> {
    let names = "p|div|b|a href=/x|a|i|span|h1|h2|ul|li|dl|dt|dd|table|tr|td|tbody|caption|pre|font|center\
                 |marquee|form|button|select|option|svg|math|mi|title|style|script|textarea|blockquote\
                 |ruby|rt|nobr|template|iframe|br|img src=/i|hr|details|summary|object|foreignObject|desc\
                 |annotation-xml encoding=text/html|fieldset|menu|nav|address|main|code|u|video src=v|x-y";
    let tag = prop::sample::select(names.split('|').map(str::trim).collect::<Vec<_>>());
    let piece =
        (tag, 0..10u8, "[ \n&<>a-z\u{8}，\u{3000}\"']{0,4}").prop_map(|(tag, kind, text)| {
            let name = tag.split(' ').next().unwrap_or("");
            match kind {
                0..=4 => format!("<{tag}>"),
                5..=7 => format!("</{name}>"),
                8 => text,
                _ => format!("<{tag} lang=en hidden>{text}</{name}>"),
            }
        });
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn assert_sound(written: &str) -> Result<(), proptest::test_runner::TestCaseError> {
    for trust in [Trust::Trusted, Trust::Untrusted] {
        let once = clean(written, trust);
        let wrapped = format!("<div>{once}</div>");
        let parsed = roxmltree::Document::parse(&wrapped);
        prop_assert!(parsed.is_ok(), "{:?} from {:?}", parsed.err(), once);
        prop_assert_eq!(&clean(&once, trust), &once, "from {:?}", written);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cleaned_markup_is_balanced_and_stays_as_it_is(written in markup()) {
        assert_sound(&written)?;
    }

    #[test]
    fn any_text_gives_sound_html(written in any_text()) {
        assert_sound(&written)?;
        let body = rendered(crate::body::MARKDOWN, &written);
        let wrapped = format!("<div>{}</div>", body.html);
        prop_assert!(roxmltree::Document::parse(&wrapped).is_ok(), "{}", body.html);
        prop_assert_eq!(text::xml_safe(&body.summary).into_owned(), body.summary);
    }

    #[test]
    fn titles_and_cuts_hold(written in any_text(), limit in 0..12usize) {
        let title = plain(&written);
        prop_assert_eq!(&text::collapse(&text::xml_safe(&title)), &title);
        let cut = text::cut(&title, limit);
        prop_assert!(cut.chars().count() <= title.chars().count() + 1);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    // Any characters, and those that mean something in Markdown, HTML or Liquid.
    (".{0,40}", "[<>&/a-z\"'=*_`~{}%#\\[\\]()!|\n \r\u{0}\u{8}\u{FFFE}，。-]{0,60}")
        .prop_map(|(a, b)| a + &b)
}
