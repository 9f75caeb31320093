//! Every word stands in the message file, every key is used, and nothing visible is written anywhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

use super::html::{Node, read};
use crate::view::catalogue;
use crate::view::words::Words;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

/// `page.name` of every message of a file.
fn keys(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut id = String::new();
    let mut keys = BTreeSet::new();
    for line in text.lines() {
        if let Some((name, _)) = line.split_once(" =")
            && !line.starts_with([' ', '#', '.'])
        {
            id = name.to_owned();
        } else if let Some((name, _)) = line.trim_start().strip_prefix('.').and_then(|l| l.split_once(" =")) {
            assert!(keys.insert(format!("{id}.{name}")), "{id}.{name} stands twice");
        }
    }
    keys
}

/// String literals of our code and templates that look like keys of a page that exists.
fn used(known: &BTreeSet<String>) -> BTreeMap<String, PathBuf> {
    let pages: BTreeSet<&str> = known.iter().filter_map(|k| k.split('.').next()).collect();
    let code = ["src/view", "src/http"].into_iter().flat_map(|room| files(&here(room), "rs"));
    let sources = code.chain(files(&here("templates"), "html"));
    let sources = sources.filter(|path| !path.components().any(|c| c.as_os_str() == "checks"));
    let mut used = BTreeMap::new();
    for path in sources {
        for literal in std::fs::read_to_string(&path).unwrap().split('"') {
            let parts = literal.split_once('.');
            let keyish = parts.is_some_and(|(page, name)| {
                pages.contains(page)
                    && !name.is_empty()
                    // A file's name.
                    && !["css", "js"].contains(&name)
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
            });
            if keyish {
                used.insert(literal.to_owned(), path.clone());
            }
        }
    }
    used
}

#[test]
fn every_message_file_can_be_read_whole() {
    for path in files(&here("messages"), "ftl") {
        let text = std::fs::read_to_string(&path).unwrap();
        let faults = FluentResource::try_new(text).err().map(|(_, faults)| faults);
        assert!(faults.is_none(), "{}: {faults:?}", path.display());
        assert!(
            keys(&path).is_subset(&keys(&here("messages/en.ftl"))),
            "{}: a key that English lacks",
            path.display()
        );
    }
}

/// Keys that are put together at run time: a problem of a field, a challenge question, a country.
fn composed(key: &str) -> bool {
    ["problem.", "question.", "country."].iter().any(|page| key.starts_with(page))
}

/// Names of samples in the catalogue look like keys too.
fn sample_names() -> BTreeSet<String> {
    let letters = catalogue::letters(&Words::english()).into_iter().map(|s| s.slug.to_owned());
    catalogue::pages(&Words::english()).into_iter().map(|s| s.slug).chain(letters).collect()
}

#[test]
fn every_key_that_is_used_exists_and_every_key_is_used() {
    let known = keys(&here("messages/en.ftl"));
    let used = used(&known);
    let samples = sample_names();
    for (key, path) in &used {
        assert!(known.contains(key) || samples.contains(key), "{key} of {} has no words", path.display());
    }
    let idle: Vec<&String> = known.iter().filter(|k| !used.contains_key(*k) && !composed(k)).collect();
    assert!(idle.is_empty(), "nobody uses {idle:?}");
}

/// B03: each field's problem is said by the field's name, or at least in general.
#[test]
fn composed_keys_have_words_and_no_stranger_among_them() {
    use harp_core::account::challenge::Question;
    let words = Words::english();
    for question in Question::ALL {
        assert!(words.knows(&format!("question.{}", question.as_str())));
    }
    let countries = crate::view::register::countries(&words);
    assert_eq!(countries.len(), 249);
    assert_eq!(countries[0].value, "US");
    assert!(countries.iter().all(|c| words.knows(&format!("country.{}", c.value))));
}

/// No template has words of its own: between its tags and in its spoken attributes there are only expressions.
#[test]
fn no_template_has_words_of_its_own() {
    let sources: Vec<(String, String)> = files(&here("templates"), "html")
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    for (path, mut source) in sources {
        // Attributes for a form, which a page puts into its tag.
        if path.ends_with("part/passkey_asked.html") {
            source = format!("<form{source}>");
        }
        // Two macros are pieces of a tag and no text.
        for piece in ["macro state()", "macro required()"] {
            if let Some(start) = source.find(piece) {
                let end = source[start..].find("endmacro").unwrap() + start;
                source.replace_range(start..end, "");
            }
        }
        let mut plain = String::new();
        let mut rest = source.as_str();
        while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
            plain.push_str(&rest[..start]);
            let close = if rest[start..].starts_with("{{") { "}}" } else { "%}" };
            let end = rest[start..].find(close).unwrap() + start + 2;
            rest = &rest[end..];
        }
        plain.push_str(rest);
        let mut in_tag = false;
        let visible: String = plain
            .chars()
            .filter(|c| {
                in_tag = (in_tag || *c == '<') && *c != '>';
                !in_tag && c.is_alphabetic()
            })
            .collect();
        assert!(visible.is_empty(), "{path} says {visible:?}");
        for spoken in ["alt=\"", "title=\"", "aria-label=\"", "placeholder=\""] {
            for (at, _) in plain.match_indices(spoken) {
                assert!(plain[at + spoken.len()..].starts_with('"'), "{path}: {spoken}");
            }
        }
    }
}

/// The pseudo-locale: what stays the same when every message changes is sample data, or it was written past the message file.
#[test]
fn whatever_a_page_says_comes_from_the_message_file() {
    let data: String = files(&here("src/view/catalogue"), "rs")
        .iter()
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    for sample in catalogue::pages(&Words::pseudo()) {
        let nodes = read(&sample.html).unwrap();
        let spoken = nodes.iter().flat_map(|node| match node {
            Node::Text(text) => vec![text.clone()],
            node => ["alt", "title", "aria-label"]
                .iter()
                .filter_map(|a| node.attribute(a))
                .map(str::to_owned)
                .collect(),
        });
        for text in spoken {
            for run in text.split(|c: char| !c.is_ascii_alphabetic()).filter(|run| run.len() > 2) {
                assert!(
                    data.contains(run) || ["HARP", "UTC"].contains(&run),
                    "{}: {run:?} in {text:?}",
                    sample.slug
                );
            }
        }
    }
}
