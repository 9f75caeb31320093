//! The rules of the house that a compiler does not hold: which room may use which, where a library may be named, how
//! long a file may be, and that every mission row is accounted for.
//!
//! Each finding says where, which rule, and what to do. Each rule is tried on a small bad input as well, so that it is
//! known to be able to fail.

#[cfg(test)]
mod architecture {
    mod mission;
    mod order;
    mod places;
    mod source;

    use source::Source;

    fn nothing_found(findings: &[String]) {
        assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    }

    #[test]
    fn rooms_use_only_rooms_before_them() {
        let sources = Source::all();
        nothing_found(
            &["harp-core", "harp-oidc", "harp-sdk"].map(|name| order::check(name, &sources)).concat(),
        );
    }

    #[test]
    fn libraries_stay_in_their_rooms() {
        nothing_found(&places::libraries(&Source::all()));
    }

    #[test]
    fn files_are_short_and_rooms_have_names() {
        nothing_found(&places::files(&Source::all()));
    }

    #[test]
    fn no_test_is_ignored_without_reason_and_date() {
        nothing_found(&places::ignored(&Source::all()));
    }

    #[test]
    fn every_mission_row_is_accounted_for() {
        let table = std::fs::read_to_string(source::root().join("docs/features.md")).unwrap();
        nothing_found(&mission::check(&table, &Source::all()));
    }
}
