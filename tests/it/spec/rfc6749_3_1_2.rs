//! RFC 6749 §3.1.2, §4.1.2.1 and RFC 9700 §4.1: nothing is sent to a place that the client did not register.

use harp_tests::both;

use super::op::{CALLBACK, Op};

both! {
    /// exact match. Whatever is only nearly a registered URI gets a page, and no redirect, signed in or not.
    async fn an_error_about_client_or_redirect_uri_is_a_page_and_never_a_redirect(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for bad in [
            "https://mft.example/signed-in",
            "https://mft.example/signed-in?app=1&x=1",
            "https://mft.example/signed-in?app=2",
            "https://mft.example/signed-in?app=1#",
            "https://mft.example/signed-in?app=1#@evil.example",
            "https://mft.example/signed-in/?app=1",
            "https://mft.example/signed-in/../other?app=1",
            "https://mft.example:443/signed-in?app=1",
            "https://MFT.example/signed-in?app=1",
            "https://mft.example@evil.example/signed-in?app=1",
            "https://mft.example.evil.example/signed-in?app=1",
            "https://mft.example\\@evil.example/signed-in?app=1",
            "http://mft.example/signed-in?app=1",
            "//mft.example/signed-in?app=1",
            "/signed-in?app=1",
            "javascript:alert(1)",
            "https://evil.example",
            " https://mft.example/signed-in?app=1",
            "https://mft.example/signed-in?app=1\r\nSet-Cookie: x",
            "",
        ] {
            for who in [None, Some(&ana)] {
                let answer = op.authorize(&[("redirect_uri", bad)], who).await;
                assert!(answer.is_page(), "{bad:?}: {answer:?}");
            }
        }
        for bad in ["nobody", "", "mft\u{0}", "MFT"] {
            assert!(op.authorize(&[("client_id", bad)], Some(&ana)).await.is_page(), "{bad:?}");
        }
        assert!(op.get("/authorize", Some(&ana)).await.is_page());
        assert!(op.get(&format!("/authorize?{}&redirect_uri=https://evil.example", crate::spec::op::request(&[])), None).await.is_page());
        assert!(op.authorize(&[("redirect_uri", CALLBACK)], Some(&ana)).await.redirected("code").is_some());
    }

    async fn a_disabled_client_gets_a_page(db: Db) {
        let op = Op::new(db).await;
        let gone = harp_oidc::grant::client::Client { disabled_at: Some(op.now()), ..crate::spec::op::client("gone") };
        op.add(&gone).await;
        assert!(op.authorize(&[("client_id", "gone")], Some(&op.ana().await)).await.is_page());
    }

    /// The page says what a developer needs and repeats nothing of the request as markup.
    async fn the_page_is_not_a_mirror_for_script(db: Db) {
        let op = Op::new(db).await;
        let script = "<script>alert(1)</script>";
        let answer = op.authorize(&[("redirect_uri", script), ("state", script), ("client_id", script)], None).await;
        assert!(answer.is_page() && !answer.text.contains(script));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
