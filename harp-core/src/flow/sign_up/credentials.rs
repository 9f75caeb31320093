//! Step 2: user ID, password and challenge question (B07, B08, C01–C13).

use async_trait::async_trait;

use super::{Saved, Step, TRIES, contended, load};
use crate::account::challenge::{self, Question};
use crate::account::field::{Complaints, Field, Problem};
use crate::account::person::ProfileForm;
use crate::account::username::Username;
use crate::account::{Challenge, PasswordHash, Person};
use crate::factor::password::{self, OwnWords};
use crate::flow::limits::{self, Limit};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain, Secret, equal};
use crate::kernel::text::EmailAddress;
use crate::policy::Profile;
use crate::store::account::{Draft, DraftData};
use crate::store::{Fault, Tx, Work};

/// The longest user ID that is kept as typed, in characters.
const KEPT: usize = 200;

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct CredentialsForm {
    pub username: String,
    pub password: Secret<String>,
    pub confirm: Secret<String>,
    /// By its stored name ([`Question::as_str`]). Not looked at where the profile has no challenge question.
    pub question: String,
    pub answer: Secret<String>,
}

/// Keeps user ID and question as typed, and goes on if nothing is wrong: then password and answer are kept, hashed.
pub async fn save_credentials(
    harp: &Harp,
    token: &Plain,
    form: &CredentialsForm,
    act: &Act,
) -> Result<Saved, Trouble> {
    let secret = token.hashed();
    // Again only if the profile, whose names the password may not contain, changes in another window meanwhile.
    for _ in 0..TRIES {
        let checked = match harp.store.write(&Check { harp, secret: &secret, form, act }).await? {
            Checked::Fine(checked) => checked,
            Checked::Ended(outcome) => return Ok(outcome),
        };
        // Outside of any transaction: a hash takes its time.
        let password = harp.hasher.hash(&form.password).await?;
        let challenge = match &checked.chosen.challenge {
            Some((question, answer)) => {
                Some(Challenge { question: *question, answer: harp.hasher.hash(answer).await? })
            }
            None => None,
        };
        let keep = Keep { harp, secret: &secret, checked: &checked, password, challenge, act };
        if let Some(outcome) = harp.store.write(&keep).await? {
            return Ok(outcome);
        }
    }
    Err(Trouble::Store(contended()))
}

/// Keeps user ID and question as typed, nothing checked: the person goes back a step (B01).
pub async fn keep_credentials(
    harp: &Harp,
    token: &Plain,
    (username, question): (&str, &str),
    act: &Act,
) -> Result<(), Trouble> {
    struct Note<'a> {
        secret: Hashed,
        username: String,
        question: &'a str,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Note<'_> {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            for _ in 0..TRIES {
                let Some(draft) = load(tx, &self.secret, self.act.now).await? else { return Ok(()) };
                let mut data = draft.data.clone();
                let question = Question::parse(self.question);
                if data.receipt.is_some() || (data.username == self.username && data.question == question) {
                    return Ok(());
                }
                if data.username != self.username {
                    // It was chosen for another user ID, which it may not contain (C08).
                    data.password = None;
                }
                if data.question != question {
                    data.challenge = None;
                }
                (data.username, data.question) = (self.username.clone(), question);
                if tx.save_draft(&Draft { data, ..draft }).await? {
                    return Ok(());
                }
            }
            Err(contended())
        }
    }
    let username = username.chars().take(KEPT).collect();
    Ok(harp.store.write(&Note { secret: token.hashed(), username, question, act }).await?)
}

struct Check<'a> {
    harp: &'a Harp,
    secret: &'a Hashed,
    form: &'a CredentialsForm,
    act: &'a Act,
}

enum Checked {
    Fine(Box<Fine>),
    Ended(Saved),
}

/// Nothing is wrong with it, for a person with this profile.
struct Fine {
    chosen: Chosen,
    profile: ProfileForm,
}

struct Chosen {
    username: Username,
    challenge: Option<(Question, Secret<String>)>,
}

