//! The callback code: HARP sends it to the caller's confirmed addresses and shows it in their signed-in portal; they read it
//! out, and the agent enters it. Bound to the agent and the case, for ten minutes, with a few attempts.

use async_trait::async_trait;

use super::{Shut, agent, own_case};
use crate::audit::Deed;
use crate::factor::{CodeChallenge, CodePurpose};
use crate::flow::limits::{self, Limit};
use crate::flow::sends::{self, Reason};
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble, code_letter, confirm_email};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, ChallengeId, HelpCaseId};
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::notice::{Notice, Recipient};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// To each confirmed address, and in the portal wherever the person is signed in.
    Sent,
    NoMore,
    Gone,
    Shut(Shut),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvedCase {
    Proved,
    /// Wrong, used or out of date: one text for all three.
    Wrong,
    /// Another code must be sent, in another case.
    TooMany,
    Gone,
    Shut(Shut),
}

/// A code that waits to be read out.
#[derive(Debug)]
pub struct InPortal {
    pub code: Secret<String>,
    pub expires_at: Timestamp,
}

/// Makes a code, in place of one that was made before.
pub async fn send_callback(harp: &Harp, live: &Live, case: HelpCaseId, act: &Act) -> Result<Called, Trouble> {
    let id = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Send { harp, live, case, id, act }).await?)
}

struct Send<'a> {
    harp: &'a Harp,
    live: &'a Live,
    case: HelpCaseId,
    id: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Send<'_> {
    type Out = Called;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Called, Fault> {
        let Send { harp, live, act, .. } = self;
        let agent = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(Called::Shut(shut)),
        };
        let Some((case, account)) = own_case(tx, (self.case, agent), act).await? else {
            return Ok(Called::Gone);
        };
        tx.account_turn(account.id).await?;
        let rules = &harp.profile.code;
        let expires_at = act.now + rules.life;
        let purpose = CodePurpose::Callback { case: case.id };
        let code = match tx.challenge_for(account.id, &purpose).await? {
            Some(open) if open.resend >= rules.resends => return Ok(Called::NoMore),
            Some(open) => {
                if !tx.resend_challenge(open.id, open.resend, expires_at).await? {
                    return Ok(Called::Gone);
                }
                CodeChallenge { resend: open.resend + 1, expires_at, ..open }
            }
            None => {
                let challenge = CodeChallenge {
                    id: self.id,
                    account: account.id,
                    purpose,
                    resend: 0,
                    expires_at,
                    created_at: act.now,
                    spent_at: None,
                };
                tx.add_challenge(&challenge).await?;
                challenge
            }
        };
        for address in account.addresses() {
            let to = Recipient::Email(address.clone());
            if !sends::take(tx, harp, (account.id, &to, Reason::SignIn), act).await? {
                return Ok(Called::NoMore);
            }
            let notice = Notice::CallbackCode { code: code.current() };
            confirm_email::push(tx, harp, (account.id, to, notice), act).await?;
        }
        tx.record(&harp.event(act, account.id, Deed::CallbackSent { case: case.id })).await?;
        Ok(Called::Sent)
    }
}

/// Enters what the caller read out.
pub async fn prove(
    harp: &Harp,
    live: &Live,
    (case, typed): (HelpCaseId, &str),
    act: &Act,
) -> Result<ProvedCase, Trouble> {
    Ok(harp.store.write(&Prove { harp, live, case, typed, act }).await?)
}

struct Prove<'a> {
    harp: &'a Harp,
    live: &'a Live,
    case: HelpCaseId,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Prove<'_> {
    type Out = ProvedCase;

    async fn run(&self, tx: &mut dyn Tx) -> Result<ProvedCase, Fault> {
        let Prove { harp, live, act, .. } = self;
        let agent = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(ProvedCase::Shut(shut)),
        };
        let Some((case, account)) = own_case(tx, (self.case, agent), act).await? else {
            return Ok(ProvedCase::Gone);
        };
        let rules = &harp.profile.help_desk;
        // Before anybody looks whether it is right, so that a burst is judged one by one.
        let limit = Limit {
            key: format!("help/callback/{}", case.id),
            most: rules.attempts,
            window: rules.case_life,
        };
        let refused = harp.event(act, account.id, Deed::CallbackRefused { case: case.id });
        if !limits::take(tx, &limit, act.now).await? {
            tx.record(&refused).await?;
            return Ok(ProvedCase::TooMany);
        }
        let purpose = CodePurpose::Callback { case: case.id };
        let right = code_letter::right(tx, harp, (&account, &purpose, self.typed), act).await?;
        let spent = match right {
            Some(code) => tx.spend_challenge(code.challenge, code.resend, act.now).await?,
            None => false,
        };
        if !spent {
            tx.record(&refused).await?;
            return Ok(ProvedCase::Wrong);
        }
        tx.prove_help_case(case.id, act.now).await?;
        tx.record(&harp.event(act, account.id, Deed::CallbackProved { case: case.id })).await?;
        Ok(ProvedCase::Proved)
    }
}

/// The code that an agent waits for, for its owner's own pages. Only to a session that has proved a device.
pub async fn in_portal(harp: &Harp, live: &Live, act: &Act) -> Result<Option<InPortal>, Trouble> {
    struct Read(AccountId, Timestamp);
    #[async_trait]
    impl Work for Read {
        type Out = Option<CodeChallenge>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.callback_of(self.0, self.1).await
        }
    }
    let open = harp.store.read(&Read(live.account.id, act.now)).await?;
    Ok(open.map(|open| InPortal {
        code: harp.vault.code(open.id, open.resend, harp.profile.code.digits),
        expires_at: open.expires_at,
    }))
}
