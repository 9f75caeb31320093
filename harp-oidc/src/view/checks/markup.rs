//! What holds for the markup of every page in every state (pages.md; WCAG 2.2; the content security policy).

use std::collections::BTreeSet;

use super::html::{Node, read, text_of};
use crate::view::catalogue::{self, Sample};
use crate::view::url;
use crate::view::words::Words;

fn pages() -> Vec<(Sample, Vec<Node>)> {
    let read = |sample: Sample| {
        let nodes = read(&sample.html).unwrap_or_else(|e| panic!("{}: {e}\n{}", sample.slug, sample.html));
        (sample, nodes)
    };
    catalogue::pages(&Words::english()).into_iter().map(read).collect()
}

fn ids(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().filter_map(|n| n.attribute("id")).collect()
}

#[test]
fn every_page_says_where_one_is() {
    for (sample, nodes) in pages() {
        let count = |tag: &str| nodes.iter().filter(|n| n.tag() == tag).count();
        let slug = &sample.slug;
        assert_eq!((count("h1"), count("title"), count("main")), (1, 1, 1), "{slug}");
        let html = nodes.iter().find(|n| n.tag() == "html").unwrap();
        assert_eq!(html.attribute("lang"), Some("en"), "{slug}");
        let title = text_of(&nodes, |n| n.tag() == "title").unwrap();
        assert!(title.ends_with(" – HARP") && title.len() > 8, "{slug}: {title}");
        assert!(!sample.html.contains('⟦'), "{slug}: a key without words");
    }
}

#[test]
fn the_skip_link_comes_first_and_leads_to_the_content() {
    for (sample, nodes) in pages() {
        let body = nodes.iter().position(|n| n.tag() == "body").unwrap();
        let first = nodes[body..].iter().find(|n| matches!(n.tag(), "a" | "button" | "input")).unwrap();
        assert_eq!(first.attribute("href"), Some("#main"), "{}", sample.slug);
        assert!(ids(&nodes).contains(&"main"), "{}", sample.slug);
    }
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    for (sample, nodes) in pages() {
        let main = nodes.iter().position(|n| n.tag() == "main").unwrap();
        let levels = nodes[main..].iter().filter_map(|n| n.tag().strip_prefix('h')?.parse::<u8>().ok());
        // The error summary stands before the h1.
        let mut last = 1;
        for level in levels.filter(|l| *l > 0) {
            assert!(level <= last + 1, "{}: h{last} then h{level}", sample.slug);
            last = level;
        }
    }
}

#[test]
fn every_control_has_a_label_and_every_reference_its_target() {
    for (sample, nodes) in pages() {
        let slug = &sample.slug;
        let ids = ids(&nodes);
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{slug}: an id stands twice in {ids:?}");
        let labelled: Vec<&str> = nodes.iter().filter_map(|n| n.attribute("for")).collect();
        for node in &nodes {
            let hidden = node.attribute("type") == Some("hidden");
            if matches!(node.tag(), "input" | "select" | "textarea") && !hidden {
                let id = node.attribute("id").unwrap_or_else(|| panic!("{slug}: {node:?} without id"));
                assert_eq!(labelled.iter().filter(|l| **l == id).count(), 1, "{slug}: label of {id}");
                assert_ne!(node.attribute("type"), Some("number"), "{slug}: {id}");
                assert!(node.attribute("placeholder").is_none(), "{slug}: {id}");
            }
            for name in ["aria-describedby", "aria-labelledby", "for"] {
                for target in node.attribute(name).unwrap_or_default().split_whitespace() {
                    assert!(unique.contains(target), "{slug}: {name} to {target}");
                }
            }
            if let Some(target) = node.attribute("href").and_then(|h| h.strip_prefix('#')) {
                assert!(unique.contains(target), "{slug}: link to #{target}");
            }
        }
    }
}

/// C03 and the like come back with 422, a summary, the title's prefix, and the same words at the field.
#[test]
fn a_form_with_problems_says_so_everywhere() {
    let mut seen = 0;
    for (sample, nodes) in pages() {
        let summary = nodes.iter().find(|n| n.attribute("class") == Some("summary"));
        let title = text_of(&nodes, |n| n.tag() == "title").unwrap();
        let invalid =
            nodes.iter().filter(|n| n.attribute("class").is_some_and(|c| c.contains(" bad"))).count();
        let Some(summary) = summary else {
            assert!(
                !title.starts_with("Error: ") && !sample.html.contains("aria-invalid"),
                "{}",
                sample.slug
            );
            continue;
        };
        seen += 1;
        assert_eq!(sample.status, 422, "{}", sample.slug);
        assert!(title.starts_with("Error: "), "{}", sample.slug);
        assert!(summary.attribute("autofocus").is_some() && summary.attribute("tabindex") == Some("-1"));
        let links = nodes
            .iter()
            .filter(|n| n.tag() == "a" && n.attribute("href").is_some_and(|h| h.starts_with('#')));
        // All but the skip link; each has its field.
        assert_eq!(links.count() - 1, invalid, "{}", sample.slug);
    }
    assert!(seen > 15, "{seen}");
}

