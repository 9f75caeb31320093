//! Rooms know each other only downhill. A crate's `lib.rs` says the order in its first comment,
//! ``[`kernel`] › `policy` › .. with `adapter` beside `flow` ``, and this holds every file to it.

use std::collections::BTreeMap;

use super::source::{Source, line};

/// What the files of a crate import against the order that its `lib.rs` states.
pub fn check(name: &str, sources: &[Source]) -> Vec<String> {
    let prefix = format!("{name}/src/");
    let Some(map) = sources.iter().find(|source| source.path == format!("{prefix}lib.rs")) else {
        return vec![format!("{name} has no src/lib.rs")];
    };
    let ranks = stated(&map.text);
    if ranks.is_empty() {
        return vec![format!(
            "{}:1: the first comment does not state the order of rooms: `a` › `b` › `c`",
            map.path
        )];
    }
    let files = sources.iter().filter_map(|source| Some((source, source.path.strip_prefix(&prefix)?)));
    files.flat_map(|(source, inside)| uphill(source, inside, &ranks)).collect()
}

/// The rank of each room.
fn stated(text: &str) -> BTreeMap<String, usize> {
    let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let comment = comment.join(" ").replace(['[', ']'], "");
    let mut ranks = BTreeMap::new();
    let mut steps = comment.split('›').peekable();
    while let Some(step) = steps.next() {
        let names: Vec<&str> = step.split('`').skip(1).step_by(2).collect();
        // The first and the last step stand in a sentence: the room is the name next to the sign.
        let room = if steps.peek().is_some() { names.last() } else { names.first() };
        if comment.contains('›')
            && let Some(room) = room
        {
            ranks.insert((*room).to_owned(), ranks.len());
        }
    }
    let words: Vec<&str> =
        comment.split_whitespace().map(|word| word.trim_matches([',', '.', ';', ':'])).collect();
    for three in words.windows(3).filter(|three| three[1] == "beside") {
        if let Some(rank) = ranks.get(three[2].trim_matches('`')).copied() {
            ranks.insert(three[0].trim_matches('`').to_owned(), rank);
        }
    }
    ranks
}

fn uphill(source: &Source, inside: &str, ranks: &BTreeMap<String, usize>) -> Vec<String> {
    let here = inside.split(['/', '.']).next().unwrap();
    // The map of the crate may name every room, and so may a program beside it.
    if ["lib", "main", "bin"].contains(&here) {
        return Vec::new();
    }
    let at_line = |at: usize| format!("{}:{}", source.path, line(source.above_tests(), at));
    let Some(rank) = ranks.get(here) else {
        return vec![format!(
            "{}:1: room `{here}` has no place in the order that lib.rs states; give it one",
            source.path
        )];
    };
    let mut found = Vec::new();
    for (at, room) in imports(source.above_tests(), inside) {
        match ranks.get(&room) {
            _ if room == here => {}
            Some(other) if other < rank => {}
            Some(other) => found.push(format!(
                "{}: `{here}` uses `{room}`, which stands {} it in the order of lib.rs; \
                 move what both need into an earlier room, or hand it in as a value",
                at_line(at),
                if other == rank { "beside" } else { "after" }
            )),
            None => found.push(format!(
                "{}: `{here}` uses `crate::{room}`, which is no room of the order; name the room where it is made",
                at_line(at)
            )),
        }
    }
    found
}

/// The rooms named by `crate::x`, `crate::{x, y::z}` and enough `super::`, with their places.
fn imports(code: &str, inside: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        found.extend(heads(code, at + "crate::".len()));
    }
    let depth = inside.trim_end_matches("/mod.rs").trim_end_matches(".rs").split('/').count();
    let climb = "super::".repeat(depth);
    for (at, _) in code.match_indices(&climb) {
        // Exactly that many: one more would leave the crate, one less stays in the room.
        if !code[..at].ends_with("super::") && !code[at + climb.len()..].starts_with("super::") {
            found.extend(heads(code, at + climb.len()));
        }
    }
    found
}

/// The first name of a path, or of each path in a group.
fn heads(code: &str, at: usize) -> Vec<(usize, String)> {
    let name = |at: usize| -> Option<(usize, String)> {
        let name: String = code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        // A macro lives at the crate's root, wherever it is written.
        (!name.is_empty() && !code[at + name.len()..].starts_with('!')).then_some((at, name))
    };
    if !code[at..].starts_with('{') {
        return name(at).into_iter().collect();
    }
    let mut found = Vec::new();
    let (mut depth, mut fresh) = (0, false);
    for (offset, c) in code[at..].char_indices() {
        match c {
            '{' => (depth, fresh) = (depth + 1, true),
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' => fresh = true,
            c if c.is_whitespace() => {}
            _ => {
                if fresh && depth == 1 {
                    found.extend(name(at + offset));
                }
                fresh = false;
            }
        }
    }
    found
}

#[test]
fn the_order_is_read_from_a_sentence() {
    let ranks = stated(
        "//! HARP's `core`. In order:\n//! [`kernel`] › `policy` ›\n//! `flow`, with `adapter` beside `flow`.\n\nmod x;",
    );
    let expected = [("adapter", 2), ("flow", 2), ("kernel", 0), ("policy", 1)];
    assert_eq!(ranks, expected.map(|(name, rank)| (name.to_owned(), rank)).into());
}

#[cfg(test)]
fn findings(path: &str, text: &str) -> Vec<String> {
    let map = Source::new("c/src/lib.rs", "//! `kernel` › `store` › `flow`, with `adapter` beside `flow`\n");
    check("c", &[map, Source::new(path, text)])
}

#[test]
fn an_import_uphill_is_found_however_it_is_written() {
    for (path, text) in [
        ("c/src/store/mod.rs", "\nuse crate::flow::Start;"),
        ("c/src/store/mod.rs", "\nuse crate::{kernel::Id, flow::{Start, self}};"),
        ("c/src/store/mod.rs", "\nfn f() { super::flow::start() }"),
        ("c/src/store/deep.rs", "\nuse super::super::flow;"),
        ("c/src/adapter/sql.rs", "\nuse crate::flow::Start;"),
    ] {
        let found = findings(path, text);
        assert!(found.len() == 1 && found[0].starts_with(&format!("{path}:2: ")), "{text}: {found:?}");
        assert!(found[0].contains("uses `flow`"), "{found:?}");
    }
    assert!(findings("c/src/store/mod.rs", "use crate::Start;")[0].contains("is no room of the order"));
    assert!(findings("c/src/helper.rs", "")[0].contains("has no place"));
    assert!(
        check("c", &[Source::new("c/src/lib.rs", "//! Nothing said.")])[0]
            .contains("does not state the order")
    );
}

#[test]
fn an_import_downhill_a_comment_and_a_test_are_not() {
    for text in [
        "use crate::kernel::Id; // crate::flow",
        "use crate::store::Tx; const S: &str = \"crate::flow\";",
        "#[cfg(test)]\nmod tests { use crate::flow::Start; }",
        "crate::say!(); use super::deep::X;",
    ] {
        let path = if text.contains("super::deep") { "c/src/store/mod/x.rs" } else { "c/src/store/mod.rs" };
        assert_eq!(findings(path, text), Vec::<String>::new(), "{text}");
    }
}
