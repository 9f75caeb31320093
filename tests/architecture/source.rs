//! Rust files, and the same files without comments and text in quotes, line for line.

use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Source {
    /// From the workspace's root, with `/`.
    pub path: String,
    pub text: String,
    /// The same lines with comments and the insides of quotes blanked.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: blank(text) }
    }

    /// Every Rust file of the workspace.
    pub fn all() -> Vec<Self> {
        let mut left = vec![root()];
        let mut found = Vec::new();
        while let Some(room) = left.pop() {
            for entry in std::fs::read_dir(&room).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && name != "target" && !name.starts_with('.') {
                    left.push(path);
                } else if name.ends_with(".rs") {
                    found.push(path);
                }
            }
        }
        found.sort();
        found.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        let inside = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        Self::new(&inside, &std::fs::read_to_string(path).unwrap())
    }

    /// The code above the file's own tests.
    pub fn above_tests(&self) -> &str {
        let marked = self.code.match_indices("#[cfg(test)]").find(|(at, mark)| {
            let rest = self.code[at + mark.len()..].trim_start();
            rest.strip_prefix("pub ").unwrap_or(rest).starts_with("mod ")
                && rest.split(';').next().unwrap().contains('{')
        });
        marked.map_or(&self.code, |(at, _)| &self.code[..at])
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The line, counted from one, of a place in a text.
pub fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Whether a word of code stands at this place: `sqlx`, but not in `my_sqlx`.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !code[..*at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

/// Blanks comments and the insides of quotes; line breaks stay where they are.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let hidden = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(end) = raw(rest, &out) {
            end
        } else if c == '"' {
            quoted(rest)
        } else if c == '\'' {
            character(rest)
        } else {
            0
        };
        if hidden == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            out.extend(rest[..hidden].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[hidden..];
        }
    }
    out
}

/// The length of `r#"…"#` at the start, unless the `r` ends a name.
fn raw(rest: &str, before: &str) -> Option<usize> {
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !before.ends_with('b') {
        return None;
    }
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let open = 1 + hashes + 1;
    Some(rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()))
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character in quotes; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, _))) => rest[at + 1..].find('\'').map_or(0, |end| at + 1 + end + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

#[test]
fn comments_and_quotes_are_blanked_line_for_line() {
    let text = "use a; // crate::x\nlet s = \"crate::y \\\" z\"; let c = '\"'; /* crate::\n */ fn f<'a>() {}\nr#\"crate::\"# b";
    let code = blank(text);
    assert_eq!(code.lines().count(), text.lines().count());
    assert!(!code.contains("crate") && code.contains("fn f<'a>() {}") && code.ends_with(" b"), "{code}");
}

#[test]
fn what_stands_below_the_tests_is_left_out() {
    let source =
        Source::new("a.rs", "#[cfg(test)]\nmod away;\nuse a;\n#[cfg(test)]\nmod tests {\n use b;\n}\n");
    assert!(source.above_tests().contains("use a") && !source.above_tests().contains("use b"));
}
