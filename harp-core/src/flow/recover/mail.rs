//! The second step: the code in the letter. Wrong ones are guesses at the account, and count as such.

use async_trait::async_trait;

use super::{Proved, find, owner};
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::flow::attempts::{self, Attempt, Counted, Keys};
use crate::flow::sign_in::Gone;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain};
use crate::store::{Fault, Tx, Work};

/// Enters the code of the letter. For a user ID that is nobody's every code is wrong.
pub async fn mail(harp: &Harp, token: &Plain, typed: &str, act: &Act) -> Result<Proved, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(Proved::Incomplete(vec![complaint]));
    }
    Ok(harp.store.write(&Mail { harp, token: token.hashed(), typed, act }).await?)
}

struct Mail<'a> {
    harp: &'a Harp,
    token: Hashed,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Mail<'_> {
    type Out = Proved;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Proved, Fault> {
        let Mail { harp, act, .. } = self;
        let recovery = match find(tx, &self.token, act.now).await? {
            Ok(recovery) => recovery,
            Err(gone) => return Ok(Proved::Gone(gone)),
        };
        // In another tab: its bearer goes on.
        if recovery.mail_proved_at.is_some() {
            return Ok(Proved::Proved);
        }
        let code = recovery.mail_code();
        let is = harp.vault.code_is(self.typed, code.challenge, code.resend, harp.profile.code.digits);
        // Looked up whatever was typed: a right guess at nobody's code costs the same, and is wrong.
        let right = owner(tx, harp, &recovery).await?.is_some() && is;
        let keys = Keys::again(harp, &recovery.budget, act);
        let attempt = if right { Attempt::Right } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        let account = tx.account(recovery.account).await?;
        let note = |deed| harp.event(act, account.as_ref().map(|a| a.id), deed);
        if !right || !matches!(counted, Counted::Open { .. }) {
            tx.record(&note(Deed::RecoveryCodeRefused)).await?;
            return Ok(attempts::refused(tx, harp, (account.as_ref(), counted), act).await?.into());
        }
        if tx.prove_recovery_mail(recovery.id, act.now).await? {
            tx.record(&note(Deed::RecoveryCodeAccepted)).await?;
            return Ok(Proved::Proved);
        }
        // The same form sent twice at once: the other one was first, and perhaps the recovery is complete by now.
        Ok(match find(tx, &self.token, act.now).await? {
            Ok(_) => Proved::Proved,
            Err(_) => Proved::Gone(Gone::Unknown),
        })
    }
}
