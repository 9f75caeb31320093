use harp_core::kernel::text::EmailAddress;
use harp_core::policy::HARP;

use super::*;
use crate::view::catalogue;

fn letters() -> Letters {
    Letters::new(Arc::new(Site::default()), &url::Url::parse("https://harp.test/id/").unwrap(), &HARP)
}

/// Names and reasons come from people: they start no line and no header of their own.
#[test]
fn what_people_typed_stays_on_its_line() {
    let to = Recipient::Email(EmailAddress::parse("sol@hospital.example").unwrap());
    let random = harp_core::kernel::random::SeededRandom::new(1);
    let now = harp_core::kernel::time::Timestamp::from_secs(0);
    let notice = Notice::RoleDenied {
        request: harp_core::kernel::id::RequestId::mint(now, &random),
        program: "<b>MFT</b>".to_owned(),
        org: "Org\r\nBcc: all@example.org".to_owned(),
        roles: vec!["Web\nUser".to_owned()],
        reason: "No.\u{2028}\u{202e}txet\n\nYour account is locked".to_owned(),
    };
    let letter = letters().compose(&to, &notice, None, "xx");
    assert_eq!(letter.subject.lines().count(), 1);
    let text = letter.text.expose();
    assert!(text.contains("Reason: No. txet Your account is locked\n"), "{text}");
    assert!(text.contains("Organization: Org Bcc: all@example.org\n"));
    assert!(text.contains("https://harp.test/id/roles/requests"));
    let html = letter.html.unwrap();
    assert!(html.expose().contains("&#60;b&#62;MFT") && !html.expose().contains("<b>"));
}

/// Plain text says everything that the HTML says, and every letter names who helps and says the address of its link.
#[test]
fn every_email_is_complete_as_plain_text() {
    let samples = catalogue::letters(&Words::english());
    assert_eq!(samples.len(), 17);
    for sample in &samples {
        assert!(!sample.text.contains('⟦') && !sample.subject.contains('⟦'), "{}", sample.slug);
        let Some(html) = &sample.html else { continue };
        assert!(sample.text.contains("1-866-288-8912"), "{}", sample.slug);
        let nodes = crate::view::checks::html::read(html).unwrap_or_else(|e| panic!("{}: {e}", sample.slug));
        for link in nodes.iter().filter_map(|n| n.attribute("href")) {
            assert!(
                link.starts_with("https://harp.example.org/") && sample.text.contains(link),
                "{}",
                sample.slug
            );
        }
        for node in &nodes {
            let loads = matches!(node.tag(), "img" | "script" | "link" | "iframe" | "form");
            assert!(!loads && node.attribute("src").is_none(), "{}: nothing is loaded", sample.slug);
        }
        let spoken = nodes.iter().filter_map(|n| match n {
            crate::view::checks::html::Node::Text(text) => Some(text.trim()),
            _ => None,
        });
        for text in spoken.filter(|t| t.len() > 3 && *t != "HARP" && !t.starts_with("Or open")) {
            assert!(sample.text.contains(text) || sample.subject == text, "{}: {text:?}", sample.slug);
        }
    }
}

/// B09: the code stands in the letter, with its lifetime.
#[test]
fn a_letter_with_a_code_says_how_long_it_works() {
    for sample in catalogue::letters(&Words::english()) {
        let carries =
            ["letter.completed", "letter.confirm-email", "letter.code-email"].contains(&sample.slug);
        assert_eq!(sample.html.is_some() && sample.text.contains("482913"), carries, "{}", sample.slug);
        assert_eq!(sample.html.is_some() && sample.text.contains("It works for"), carries, "{}", sample.slug);
    }
}
