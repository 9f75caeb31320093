//! Where a library may be named, how long a file may be, what a room may be called.

use super::source::{Source, line, words};

/// A library, the crates that are held to it, and the only places where they may name it.
struct Confined {
    library: &'static str,
    within: &'static [&'static str],
    only: &'static [&'static str],
    otherwise: &'static str,
}

const CONFINED: &[Confined] = &[
    Confined {
        library: "sqlx",
        within: &["harp-core/src/", "harp-oidc/src/", "harp-sdk/src/", "examples/"],
        only: &["harp-core/src/adapter/sql/", "harp-oidc/src/store/sql/"],
        otherwise: "add a method to a store port and write its SQL there",
    },
    Confined {
        library: "axum",
        within: &["harp-core/src/", "harp-oidc/src/", "harp-sdk/src/"],
        only: &[
            "harp-oidc/src/http/",
            "harp-oidc/src/worker",
            "harp-oidc/src/provider.rs",
            "harp-oidc/src/main/",
            "harp-oidc/src/lib.rs",
            "harp-sdk/src/axum",
            "harp-sdk/src/lib.rs",
        ],
        otherwise: "extractors parse and handlers answer there; hand on plain values",
    },
];

pub fn libraries(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for rule in CONFINED {
        let starts = |places: &[&str], path: &str| places.iter().any(|place| path.starts_with(place));
        let held = |source: &&Source| starts(rule.within, &source.path) && !starts(rule.only, &source.path);
        for source in sources.iter().filter(held) {
            // `sqlx::x` and `use sqlx`; a module of our own called `axum` is declared, not used, by `mod axum`.
            let code = source.above_tests();
            let named = words(code, rule.library).filter(|at| {
                code[at + rule.library.len()..].starts_with("::") && !code[..*at].ends_with("::")
                    || code[..*at].ends_with("use ")
            });
            found.extend(named.map(|at| {
                let place = format!("{}:{}", source.path, line(code, at));
                format!(
                    "{place}: `{}` is named outside {}; {}",
                    rule.library,
                    rule.only.join(", "),
                    rule.otherwise
                )
            }));
        }
    }
    found
}

const LONGEST: usize = 600;
/// Rooms without a subject: where cycles start.
const NAMELESS: [&str; 8] = ["util", "utils", "common", "types", "prelude", "helpers", "misc", "shared"];

pub fn files(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > LONGEST {
            found.push(format!("{}:{LONGEST}: {lines} lines; divide it by subject", source.path));
        }
        let mut parts = source.path.trim_end_matches(".rs").split('/');
        if let Some(name) = parts.find(|part| NAMELESS.contains(part)) {
            found.push(format!(
                "{}:1: `{name}` says nothing; name the room after its one subject",
                source.path
            ));
        }
    }
    found
}

pub fn ignored(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (at, _) in source.code.match_indices("#[ignore") {
            let line = line(&source.code, at);
            let text = source.text.lines().nth(line - 1).unwrap_or_default();
            if !text
                .split_once("ignore = \"")
                .is_some_and(|(_, reason)| has_date(reason) && reason.len() > 20)
            {
                found.push(format!(
                    "{}:{line}: an ignored test needs `= \"why, until when, YYYY-MM-DD\"`; better mend it",
                    source.path
                ));
            }
        }
    }
    found
}

/// `2026-11-23`, anywhere.
fn has_date(text: &str) -> bool {
    text.as_bytes().windows(10).any(|window| {
        window
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
    })
}

#[test]
fn a_library_outside_its_room_is_found() {
    let bad = [
        Source::new("harp-core/src/flow/a.rs", "\nuse sqlx::Row;"),
        Source::new("harp-oidc/src/flow/a.rs", "fn f(_: axum::Json<()>) {}"),
        Source::new("harp-sdk/src/login.rs", "use axum;"),
        Source::new("examples/mft/src/lib.rs", "sqlx::query(\"\")"),
    ];
    let found = libraries(&bad);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].starts_with("harp-core/src/flow/a.rs:2: `sqlx`"), "{found:?}");
    let good = [
        Source::new("harp-core/src/adapter/sql/row.rs", "use sqlx::Row;"),
        Source::new("harp-oidc/src/http/mod.rs", "use axum::Router;"),
        Source::new("harp-oidc/src/flow/a.rs", "// axum::Router\nmod axum_like; let s = \"sqlx::x\";"),
        Source::new("examples/mft/src/lib.rs", "use axum::Router;"),
    ];
    assert_eq!(libraries(&good), Vec::<String>::new());
}

#[test]
fn a_long_file_and_a_nameless_room_are_found() {
    let found =
        files(&[Source::new("harp-core/src/a.rs", &"x\n".repeat(601)), Source::new("x/src/util/a.rs", "")]);
    assert!(found[0].contains("601 lines") && found[1].contains("`util`"), "{found:?}");
    assert_eq!(files(&[Source::new("harp-core/src/a.rs", &"x\n".repeat(600))]), Vec::<String>::new());
}

#[test]
fn an_ignored_test_without_reason_and_date_is_found() {
    let found = ignored(&[
        Source::new("a.rs", "#[test]\n#[ignore]\nfn x() {}"),
        Source::new("b.rs", "#[ignore = \"flaky\"]"),
        Source::new("c.rs", "#[ignore = \"waits for SQLite 3.52, see decision 7, 2026-11-23\"]"),
    ]);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("a.rs:2: "), "{found:?}");
}
