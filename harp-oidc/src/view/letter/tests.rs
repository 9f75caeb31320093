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
    let letter = letters().compose(&to, &notice, &Enclosed::default(), "xx");
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
    assert_eq!(samples.len(), 43);
    for sample in &samples {
        assert!(!sample.text.contains('⟦') && !sample.subject.contains('⟦'), "{}", sample.slug);
        let Some(html) = &sample.html else { continue };
        assert!(sample.text.contains("1-800-555-0100"), "{}", sample.slug);
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
        let carries = [
            "letter.completed",
            "letter.confirm-email",
            "letter.confirm-second",
            "letter.lost-device",
            "letter.callback",
            "letter.code-email",
            "letter.recovery-code",
        ]
        .contains(&sample.slug);
        assert_eq!(sample.html.is_some() && sample.text.contains("482913"), carries, "{}", sample.slug);
        assert_eq!(sample.html.is_some() && sample.text.contains("It works for"), carries, "{}", sample.slug);
    }
}

/// pages.md, *Words*: what happened, when, roughly where, and one link that locks; in the deployment's zone.
#[test]
fn a_security_letter_says_when_and_where_and_bears_one_link() {
    let alerts = [
        "letter.factor-added",
        "letter.factor-removed",
        "letter.factor-suspended",
        "letter.factor-resumed",
        "letter.reset-by-letters",
        "letter.reset-by-help-desk",
        "letter.reset-used",
        "letter.help-desk-ended",
        "letter.help-desk-asked",
        "letter.help-desk-refused",
        "letter.password-changed",
        "letter.password-recovered",
        "letter.question-changed",
        "letter.email-confirmed",
        "letter.second-address-added",
        "letter.second-address-removed",
        "letter.sign-in-locked",
        "letter.account-locked",
        "letter.account-unlocked",
        "letter.user-id",
    ];
    let samples = catalogue::letters(&Words::english());
    for slug in alerts {
        let sample = samples.iter().find(|s| s.slug == slug).unwrap();
        let (text, html) = (&sample.text, sample.html.as_ref().unwrap());
        assert!(text.contains("When: November 23, 2026 at 4:30 PM UTC"), "{text}");
        let by_hand = slug.contains("help-desk") || slug == "letter.account-unlocked";
        assert_eq!(text.contains("begins with 203.0.113\nDevice: Chrome on Windows"), !by_hand, "{text}");
        let links = usize::from(slug != "letter.account-locked");
        assert_eq!(text.matches("https://").count(), links, "{text}");
        assert_eq!(text.matches("https://harp.example.org/not-me?token=").count(), links, "{text}");
        assert_eq!(html.matches("href=").count(), links, "{slug}");
        assert!(links == 0 || text.contains("It works once, for 7 days."), "{text}");
    }
    let short = samples.iter().find(|s| s.slug == "letter.alert-text").unwrap();
    assert!(short.text.chars().count() < 160 && short.text.contains("/not-me?token="), "{}", short.text);
    let zone = jiff::tz::TimeZone::get("America/Chicago").unwrap();
    let site = Arc::new(Site { zone, ..Site::default() });
    let letters = Letters::new(site, &url::Url::parse("https://harp.test").unwrap(), &HARP);
    let alert = harp_core::notice::Alert {
        what: harp_core::notice::Happened::PasswordChanged,
        at: harp_core::kernel::time::Timestamp::from_secs(1_795_451_400),
        whence: None,
        repudiation: None,
    };
    let to = Recipient::Email(EmailAddress::parse("ana@hospital.example").unwrap());
    let letter = letters.compose(&to, &Notice::Alert(alert), &Enclosed::default(), "en");
    assert!(letter.text.expose().contains("When: November 23, 2026 at 10:30 AM CST"));
}
