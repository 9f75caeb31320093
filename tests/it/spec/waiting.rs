//! What somebody who has not signed in may leave behind: requests that wait (docs/decisions/0007).

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use harp_core::kernel::assurance::Method;
use harp_core::policy::{HARP, Profile, SourceRules};
use harp_core::session::SessionScope;
use harp_tests::both;

use super::oidc_core_3_1_2::resume;
use super::op::{Answer, ISSUER, Op, START, request};

const MOST: u32 = 25;

fn strict() -> &'static Profile {
    let per_source = SourceRules { waiting: MOST, ..HARP.per_source };
    Box::leak(Box::new(Profile { per_source, ..HARP.clone() }))
}

/// The usual request, from this address.
async fn ask(op: &Op, from: &str, changes: &[(&str, &str)]) -> Answer {
    let uri = format!("/authorize?{}", request(changes));
    let mut asked = Request::get(uri).header("accept", "text/html").body(Body::empty()).unwrap();
    asked.extensions_mut().insert(ConnectInfo(format!("{from}:1234").parse::<SocketAddr>().unwrap()));
    op.send(asked).await
}

both! {
    /// Thousands of requests from one network leave a bounded number of rows, and everybody else signs in as before.
    async fn a_flood_from_one_network_leaves_a_bounded_number_of_rows(db: Db) {
        let op = Op::under(strict(), db, ISSUER, START).await;
        let ana = op.ana().await;
        for n in 0..10 * MOST {
            let answer = ask(&op, "192.0.2.7", &[("state", &n.to_string())]).await;
            if n < MOST {
                assert_eq!(answer.sent_to(), "/sign-in", "{n}");
            } else {
                // RFC 6749 §4.1.2.1: the redirect URI is proven, so that is where it is said.
                assert_eq!(answer.redirected("error").as_deref(), Some("temporarily_unavailable"), "{n}");
                assert_eq!(answer.redirected("state"), Some(n.to_string()));
            }
        }
        for unproven in [("client_id", "nobody"), ("redirect_uri", "https://evil.example/")] {
            assert!(ask(&op, "192.0.2.8", &[unproven]).await.is_page(), "and leaves nothing");
        }
        assert_eq!(op.waiting().await, MOST);
        assert_eq!(ask(&op, "192.0.2.9", &[]).await.sent_to(), "/sign-in", "a neighbour");
        assert!(op.authorize(&[], Some(&ana)).await.redirected("code").is_some(), "whoever is signed in");
        assert_eq!(ask(&op, "192.0.2.7", &[("prompt", "none")]).await.redirected("error").as_deref(), Some("login_required"));
        op.after(3600);
        assert_eq!(ask(&op, "192.0.2.7", &[]).await.sent_to(), "/sign-in", "an hour later");
    }

    /// An IPv6 host has a whole /64 to itself; changing the address within it changes nothing.
    async fn an_ipv6_network_counts_as_one_source(db: Db) {
        let op = Op::under(strict(), db, ISSUER, START).await;
        for n in 0..MOST {
            assert_eq!(ask(&op, &format!("[2001:db8:1:2::{n:x}]"), &[]).await.sent_to(), "/sign-in");
        }
        let more = ask(&op, "[2001:db8:1:2:ffff::1]", &[]).await;
        assert_eq!(more.redirected("error").as_deref(), Some("temporarily_unavailable"));
        assert_eq!(ask(&op, "[2001:db8:1:3::1]", &[]).await.sent_to(), "/sign-in");
    }

    /// A request that was answered makes room: a hospital's sign-ins, one after another, are no flood.
    async fn a_request_that_is_answered_waits_no_more(db: Db) {
        let op = Op::under(strict(), db, ISSUER, START).await;
        let ana = op.ana().await;
        for _ in 0..2 * MOST {
            let asked = op.authorize(&[("prompt", "login")], Some(&ana)).await;
            assert_eq!(asked.sent_to(), "/sign-in");
            let fresh = op.sign_in(&ana.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
            assert!(resume(&op, &asked, Some(&fresh)).await.redirected("code").is_some());
        }
        assert_eq!(op.waiting().await, 0);
    }
}
