//! Browsers that an account knows (P15): which one this is, and remembering it after a complete sign-in.

use super::Harp;
use crate::account::Account;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, BrowserId};
use crate::kernel::secret::{Hashed, Plain};
use crate::session::known::KnownBrowser;
use crate::store::{Fault, Tx};

/// This browser, if the account knows it. A cookie is looked up for nobody, too: the answer may not cost less.
pub(super) async fn here(
    tx: &mut dyn Tx,
    harp: &Harp,
    account: Option<&Account>,
    act: &Act,
) -> Result<Option<KnownBrowser>, Fault> {
    let Some(secret) = &act.browser else { return Ok(None) };
    let id = account.map_or_else(|| AccountId::mint(act.now, &*harp.random), |a| a.id);
    let known = tx.known_browser(id, secret).await?;
    Ok(known.filter(|k| account.is_some_and(|a| k.serves(a, &harp.profile.known, act.now))))
}

/// The credentials of the account have changed here, by its owner: a browser that it knew it knows on, in the new epoch, and no
/// other. Else whoever keeps the strangers locked out would keep out an owner who did as the letter says (P15).
pub(super) async fn keep(
    tx: &mut dyn Tx,
    harp: &Harp,
    (before, epoch): (&Account, u32),
    act: &Act,
) -> Result<Option<Plain>, Fault> {
    if here(tx, harp, Some(before), act).await?.is_none() {
        return Ok(None);
    }
    let account = Account { epoch, ..before.clone() };
    remember(tx, harp, &account, act).await.map(Some)
}

/// Makes this browser known to the account, and gives its new cookie: a copy of the old one is worthless from now on. Comes
/// after the turn on the account's row, so that there are never more than policy allows.
pub(super) async fn remember(
    tx: &mut dyn Tx,
    harp: &Harp,
    account: &Account,
    act: &Act,
) -> Result<Plain, Fault> {
    let secret = Plain::mint(&*harp.random);
    let new = secret.hashed();
    let renewed = match &act.browser {
        Some(old) => renew(tx, (old, &new), act).await?,
        None => None,
    };
    let browser = match renewed {
        Some(browser) => browser,
        None => {
            let browser = BrowserId::mint(act.now, &*harp.random);
            tx.add_browser(browser, &new, act.now).await?;
            browser
        }
    };
    let known = KnownBrowser { account: account.id, browser, epoch: account.epoch, used_at: act.now };
    tx.know_browser(&known).await?;
    tx.forget_browsers(account.id, account.epoch, harp.profile.known.most).await?;
    Ok(secret)
}

/// The browser goes on under a new cookie. One that was given up before has been copied: either the copy comes now, or it came
/// first, and somebody has the browser for themselves since then. Nobody can tell which, so the browser ends, and all that was known
/// of it; as with refresh tokens (RFC 9700 §4.14.2). Whoever has signed in completely gets another.
async fn renew(
    tx: &mut dyn Tx,
    (old, new): (&Hashed, &Hashed),
    act: &Act,
) -> Result<Option<BrowserId>, Fault> {
    let renewed = tx.renew_browser(old, new, act.now).await?;
    if renewed.is_none() {
        tx.end_browser_of_spent(old).await?;
    }
    Ok(renewed)
}
