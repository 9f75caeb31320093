//! A new device, not confirmed yet (E03–E07).

use async_trait::async_trait;

use super::{Denied, Gate, take_turn};
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::phone::may_get_codes;
use crate::factor::totp::TotpSecret;
use crate::factor::{Binding, CodePurpose, Factor, FactorStatus};
use crate::flow::codes::{self, Sent, Wanted, Wish};
use crate::flow::sends::Reason;
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::secret::Secret;
use crate::kernel::text::{EmailAddress, Phone, TextFault};
use crate::store::{Fault, Tx, Work};

/// What became of it.
#[derive(Debug, Clone)]
pub enum BeginOutcome {
    /// The device waits for its code.
    Begun {
        factor: FactorId,
        sent: Sent,
    },
    Invalid(Vec<Complaint>),
    Denied(Denied),
}

/// What an authenticator app needs: shown until the device is confirmed, never again.
#[derive(Debug)]
pub struct AppSetUp {
    /// For typing it in, in groups of four.
    pub text: Secret<String>,
    /// `otpauth://..`, for the QR code.
    pub uri: Secret<String>,
}

/// Begins a telephone number, by text message or by call, and sends the first code.
pub async fn begin_phone(
    harp: &Harp,
    live: &Live,
    (method, typed): (Method, &str),
    act: &Act,
) -> Result<BeginOutcome, Trouble> {
    let phone = match Phone::parse(typed) {
        Ok(phone) => phone,
        Err(fault) => return Ok(unreadable(Field::Phone, fault)),
    };
    if let Err(problem) = may_get_codes(&phone, &harp.profile.phones) {
        return Ok(invalid(Field::Phone, problem));
    }
    let binding = match method {
        Method::Sms => Binding::Sms { phone },
        Method::Voice => Binding::Voice { phone },
        _ => return Ok(BeginOutcome::Denied(Denied::NotOffered)),
    };
    begin(harp, live, (FactorId::mint(act.now, &*harp.random), binding), act).await
}

/// Begins codes by e-mail, and sends the first (E06). Any address will do, the account's own or not, confirmed or not: the
/// code proves that the person reads it.
pub async fn begin_email(harp: &Harp, live: &Live, typed: &str, act: &Act) -> Result<BeginOutcome, Trouble> {
    let address = match EmailAddress::parse(typed) {
        Ok(address) => address,
        Err(fault) => return Ok(unreadable(Field::Email, fault)),
    };
    begin(harp, live, (FactorId::mint(act.now, &*harp.random), Binding::Email { address }), act).await
}

/// Begins an authenticator app; its secret is in [`super::awaited`].
pub async fn begin_app(harp: &Harp, live: &Live, act: &Act) -> Result<BeginOutcome, Trouble> {
    let id = FactorId::mint(act.now, &*harp.random);
    let secret = TotpSecret::mint(&*harp.random)
        .seal(id, &harp.vault, &*harp.random)
        .map_err(|e| Trouble::Corrupt { private: e.to_string() })?;
    begin(harp, live, (id, Binding::Totp { secret, last_step: None }), act).await
}

async fn begin(
    harp: &Harp,
    live: &Live,
    (id, binding): (FactorId, Binding),
    act: &Act,
) -> Result<BeginOutcome, Trouble> {
    if !harp.offers(binding.method()) {
        return Ok(BeginOutcome::Denied(Denied::NotOffered));
    }
    let factor = Factor {
        id,
        account: live.account.id,
        binding,
        status: FactorStatus::Unverified,
        created_at: act.now,
        activated_at: None,
        last_used_at: None,
    };
    let challenge = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Begin { harp, live, factor, challenge, act }).await?)
}

struct Begin<'a> {
    harp: &'a Harp,
    live: &'a Live,
    factor: Factor,
    challenge: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Begin<'_> {
    type Out = BeginOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<BeginOutcome, Fault> {
        let Begin { harp, live, factor, challenge, act } = self;
        take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(BeginOutcome::Denied(denied)),
        };
        // A suspended one is none: its number on a new SIM is proved anew (P4).
        let works = |f: &&Factor| f.status != FactorStatus::Suspended;
        let twin = gate.factors.iter().filter(works).find(|f| same_contact(&f.binding, &factor.binding));
        if twin.is_some_and(|f| f.status == FactorStatus::Active) {
            return Ok(invalid(field(factor.method()), Problem::AlreadyHeld));
        }
        // The same number again, still unconfirmed: go on with it, so that its code's limits go on, too.
        let factor = twin.unwrap_or(factor);
        if twin.is_none() && !self.make_room(tx, &gate).await? {
            return Ok(BeginOutcome::Denied(Denied::TooMany));
        }
        let open = tx.challenge_for(factor.account, &CodePurpose::Factor { factor: factor.id }).await?;
        let wanted = Wanted { factor, open, wish: Wish::Chosen, reason: Reason::Enrolment, id: *challenge };
        let sent = codes::send(tx, harp, wanted, act).await?;
        let added = matches!(sent, Sent::OnItsWay(_) | Sent::ByApp);
        if added && twin.is_none() {
            tx.add_factor(factor).await?;
            let deed = Deed::FactorAdded { factor: factor.id, method: factor.method() };
            tx.record(&harp.event(act, factor.account, deed)).await?;
        }
        Ok(BeginOutcome::Begun { factor: factor.id, sent })
    }
}

impl Begin<'_> {
    /// Whether one more fits; the oldest unconfirmed ones make room.
    async fn make_room(&self, tx: &mut dyn Tx, gate: &Gate) -> Result<bool, Fault> {
        let rules = &self.harp.profile.factors;
        let unverified: Vec<&Factor> =
            gate.factors.iter().filter(|f| f.status == FactorStatus::Unverified).collect();
        let extra = (unverified.len() + 1).saturating_sub(rules.most_unverified);
        for old in unverified.into_iter().take(extra) {
            if tx.remove_factor(old.id, self.act.now).await? {
                let deed = Deed::FactorRemoved { factor: old.id, method: old.method() };
                tx.record(&self.harp.event(self.act, old.account, deed)).await?;
            }
        }
        Ok(gate.factors.len() - extra < rules.most)
    }
}

/// The same number by the same way. A number may get texts and calls.
fn same_contact(a: &Binding, b: &Binding) -> bool {
    match (a, b) {
        (Binding::Sms { phone: a }, Binding::Sms { phone: b })
        | (Binding::Voice { phone: a }, Binding::Voice { phone: b }) => a == b,
        (Binding::Email { address: a }, Binding::Email { address: b }) => a.folded() == b.folded(),
        _ => false,
    }
}

/// Where its contact is typed.
fn field(method: Method) -> Field {
    if method == Method::Email { Field::Email } else { Field::Phone }
}

fn unreadable(field: Field, fault: TextFault) -> BeginOutcome {
    invalid(field, Problem::from(fault))
}

fn invalid(field: Field, problem: Problem) -> BeginOutcome {
    BeginOutcome::Invalid(vec![Complaint { field, problem }])
}