/// The star of a required field is explained in words, on every form that has one (WCAG 2.2 3.3.2) and nowhere else.
#[test]
fn a_form_with_stars_says_what_they_mean() {
    let words = Words::english().t("form.required");
    for (sample, nodes) in pages() {
        let said = nodes.iter().filter(|n| matches!(n, Node::Text(text) if *text == words)).count();
        let stars = nodes.iter().any(|n| n.attribute("class") == Some("must"));
        assert_eq!(said, usize::from(stars), "{}", sample.slug);
    }
}

/// F08, K02: on the way to an application, help and terms stay on it, and so does the way back from them.
#[test]
fn on_the_way_to_an_application_no_link_to_help_leaves_it() {
    let ours = [url::HELP, url::SIGN_IN, url::TERMS, url::ACCESSIBILITY, url::PRIVACY];
    let mut seen = 0;
    for (sample, nodes) in pages() {
        let links: Vec<&str> = nodes.iter().filter_map(|n| n.attribute("href")).collect();
        if links.iter().any(|link| link.contains("flow=flow_01hsample")) {
            seen += 1;
            let lost =
                |link: &&&str| ours.iter().any(|page| link.starts_with(page)) && !link.contains("flow=");
            assert_eq!(links.iter().find(lost), None, "{}", sample.slug);
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn email_is_spelled_in_one_way() {
    for sample in catalogue::pages(&Words::english()) {
        assert!(!sample.html.to_lowercase().contains("e-mail"), "{}", sample.slug);
    }
    for letter in catalogue::letters(&Words::english()) {
        assert!(!letter.text.to_lowercase().contains("e-mail"), "{}", letter.slug);
    }
}

/// Nothing that `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:` would refuse, and nothing from elsewhere.
#[test]
fn no_page_needs_inline_code_or_another_host() {
    for (sample, nodes) in pages() {
        for node in &nodes {
            assert!(!matches!(node.tag(), "style" | "iframe" | "object" | "base"), "{}", sample.slug);
            // A script is a file of ours, and the page does not wait for it.
            let script = node.tag() == "script";
            assert!(!script || (node.attribute("src").is_some() && node.attribute("defer").is_some()));
            for (name, value) in node.attributes() {
                assert!(name != "style" && !name.starts_with("on"), "{}: {name}", sample.slug);
                let loads = matches!(name.as_str(), "href" | "src" | "action" | "srcset");
                let ours = ["/", "#", "mailto:", "tel:"].iter().any(|p| value.starts_with(p))
                    && !value.starts_with("//")
                    // K04: a person may follow a link elsewhere; the page itself asks nobody else.
                    || (node.tag() == "a" && name == "href" && value.starts_with("https://"))
                    // P4: a file that lies in the page itself, to save.
                    || (node.attribute("download").is_some() && value.starts_with("data:text/plain;"));
                assert!(!loads || ours, "{}: {name}={value}", sample.slug);
            }
        }
    }
}

#[test]
fn every_posted_form_carries_its_token_and_no_secret_comes_back() {
    for (sample, nodes) in pages() {
        let mut in_post = None;
        for node in &nodes {
            match node {
                Node::Open { tag, .. } if tag == "form" => {
                    in_post = (node.attribute("method") == Some("post")).then_some(false);
                    assert!(node.attribute("method").is_some(), "{}", sample.slug);
                }
                Node::Open { tag, .. } if tag == "input" && node.attribute("name") == Some("csrf") => {
                    assert_eq!(node.attribute("value"), Some("sample-token"));
                    in_post = in_post.map(|_| true);
                }
                Node::Close { tag } if tag == "form" => {
                    assert_ne!(in_post.take(), Some(false), "{}", sample.slug)
                }
                _ => {}
            }
            if node.attribute("type") == Some("password") {
                assert_eq!(node.attribute("value"), Some(""), "{}", sample.slug);
            }
        }
    }
}

/// Tables keep their meaning when the stylesheet turns rows into cards.
#[test]
fn tables_have_captions_scopes_and_roles() {
    for (sample, nodes) in pages() {
        let count = |tag: &str| nodes.iter().filter(|n| n.tag() == tag).count();
        assert_eq!(count("table"), count("caption"), "{}", sample.slug);
        for node in &nodes {
            if node.tag() == "th" {
                assert!(node.attribute("scope").is_some(), "{}", sample.slug);
            }
            if matches!(node.tag(), "table" | "tr" | "th" | "td" | "thead" | "tbody") {
                assert!(node.attribute("role").is_some(), "{}: {node:?}", sample.slug);
            }
        }
    }
}
