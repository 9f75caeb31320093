//! Signing in by calls and by e-mail, and changing from one way to another.

use std::time::Duration;

use harp_core::flow::sign_in::{self, CodeOutcome, SendOutcome, Sent};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::policy::NIST_63_4;
use harp_tests::both;

use super::steps::*;

const MINUTE: Duration = Duration::from_secs(60);

both! {
    /// F10, F11, HQR-2: a call that comes too late, another one, then the code by e-mail: no budget begins anew, and what
    /// was read out before is worthless.
    async fn a_late_call_is_asked_for_again_and_email_is_chosen_instead(db: Db) {
        let (stage, live) = with_phone(db).await;
        let call = add(&stage, &live, (Method::Voice, PHONE)).await;
        let code = arrived(&stage, &called(PHONE)).await.code().unwrap();
        assert_eq!(confirm_with(&stage, &live, (call, &code)).await, "active");
        let email = add(&stage, &live, (Method::Email, EMAIL)).await;
        assert_eq!(confirm_with(&stage, &live, (email, &stage.code(EMAIL).await)).await, "active");
        let (call, email) =
            (device(&stage, &live, Method::Voice).await, device(&stage, &live, Method::Email).await);
        assert_eq!(call.binding.masked_contact().unwrap(), "•••-•••-1111");

        let token = token(&stage, ANA).await;
        choose(&stage, &token, &call).await;
        let first = arrived(&stage, &called(PHONE)).await.code().unwrap();
        stage.later(11 * MINUTE);
        assert!(matches!(verify(&stage, &token, &first).await, CodeOutcome::Wrong { left: 4 }), "late");
        let sent = sign_in::resend(&stage.harp, &token, 0, &stage.act()).await.unwrap();
        assert!(matches!(sent, SendOutcome::Sent(Sent::OnItsWay(code)) if code.resend == 1), "{sent:?}");
        let second = arrived(&stage, &called(PHONE)).await.code().unwrap();
        assert!(matches!(choose(&stage, &token, &email).await, Sent::OnItsWay(code) if code.resend == 0));
        assert!(matches!(verify(&stage, &token, &second).await, CodeOutcome::Wrong { left: 3 }), "another device's");
        // Back to the call and to e-mail again: each goes on where it was.
        stage.later(MINUTE);
        assert!(matches!(choose(&stage, &token, &call).await, Sent::OnItsWay(code) if code.resend == 2));
        assert!(matches!(choose(&stage, &token, &email).await, Sent::OnItsWay(code) if code.resend == 1));
        let code = stage.code(EMAIL).await;
        assert!(matches!(verify(&stage, &token, &wrong(&code)).await, CodeOutcome::Wrong { left: 2 }));
        let signed_in = verify(&stage, &token, &code).await;
        let CodeOutcome::SignedIn(signed_in) = signed_in else { panic!("{signed_in:?}") };
        assert_eq!(signed_in.session.assurance().unwrap().aal, Aal::One);
    }

    /// E06, mission 3.6: an address enrolled under `harp` proves nothing once the deployment goes by `nist-63-4`.
    async fn what_the_profile_no_longer_takes_is_no_choice(db: Db) {
        let (mut stage, live) = with_phone(db).await;
        let email = add(&stage, &live, (Method::Email, EMAIL)).await;
        assert_eq!(confirm_with(&stage, &live, (email, &stage.code(EMAIL).await)).await, "active");
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &device(&stage, &live, Method::Email).await).await;
        let code = stage.code(EMAIL).await;
        stage.harp.profile = &NIST_63_4;
        let pending = sign_in::pending(&stage.harp, &token, &stage.act()).await.unwrap().unwrap();
        assert!(pending.chosen.is_none() && pending.factors.iter().all(|f| f.method() == Method::Sms));
        let outcome = sign_in::choose(&stage.harp, &token, email, &stage.act()).await.unwrap();
        assert_eq!(outcome, SendOutcome::NotAChoice);
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::NotChosen));
    }
}
