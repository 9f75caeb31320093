//! The message file: every word that a person reads, one file per language (`messages/<language>.ftl`, Project Fluent).
//! A second language is a file there and no change of code. A key is `page.name`: message and attribute.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

#[derive(rust_embed::RustEmbed)]
#[folder = "messages/"]
struct Files;

/// The language that ships, and that stands in where another one lacks a key.
const FALLBACK: &str = "en";

static LANGUAGES: LazyLock<BTreeMap<String, Arc<Language>>> = LazyLock::new(|| {
    let languages = Files::iter().filter_map(|file| {
        let tag = file.strip_suffix(".ftl")?.to_owned();
        let text = String::from_utf8(Files::get(&file)?.data.into_owned()).ok()?;
        Some((tag.clone(), Arc::new(Language::read(tag, text)?)))
    });
    languages.collect()
});

struct Language {
    tag: String,
    bundle: FluentBundle<FluentResource>,
}

impl Language {
    fn read(tag: String, text: String) -> Option<Self> {
        let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().ok()?]);
        // Isolation marks would land in text messages, titles and copied codes.
        bundle.set_use_isolating(false);
        // A faulty message is left out here and found by the test that reads every file.
        let resource = FluentResource::try_new(text).unwrap_or_else(|(rest, _)| rest);
        bundle.add_resource_overriding(resource);
        Some(Self { tag, bundle })
    }

    fn find(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let (id, attribute) = key.split_once('.')?;
        let message = self.bundle.get_message(id)?;
        let pattern = message.get_attribute(attribute)?.value();
        let mut faults = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut faults).into_owned())
    }
}

/// One language's words. Cheap to clone.
#[derive(Clone)]
pub struct Words(Option<Arc<Language>>);

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.tag())
    }
}

impl Words {
    pub fn english() -> Self {
        Self(LANGUAGES.get(FALLBACK).cloned())
    }

    /// The language with this BCP 47 tag, or with its primary subtag (`es-MX` finds `es`), if there is a file for it.
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or(tag);
        [tag, primary].into_iter().find_map(|t| LANGUAGES.get(t)).map(|l| Self(Some(l.clone())))
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); English when none fits.
    pub fn accepted(header: &str) -> Self {
        let mut wanted: Vec<(f32, &str)> = header
            .split(',')
            .take(20)
            .filter_map(|part| {
                let (tag, q) = part.split_once(';').unwrap_or((part, "q=1"));
                let q = q.trim().strip_prefix("q=")?.parse().ok()?;
                Some((q, tag.trim()))
            })
            .filter(|(q, _)| *q > 0.0)
            .collect();
        // Stable: of equal weights the first named stays first.
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.into_iter().find_map(|(_, tag)| Words::named(tag)).unwrap_or_else(Words::english)
    }

    /// For `<html lang>`.
    pub fn tag(&self) -> &str {
        self.0.as_ref().map_or(FALLBACK, |l| &l.tag)
    }

    /// Left to right or right to left, for `<html dir>`.
    pub fn direction(&self) -> &'static str {
        let primary = self.tag().split('-').next().unwrap_or_default();
        if matches!(primary, "ar" | "fa" | "he" | "ps" | "ur" | "yi") { "rtl" } else { "ltr" }
    }

    /// The words of a key. A key that no file knows shows itself, so that it is seen.
    pub fn t(&self, key: &str) -> String {
        self.format(key, None).unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// The words of a message with its arguments in place.
    pub fn say(&self, message: &Message) -> String {
        let args: FluentArgs<'_> = message.args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(&message.key, Some(&args)).unwrap_or_else(|| format!("⟦{}⟧", message.key))
    }

    pub fn knows(&self, key: &str) -> bool {
        self.format(key, None).is_some()
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let own = self.0.as_ref().and_then(|l| l.find(key, args));
        own.or_else(|| LANGUAGES.get(FALLBACK)?.find(key, args))
    }

    /// English with every letter changed, for the test that finds words outside the message file.
    #[cfg(test)]
    pub fn pseudo() -> Self {
        fn changed(text: &str) -> Cow<'_, str> {
            let swap = |c: char| match c {
                'a'..='z' => char::from_u32(c as u32 - 'a' as u32 + 'ⓐ' as u32).unwrap_or(c),
                'A'..='Z' => char::from_u32(c as u32 - 'A' as u32 + 'Ⓐ' as u32).unwrap_or(c),
                c => c,
            };
            Cow::Owned(text.chars().map(swap).collect())
        }
        let text = String::from_utf8(Files::get("en.ftl").unwrap().data.into_owned()).unwrap();
        let mut language = Language::read("en".to_owned(), text).unwrap();
        language.bundle.set_transform(Some(changed));
        Self(Some(Arc::new(language)))
    }
}

/// A key with its arguments: words that are chosen where the facts are known and said where the language is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    key: Cow<'static, str>,
    args: Vec<(&'static str, FluentValue<'static>)>,
}

impl Message {
    pub fn new(key: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), args: Vec::new() }
    }

    /// A key put together from parts that are fixed themselves, such as a field and what is wrong with it.
    pub fn composed(key: String) -> Self {
        Self { key: Cow::Owned(key), args: Vec::new() }
    }

    /// With a text in place of `{ $name }`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, FluentValue::from(value.into())));
        self
    }

    /// With a number, by which the words may choose singular or plural.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: u32) -> Self {
        self.args.push((name, FluentValue::from(value)));
        self
    }

    pub fn key(&self) -> &str {
        &self.key
    }
}

impl From<&'static str> for Message {
    fn from(key: &'static str) -> Self {
        Message::new(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_best_language_there_is() {
        for header in ["", "xx", "en-US,en;q=0.9", "xx;q=1, en;q=0.5", ";;;q=,,", "*"] {
            assert_eq!(Words::accepted(header).tag(), "en", "{header:?}");
        }
        assert_eq!(Words::english().direction(), "ltr");
    }

    #[test]
    fn an_unknown_key_shows_itself() {
        assert_eq!(Words::english().t("no-such.key"), "⟦no-such.key⟧");
        assert_eq!(Words::english().t("nokey"), "⟦nokey⟧");
    }

    #[test]
    fn a_count_chooses_singular_or_plural() {
        let left = |n| Words::english().say(&Message::new("not-verified.left").count("count", n));
        assert!(
            left(1).contains("1 more time") && left(2).contains("2 more times"),
            "{} {}",
            left(1),
            left(2)
        );
    }
}
