//! Every mission row stands in docs/features.md with its state, and what is called done names a test that cites it.
//!
//! A row reads `| A01 | what it says | state | where | proof |`. The state is `done`, `partly` or `not built`; only what
//! is not built may lack a proof: the back-quoted name of a test whose comment or body cites the row's ID.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, line};

/// The sections of the mission table and how many rows each has.
const SECTIONS: [(char, usize); 10] = [
    ('A', 12),
    ('B', 13),
    ('C', 13),
    ('D', 10),
    ('E', 15),
    ('F', 15),
    ('G', 23),
    ('H', 10),
    ('I', 23),
    ('K', 9),
];

fn rows() -> Vec<String> {
    SECTIONS
        .iter()
        .flat_map(|(letter, size)| (1..=*size).map(move |number| format!("{letter}{number:02}")))
        .collect()
}

pub fn check(table: &str, sources: &[Source]) -> Vec<String> {
    let tests = tests(sources);
    rows()
        .iter()
        .filter_map(|row| Some(format!("docs/features.md{}", missing(row, table, &tests)?)))
        .collect()
}

/// What is wrong with a row, if anything is.
fn missing(row: &str, table: &str, tests: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let start = format!("| {row} |");
    let mut found = table.lines().enumerate().filter(|(_, line)| line.starts_with(&start));
    let Some((at, text)) = found.next() else {
        return Some(format!(": row {row} is missing; every row is listed"));
    };
    let place = at + 1;
    if found.next().is_some() {
        return Some(format!(":{place}: row {row} stands twice"));
    }
    let cells: Vec<&str> = text.trim().trim_matches('|').split('|').map(str::trim).collect();
    let [_, _, state, _, proof] = cells.as_slice() else {
        return Some(format!(
            ":{place}: row {row} has {} cells instead of 5: ID, what, state, where, proof",
            cells.len()
        ));
    };
    match *state {
        "not built" => None,
        "done" | "partly" => {
            let names: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
            let last =
                |name: &str| name.rsplit("::").next().unwrap_or_default().trim_end_matches("()").to_owned();
            let proven =
                names.iter().any(|name| tests.get(&last(name)).is_some_and(|cited| cited.contains(row)));
            let named = names.join(", ");
            (!proven).then(|| format!(":{place}: row {row} is {state}, yet none of its proofs ({named}) is a test that cites {row}"))
        }
        other => {
            Some(format!(":{place}: the state of row {row} is `{other}`; it is done, partly or not built"))
        }
    }
}

/// Each test function by name, with the rows that its comment, attributes or body cite.
fn tests(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let lines: Vec<&str> = source.text.lines().collect();
        let marks = functions(source);
        for (index, (at, name)) in marks.iter().enumerate() {
            let head = head(&lines, *at);
            let end = marks.get(index + 1).map_or(lines.len(), |(next, _)| self::head(&lines, *next));
            let attributes = lines[head..*at].iter().filter(|line| line.trim().starts_with("#["));
            if source.path.starts_with("tests/") || attributes.into_iter().any(|line| line.contains("test")) {
                found.entry(name.clone()).or_default().extend(cited(&lines[head..end].join("\n")));
            }
        }
    }
    found
}

/// The functions of a file: line (from zero) and name.
fn functions(source: &Source) -> Vec<(usize, String)> {
    let starts = source
        .code
        .match_indices("fn ")
        .filter(|(at, _)| source.code[..*at].chars().next_back().is_none_or(char::is_whitespace));
    let named = starts.map(|(at, mark)| {
        let name =
            source.code[at + mark.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (line(&source.code, at) - 1, name)
    });
    named.filter(|(_, name): &(usize, String)| !name.is_empty()).collect()
}

/// Where the comments and attributes above a function begin.
fn head(lines: &[&str], function: usize) -> usize {
    let belongs = |line: &&&str| ["//", "#["].iter().any(|start| line.trim().starts_with(start));
    function - lines[..function].iter().rev().take_while(belongs).count()
}

/// The rows that a text names, spans such as `B03-B06` or `B03–B06` included.
fn cited(text: &str) -> BTreeSet<String> {
    let all = rows();
    let place = |id: &str| all.iter().position(|row| row == id);
    let mut found = BTreeSet::new();
    let mut before: Option<(usize, &str)> = None;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let between = &rest[..at];
        let length =
            rest[at..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len() - at);
        let word = &rest[at..at + length];
        if let Some(now) = place(word) {
            let spans = before.filter(|_| ["-", "–", " to "].contains(&between) || between.trim() == "–");
            found.extend(all[spans.map_or(now, |(first, _)| first.min(now))..=now].iter().cloned());
            before = Some((now, word));
        } else if word != "to" {
            before = None;
        }
        rest = &rest[at + length..];
    }
    found
}

#[test]
fn there_are_143_rows() {
    assert_eq!(rows().len(), 143);
}

#[test]
fn citations_are_read_with_their_spans() {
    let found: Vec<String> =
        cited("/// B03–B05, C11-C12 and F01; not C99, nor xA01, B13_x").into_iter().collect();
    assert_eq!(found, ["B03", "B04", "B05", "C11", "C12", "F01"]);
}

#[cfg(test)]
fn said(row: &str) -> Vec<String> {
    let code = "/// A01\n#[tokio::test]\nasync fn signs_in() {\n    let x = 1;\n}\n\n/// A02\nfn helper() {}\n\n#[test]\nfn other() {}\n";
    let full: String =
        rows().iter().filter(|id| *id != "A01").map(|id| format!("| {id} | x | not built | | |\n")).collect();
    check(&format!("{full}{row}\n"), &[Source::new("harp-core/src/a.rs", code)])
}

#[test]
fn a_row_counts_only_with_a_test_that_cites_it() {
    assert_eq!(said("| A01 | x | done | core | `journey::signs_in` |"), Vec::<String>::new());
    for (row, why) in [
        ("", "row A01 is missing"),
        ("| A01 | x | done | core | `helper` |", "none of its proofs (helper)"),
        ("| A01 | x | partly | core | `other` |", "none of its proofs (other)"),
        ("| A01 | x | done | core | |", "none of its proofs ()"),
        ("| A01 | x | soon | core | |", "it is done, partly or not built"),
        ("| A01 | x | done |", "instead of 5"),
        ("| A01 | x | not built | | |\n| A01 | x | not built | | |", "stands twice"),
    ] {
        let found = said(row);
        assert!(found.len() == 1 && found[0].contains(why), "{row}: {found:?}");
    }
}
