//! Every word that a person reads here: `messages/en.ftl` (Project Fluent). A key is `page.name`: message and attribute.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

const ENGLISH: &str = include_str!("../messages/en.ftl");

static WORDS: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle = FluentBundle::new_concurrent("en".parse().into_iter().collect());
    // Isolation marks would land in titles and file names.
    bundle.set_use_isolating(false);
    // A faulty message is left out here and found by the test that reads the file.
    bundle.add_resource_overriding(
        FluentResource::try_new(ENGLISH.to_owned()).unwrap_or_else(|(rest, _)| rest),
    );
    bundle
});

/// The words of a key. A key that the file lacks shows itself, so that it is seen.
pub fn t(key: &str) -> String {
    found(key, None)
}

/// The words of a key with its arguments in place.
pub fn say<'a, V: Clone + Into<FluentValue<'a>>>(key: &str, args: &[(&'a str, V)]) -> String {
    let args: FluentArgs<'a> = args.iter().map(|(name, value)| (*name, value.clone().into())).collect();
    found(key, Some(&args))
}

fn found(key: &str, args: Option<&FluentArgs<'_>>) -> String {
    let words = || {
        let (message, attribute) = key.split_once('.')?;
        let pattern = WORDS.get_message(message)?.get_attribute(attribute)?.value();
        Some(WORDS.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    };
    words().unwrap_or_else(|| format!("⟦{key}⟧"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    /// `page.name` of every attribute of the file.
    fn keys() -> BTreeSet<String> {
        let mut page = String::new();
        let mut keys = BTreeSet::new();
        for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(" =") {
                Some((name, _)) if line.starts_with("    .") => {
                    assert!(keys.insert(format!("{page}{}", name.trim())), "{page}{name} stands twice");
                }
                Some((name, _)) if !line.starts_with(' ') => page = name.to_owned(),
                _ => {}
            }
        }
        keys
    }

    fn sources(dir: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn every_key_is_used_and_every_key_that_is_used_is_there() {
        assert!(FluentResource::try_new(ENGLISH.to_owned()).is_ok());
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut used = BTreeSet::new();
        for path in ["src", "templates"].into_iter().flat_map(|room| sources(&here.join(room))) {
            if path.ends_with("words.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for call in ["t(\"", "say(\""] {
                used.extend(
                    text.split(call)
                        .skip(1)
                        .filter_map(|rest| rest.split('"').next())
                        .filter(|key| {
                            key.contains('.')
                                && key.bytes().all(|b| b.is_ascii_lowercase() || b".-".contains(&b))
                        })
                        .map(str::to_owned),
                );
            }
        }
        let known = keys();
        assert!(known.len() > 40, "the file was read");
        assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "never used");
        assert_eq!(used.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the file");
    }

    #[test]
    fn arguments_and_plurals_find_their_place() {
        assert_eq!(say("files.caption", &[("count", 1)]), "1 file, the newest first");
        assert_eq!(say("files.caption", &[("count", 2)]), "2 files, the newest first");
        assert_eq!(t("files.unheard-of"), "⟦files.unheard-of⟧");
    }
}
