//! Contrast, computed from the tokens: 4.5:1 for text, 3:1 for parts and focus (WCAG 2.2 1.4.3, 1.4.11), light and dark.

use std::collections::BTreeMap;

type Tokens = BTreeMap<String, [f64; 3]>;

/// The colour tokens of the first `:root` block and of the one for dark.
fn tokens() -> (Tokens, Tokens) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/harp.css");
    let css = std::fs::read_to_string(path).unwrap();
    let block = |from: &str| {
        let start = css.find(from).unwrap();
        let open = css[start..].find(":root {").unwrap() + start;
        read(&css[open..open + css[open..].find('}').unwrap()])
    };
    let light = block(":root");
    let mut dark = light.clone();
    dark.extend(block("@media (prefers-color-scheme: dark)"));
    (light, dark)
}

fn read(block: &str) -> Tokens {
    let lines = block.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let hex = value.trim_end_matches(';');
        assert_eq!(hex.len(), 6, "{name}");
        let part = |i: usize| f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
        Some((name.to_owned(), [part(0), part(2), part(4)]))
    });
    lines.collect()
}

fn luminance(rgb: [f64; 3]) -> f64 {
    let linear = rgb.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Text on its ground.
const TEXT: &[(&str, &[&str])] = &[
    ("ink", &["paper", "surface", "brand-soft", "good-soft", "warn-soft", "danger-soft"]),
    ("ink-soft", &["paper", "surface", "brand-soft", "good-soft", "warn-soft"]),
    ("link", &["paper", "surface", "brand-soft", "good-soft", "warn-soft"]),
    ("brand", &["paper", "brand-soft"]),
    ("on-brand", &["brand", "brand-strong"]),
    ("on-danger", &["danger", "danger-strong"]),
    ("danger", &["paper", "danger-soft"]),
    ("good", &["good-soft", "surface", "paper"]),
    ("warn", &["warn-soft"]),
    ("on-bar", &["bar"]),
    ("on-bar-soft", &["bar"]),
];

/// Edges of fields, marks and focus on their ground.
const PARTS: &[(&str, &[&str])] = &[
    ("edge", &["paper", "surface"]),
    ("focus", &["paper", "surface", "brand-soft", "good-soft", "warn-soft", "danger-soft"]),
    ("focus-on-bar", &["bar"]),
    ("brand", &["paper", "surface"]),
    ("danger", &["paper", "danger-soft"]),
    ("good", &["paper", "good-soft"]),
    ("warn", &["paper", "warn-soft"]),
];

#[test]
fn text_parts_and_focus_have_contrast_in_light_and_in_dark() {
    let (light, dark) = tokens();
    assert_ne!(light, dark);
    let mut weak = Vec::new();
    for (scheme, tokens) in [("light", &light), ("dark", &dark)] {
        for (least, pairs) in [(4.5, TEXT), (3.0, PARTS)] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    let ratio = contrast(tokens[*front], tokens[*ground]);
                    if ratio < least {
                        weak.push(format!("{scheme}: {front} on {ground} {ratio:.2} < {least}"));
                    }
                }
            }
        }
    }
    assert!(weak.is_empty(), "{weak:#?}");
}