#[async_trait]
impl Work for Check<'_> {
    type Out = Checked;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Checked, Fault> {
        let Check { harp, form, act, .. } = self;
        let mut taken = false;
        if let Ok(username) = Username::parse(&form.username, harp.profile.username) {
            taken = tx.account_by_username(&username.folded()).await?.is_some();
            if !self.may_tell(tx, taken).await? {
                return Ok(Checked::Ended(Saved::TooMany));
            }
        }
        for _ in 0..TRIES {
            let Some(draft) = load(tx, self.secret, act.now).await? else {
                return Ok(Checked::Ended(Saved::Gone));
            };
            if draft.data.receipt.is_some() {
                return Ok(Checked::Ended(Saved::Next(Step::Done)));
            }
            let profile = draft.data.profile.clone();
            let (true, Ok((person, email))) = (draft.data.profile_done, profile.read(act.now)) else {
                return Ok(Checked::Ended(Saved::OutOfOrder(Step::Profile)));
            };
            let mut bad = Complaints::default();
            let read = form.read(harp.profile, (&person, &email), &mut bad);
            if taken {
                bad.add(Field::Username, Problem::Taken);
            }
            let mut data = DraftData {
                username: form.username.chars().take(KEPT).collect(),
                question: Question::parse(&form.question),
                ..draft.data
            };
            if !bad.is_empty() {
                // Step 2 counts as a whole or not at all.
                (data.password, data.challenge) = (None, None);
            }
            if !tx.save_draft(&Draft { data, ..draft }).await? {
                continue;
            }
            return Ok(match read {
                Some(chosen) if bad.is_empty() => Checked::Fine(Box::new(Fine { chosen, profile })),
                _ => Checked::Ended(Saved::Refused(bad.into_vec())),
            });
        }
        Err(contended())
    }
}

impl Check<'_> {
    /// whoever asks one user ID after another is stopped after so many that exist. People who find theirs free
    /// use nothing up; but where the limit is reached nobody is told either way, or silence would tell.
    async fn may_tell(&self, tx: &mut dyn Tx, taken: bool) -> Result<bool, Fault> {
        let Check { harp, act, .. } = self;
        let most = harp.profile.per_source.user_ids_found;
        let Some(limit) = Limit::per_source(harp, ("username", most), act) else { return Ok(true) };
        if taken {
            return limits::take(tx, &limit, act.now).await;
        }
        Ok(limits::left(tx, std::slice::from_ref(&limit), act.now).await?.count > 0)
    }
}

struct Keep<'a> {
    harp: &'a Harp,
    secret: &'a Hashed,
    checked: &'a Fine,
    password: PasswordHash,
    challenge: Option<Challenge>,
    act: &'a Act,
}

#[async_trait]
impl Work for Keep<'_> {
    /// `None`: the profile has changed since the password was checked against it.
    type Out = Option<Saved>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        for _ in 0..TRIES {
            let Some(draft) = load(tx, self.secret, self.act.now).await? else {
                return Ok(Some(Saved::Gone));
            };
            if draft.data.receipt.is_some() {
                return Ok(Some(Saved::Next(Step::Done)));
            }
            if draft.data.profile != self.checked.profile {
                return Ok(None);
            }
            let data = DraftData {
                username: self.checked.chosen.username.as_str().to_owned(),
                question: self.challenge.as_ref().map(|c| c.question),
                password: Some(self.password.clone()),
                challenge: self.challenge.clone(),
                ..draft.data
            };
            let next = Step::reached(&data, self.harp.profile);
            if tx.save_draft(&Draft { data, ..draft }).await? {
                return Ok(Some(Saved::Next(next)));
            }
        }
        Err(contended())
    }
}

impl CredentialsForm {
    /// Everything that is wrong, in the order of the page.
    fn read(
        &self,
        profile: &Profile,
        (person, email): (&Person, &EmailAddress),
        bad: &mut Complaints,
    ) -> Option<Chosen> {
        let username = bad.take(Field::Username, Username::parse(&self.username, profile.username));
        let own =
            OwnWords { username: username.as_ref().map_or("", Username::as_str), name: &person.name, email };
        new_password((&self.password, &self.confirm), profile, own, bad);
        let challenge = match profile.challenge {
            None => None,
            Some(_) => Some(new_challenge(&self.question, &self.answer, profile, bad)?),
        };
        Some(Chosen { username: username?, challenge })
    }
}

/// A new password, typed twice (B08, C03–C10).
pub(in crate::flow) fn new_password(
    (typed, again): (&Secret<String>, &Secret<String>),
    profile: &Profile,
    own: OwnWords<'_>,
    bad: &mut Complaints,
) {
    let wrong = password::complaints(typed, &profile.password, own);
    let missing = wrong.contains(&Problem::Missing);
    for problem in wrong {
        bad.add(Field::Password, problem);
    }
    if again.expose().is_empty() {
        bad.add(Field::ConfirmPassword, Problem::Missing);
    } else if !missing
        && !equal(password::nfc(typed).expose().as_bytes(), password::nfc(again).expose().as_bytes())
    {
        bad.add(Field::ConfirmPassword, Problem::Mismatch);
    }
}

/// A challenge question of the list and an answer to it (C11–C13).
pub(in crate::flow) fn new_challenge(
    question: &str,
    answer: &Secret<String>,
    profile: &Profile,
    bad: &mut Complaints,
) -> Option<(Question, Secret<String>)> {
    let length = profile.challenge?;
    let missing = question.trim().is_empty();
    let problem = if missing { Problem::Missing } else { Problem::Unknown };
    let question = bad.take(Field::Question, Question::parse(question).ok_or(problem));
    let answer = bad.take(Field::Answer, challenge::normalise(answer.expose(), length));
    question.zip(answer)
}
