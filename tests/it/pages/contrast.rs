//! Colours of the style sheet: what is written on what can be read, by day and by night
//! (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../../src/feed/templates/style.css");

type Colours = BTreeMap<&'static str, [u8; 3]>;

/// The colours that stand in the next `:root` block of a text, and what follows them.
fn colours(text: &'static str) -> (Colours, &'static str) {
    let (_, rest) = text.split_once(":root {").unwrap();
    let (block, rest) = rest.split_once('}').unwrap();
    let declarations = block.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let colour = |line: &'static str| {
        let (name, value) = line.split_once(": #").unwrap();
        let part = |at| u8::from_str_radix(&value[at..at + 2], 16).unwrap();
        (name, [part(0), part(2), part(4)])
    };
    (declarations.map(colour).collect(), rest)
}

/// The relative luminance of a colour (WCAG 2.2).
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The contrast ratio of two colours, from 1 to 21.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_measure_is_that_of_the_specification() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.005);
}

#[test]
fn texts_stand_out_by_day_and_by_night() {
    let (day, rest) = colours(STYLE);
    let (night, _) = colours(rest);
    assert_eq!(day.keys().collect::<Vec<_>>(), night.keys().collect::<Vec<_>>());
    for (name, colours) in [("day", day), ("night", night)] {
        for paper in ["paper", "card"] {
            for ink in ["ink", "faint", "link"] {
                let ratio = contrast(colours[ink], colours[paper]);
                assert!(ratio >= 4.5, "{name}: {ink} on {paper} is {ratio:.2}");
            }
            let ratio = contrast(colours["focus"], colours[paper]);
            assert!(ratio >= 3.0, "{name}: focus on {paper} is {ratio:.2}");
        }
    }
}

#[test]
fn no_colour_stands_beside_those_that_are_measured() {
    let (_, rest) = colours(STYLE);
    let (_, rules) = colours(rest);
    assert!(!rules.contains('#'), "a colour without a name");
    for (property, values) in [
        ("color", ["var(--ink)", "var(--faint)", "var(--link)", "inherit"]),
        ("background", ["var(--paper)", "var(--card)", "", ""]),
    ] {
        for part in rules.split(['{', ';', '\n']) {
            let Some((name, value)) = part.split_once(':') else { continue };
            if name.trim() == property {
                assert!(values.contains(&value.trim().trim_end_matches('}').trim()), "{part}");
            }
        }
    }
    for word in ["opacity", "filter:", "rgb", "hsl", "mix-blend"] {
        assert!(!rules.contains(word), "{word}");
    }
}
