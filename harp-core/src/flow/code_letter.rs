//! A code by letter to a confirmed address, for somebody who has proved something already.

use std::time::Duration;

use super::sends::{self, Reason};
use super::{Harp, confirm_email};
use crate::account::Account;
use crate::factor::{CodeChallenge, CodePurpose, CodeRef};
use crate::kernel::act::Act;
use crate::kernel::id::ChallengeId;
use crate::kernel::text::EmailAddress;
use crate::notice::{Notice, Recipient};
use crate::store::{Fault, Tx};

/// Within this time the same wish again is a second click.
const SECOND_CLICK: Duration = Duration::from_secs(15);

/// Which code, to where.
pub(super) struct CodeLetter<'a> {
    pub account: &'a Account,
    pub to: &'a EmailAddress,
    /// One unspent code for each purpose: another wish replaces it.
    pub purpose: CodePurpose,
    pub life: Duration,
    pub notice: fn(CodeRef) -> Notice,
}

impl CodeLetter<'_> {
    /// Sends it, in place of one that was sent before. False: so many were sent lately that none is. The caller has taken the
    /// account's turn.
    pub async fn send(self, tx: &mut dyn Tx, harp: &Harp, act: &Act) -> Result<bool, Fault> {
        let open = tx.challenge_for(self.account.id, &self.purpose).await?;
        let fresh = |c: &&CodeChallenge| act.now.since(c.expires_at - self.life) < SECOND_CLICK;
        if open.as_ref().filter(fresh).is_some() {
            return Ok(true);
        }
        let to = Recipient::Email(self.to.clone());
        if !sends::take(tx, harp, (self.account.id, &to, Reason::SignIn), act).await? {
            return Ok(false);
        }
        let expires_at = act.now + self.life;
        let challenge = match open {
            Some(open) if open.resend < harp.profile.code.resends => {
                if !tx.resend_challenge(open.id, open.resend, expires_at).await? {
                    return Ok(true);
                }
                CodeChallenge { resend: open.resend + 1, expires_at, ..open }
            }
            Some(open) if act.now < open.expires_at => return Ok(false),
            _ => {
                let challenge = CodeChallenge {
                    id: ChallengeId::mint(act.now, &*harp.random),
                    account: self.account.id,
                    purpose: self.purpose,
                    resend: 0,
                    expires_at,
                    created_at: act.now,
                    spent_at: None,
                };
                tx.add_challenge(&challenge).await?;
                challenge
            }
        };
        confirm_email::push(tx, harp, (self.account.id, to, (self.notice)(challenge.current())), act).await?;
        Ok(true)
    }
}

/// The challenge whose code this is, if it serves.
pub(super) async fn right(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, purpose, typed): (&Account, &CodePurpose, &str),
    act: &Act,
) -> Result<Option<CodeRef>, Fault> {
    let open = tx.challenge_for(account.id, purpose).await?;
    let serves = open.map(|c| (c.current(), c.serves(c.current(), act.now)));
    let digits = harp.profile.code.digits;
    Ok(serves.and_then(|(code, serves)| {
        (serves && harp.vault.code_is(typed, code.challenge, code.resend, digits)).then_some(code)
    }))
}
