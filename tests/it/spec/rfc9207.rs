//! RFC 9207: every authorization response says who gives it, so that answers of two providers cannot be mixed up.

use harp_tests::both;

use super::op::{ISSUER, Op};

both! {
    async fn the_issuer_stands_in_success_and_in_error(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let granted = op.authorize(&[], Some(&ana)).await;
        assert!(granted.redirected("code").is_some());
        let refused = op.authorize(&[("response_type", "token")], Some(&ana)).await;
        assert!(refused.redirected("error").is_some());
        let silent = op.authorize(&[("prompt", "none")], None).await;
        for answer in [granted, refused, silent] {
            assert_eq!(answer.redirected("iss").as_deref(), Some(ISSUER));
            assert_eq!(answer.redirected("state").as_deref(), Some("s t&a=te"));
            assert_eq!(answer.redirected("app").as_deref(), Some("1"), "the registered query is kept");
        }
        let stateless = op.authorize(&[("state", "")], Some(&ana)).await;
        assert!(stateless.redirected("code").is_some() && stateless.redirected("state").is_none());
    }
}
