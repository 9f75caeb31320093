//! The colours of the pages and their contrast (WCAG 2.2 1.4.3, 1.4.11): 4.5:1 for text, 3:1 for parts and focus, in light and
//! in dark. An application's own colours ([`super::brand`]) are held to the same when HARP starts.

use std::collections::BTreeMap;

const STYLESHEET: &str = include_str!("../../static/harp.css");

/// Red, green and blue from 0 to 1, by the token's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens(BTreeMap<String, [f64; 3]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

impl Scheme {
    pub const BOTH: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        }
    }
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

impl Tokens {
    /// HARP's own.
    pub fn own(scheme: Scheme) -> Tokens {
        let mut tokens = block(":root {");
        if scheme == Scheme::Dark {
            tokens.extend(block("@media (prefers-color-scheme: dark) {\n  :root {"));
        }
        Tokens(tokens)
    }

    /// With some in place of HARP's own. Says what is wrong: a name that is no token, or a colour that is not `#rrggbb`.
    pub fn with(mut self, others: &BTreeMap<String, String>) -> Result<Tokens, String> {
        for (name, value) in others {
            let Some(token) = self.0.get_mut(name) else {
                let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
                return Err(format!("there is no colour `{name}`; there are {}", known.join(", ")));
            };
            *token = colour(value).ok_or_else(|| format!("`{name}` must be a colour like #0b5566"))?;
        }
        Ok(self)
    }

    /// The pairs that people could not tell apart, in words.
    pub fn weak(&self) -> Vec<String> {
        let all = [(4.5, TEXT), (3.0, PARTS)];
        let pairs = all.iter().flat_map(|(least, pairs)| {
            pairs.iter().flat_map(move |(front, grounds)| grounds.iter().map(move |g| (*least, *front, *g)))
        });
        let weak = pairs.filter_map(|(least, front, ground)| {
            let ratio = contrast(*self.0.get(front)?, *self.0.get(ground)?);
            (ratio < least)
                .then(|| format!("`{front}` on `{ground}` has a contrast of {ratio:.2}, it takes {least}"))
        });
        weak.collect()
    }
}

/// The colours in the first block that begins so.
fn block(begin: &str) -> BTreeMap<String, [f64; 3]> {
    let body =
        STYLESHEET.split_once(begin).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(body, _)| body);
    let lines = body.lines().filter_map(|line| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": ")?;
        Some((name.to_owned(), colour(value.trim_end_matches(';'))?))
    });
    lines.collect()
}

fn colour(text: &str) -> Option<[f64; 3]> {
    let hex =
        text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| Some(f64::from(u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?) / 255.0);
    Some([part(0)?, part(2)?, part(4)?])
}

/// WCAG 2.2, relative luminance.
fn luminance(rgb: [f64; 3]) -> f64 {
    let [r, g, b] = rgb.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_parts_and_focus_have_contrast_in_light_and_in_dark() {
        let [light, dark] = Scheme::BOTH.map(Tokens::own);
        assert_ne!(light, dark);
        for tokens in [light, dark] {
            for (front, grounds) in TEXT.iter().chain(PARTS) {
                assert!(
                    [front].into_iter().chain(*grounds).all(|name| tokens.0.contains_key(*name)),
                    "{front}"
                );
            }
            assert!(tokens.weak().is_empty(), "{:#?}", tokens.weak());
        }
        assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.01);
    }

    #[test]
    fn a_weak_colour_an_unknown_name_and_no_colour_are_told_apart() {
        let with = |name: &str, value: &str| {
            Tokens::own(Scheme::Light).with(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
        };
        let weak = with("brand", "#9fd0dc").unwrap().weak();
        assert!(
            weak.iter().any(|line| line.starts_with("`brand` on `paper` has a contrast of 1.")),
            "{weak:?}"
        );
        assert!(with("brand", "#5a2a82").unwrap().weak().is_empty());
        assert!(with("brant", "#000000").unwrap_err().contains("there is no colour `brant`"));
        for bad in ["red", "#fff", "#12345g", "#0b5566; } body { display: none", "url(x)"] {
            assert!(with("brand", bad).unwrap_err().contains("#0b5566"), "{bad}");
        }
    }
}
