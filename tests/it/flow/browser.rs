//! Somebody at a browser: where they are, and the long-lived cookie that the browser keeps.

use crate::stage::{PASSWORD, Stage};
use harp_core::factor::Factor;
use harp_core::flow::deliver::Delivered;
use harp_core::flow::sign_in::{self, CodeOutcome, PasswordOutcome, SendOutcome, Sent, SignedIn};
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Plain;

use super::steps::*;

#[derive(Debug, Clone)]
pub struct Browser {
    pub address: [u8; 4],
    pub cookie: Option<Plain>,
}

impl Browser {
    /// A browser that nobody has signed in with. Each number is another network.
    pub fn new(n: u32) -> Browser {
        let [_, a, b, c] = n.to_be_bytes();
        Browser { address: [10, a, b, c], cookie: None }
    }

    pub fn act(&self, stage: &Stage) -> Act {
        Act { browser: self.cookie.as_ref().map(Plain::hashed), ..stage.act_from(self.address) }
    }

    pub async fn password(&self, stage: &Stage, username: &str, password: &str) -> PasswordOutcome {
        sign_in::password(&stage.harp, &form(username, password), None, &self.act(stage)).await.unwrap()
    }

    /// A wrong password.
    pub async fn miss(&self, stage: &Stage, username: &str) -> PasswordOutcome {
        self.password(stage, username, "wrong password").await
    }

    /// A right one, that leads to the second step.
    pub async fn token(&self, stage: &Stage, username: &str) -> Plain {
        match self.password(stage, username, PASSWORD).await {
            PasswordOutcome::NeedsCode { token, .. } => token,
            other => panic!("{other:?}"),
        }
    }

    pub async fn choose(&self, stage: &Stage, token: &Plain, device: &Factor) -> SendOutcome {
        sign_in::choose(&stage.harp, token, device.id, &self.act(stage)).await.unwrap()
    }

    pub async fn verify(&self, stage: &Stage, token: &Plain, code: &str) -> CodeOutcome {
        sign_in::verify(&stage.harp, token, code, &self.act(stage)).await.unwrap()
    }

    /// A whole sign-in with the phone; the browser keeps the cookie that comes with it.
    pub async fn sign_in(&mut self, stage: &Stage, (username, phone): (&str, &Factor)) -> SignedIn {
        // Whatever others have had sent arrives first.
        while deliver(stage).await != Delivered::default() {}
        let token = self.token(stage, username).await;
        let sent = self.choose(stage, &token, phone).await;
        assert!(matches!(sent, SendOutcome::Sent(Sent::OnItsWay(_))), "{sent:?}");
        let code = text(stage, phone_of(phone)).await;
        match self.verify(stage, &token, &code).await {
            CodeOutcome::SignedIn(signed_in) => {
                self.cookie.clone_from(&signed_in.browser);
                *signed_in
            }
            other => panic!("{other:?}"),
        }
    }
}

fn phone_of(factor: &Factor) -> &str {
    match &factor.binding {
        harp_core::factor::Binding::Sms { phone } => phone.as_str(),
        other => panic!("{other:?}"),
    }
}

/// Five wrong passwords of strangers: the last one locks.
pub async fn lock_out(stage: &Stage, username: &str) {
    for n in 0..5 {
        let outcome = Browser::new(9000 + n).miss(stage, username).await;
        assert_eq!(matches!(outcome, PasswordOutcome::Locked { .. }), n == 4, "{n}: {outcome:?}");
    }
}
