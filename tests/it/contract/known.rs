//! Browsers, and the accounts that know them.

use harp_core::kernel::id::{AccountId, BrowserId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Hashed;
use harp_core::session::known::KnownBrowser;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{NOW, after, stored_account, token};
use super::{change, look, race};

async fn stored(db: &Db, account: AccountId, (epoch, at): (u32, u64)) -> (KnownBrowser, Hashed) {
    let (id, secret, at) = (BrowserId::mint(NOW, &SystemRandom), token(), after(at));
    change!(db, [secret], |tx| tx.add_browser(id, &secret, at).await).await.unwrap();
    let known = KnownBrowser { account, browser: id, epoch, used_at: at };
    change!(db, [known], |tx| tx.know_browser(&known).await).await.unwrap();
    (known, secret)
}

both! {
    async fn a_browser_is_found_by_its_cookie_for_who_signed_in_there(db: Db) {
        let (ana, sol) = (stored_account(&db).await.id, stored_account(&db).await.id);
        let (known, secret) = stored(&db, ana, (0, 0)).await;
        let strange = token();
        assert_eq!(look!(db, [secret], |tx| tx.known_browser(ana, &secret).await).await, Ok(Some(known)));
        assert_eq!(look!(db, [secret], |tx| tx.known_browser(sol, &secret).await).await, Ok(None));
        assert_eq!(look!(db, [strange], |tx| tx.known_browser(ana, &strange).await).await, Ok(None));
        let again = KnownBrowser { epoch: 2, used_at: after(9), ..known };
        change!(db, [again], |tx| tx.know_browser(&again).await).await.unwrap();
        assert_eq!(look!(db, [ana], |tx| tx.known_browsers(ana).await).await, Ok(vec![again]));
    }

    /// Of eight at once one changes the cookie; the old one is dead.
    async fn a_cookie_is_renewed_once(db: Db) {
        let ana = stored_account(&db).await.id;
        let (known, old) = stored(&db, ana, (0, 0)).await;
        let new = token();
        assert_eq!(race!(db, [old, new], |tx| Ok(tx.renew_browser(&old, &new, after(1)).await?.is_some())), 1);
        assert_eq!(look!(db, [old], |tx| tx.known_browser(ana, &old).await).await, Ok(None));
        assert_eq!(look!(db, [new], |tx| tx.known_browser(ana, &new).await).await, Ok(Some(known)));
    }

    /// P15: a cookie that was given up ends the browser once, for everybody who knows it, and no other browser.
    async fn a_cookie_that_comes_back_ends_its_browser(db: Db) {
        let (ana, sol) = (stored_account(&db).await.id, stored_account(&db).await.id);
        let (shared, old) = stored(&db, ana, (0, 0)).await;
        let (other, _) = stored(&db, ana, (0, 0)).await;
        let sols = KnownBrowser { account: sol, ..shared };
        let (new, newest) = (token(), token());
        change!(db, [sols], |tx| tx.know_browser(&sols).await).await.unwrap();
        change!(db, [old, new], |tx| tx.renew_browser(&old, &new, after(1)).await).await.unwrap();
        change!(db, [new, newest], |tx| tx.renew_browser(&new, &newest, after(2)).await).await.unwrap();
        for unspent in [token(), newest] {
            let ended = change!(db, [unspent], |tx| tx.end_browser_of_spent(&unspent).await).await;
            assert_eq!(ended, Ok(false));
        }
        assert_eq!(race!(db, [old], |tx| tx.end_browser_of_spent(&old).await), 1);
        assert_eq!(look!(db, [ana], |tx| tx.known_browsers(ana).await).await, Ok(vec![other]));
        assert_eq!(look!(db, [sol], |tx| tx.known_browsers(sol).await).await, Ok(vec![]));
    }

    async fn the_last_used_of_this_epoch_stay(db: Db) {
        let (ana, sol) = (stored_account(&db).await.id, stored_account(&db).await.id);
        let sols = stored(&db, sol, (0, 0)).await.0;
        stored(&db, ana, (0, 99)).await;
        let mut kept = Vec::new();
        for at in [3, 1, 2] {
            kept.push(stored(&db, ana, (1, at)).await.0);
        }
        change!(db, [ana], |tx| tx.forget_browsers(ana, 1, 2).await).await.unwrap();
        let left = look!(db, [ana], |tx| tx.known_browsers(ana).await).await.unwrap();
        assert_eq!(left, [kept[0], kept[2]]);
        assert_eq!(look!(db, [sol], |tx| tx.known_browsers(sol).await).await, Ok(vec![sols]));
    }

    /// With a browser goes what is known of it; of a browser that is in use, what nobody has used.
    async fn what_was_not_used_for_long_is_swept(db: Db) {
        let (ana, sol) = (stored_account(&db).await.id, stored_account(&db).await.id);
        stored(&db, ana, (0, 10)).await;
        let (shared, secret) = stored(&db, ana, (0, 20)).await;
        let sols = KnownBrowser { account: sol, used_at: after(50), ..shared };
        let new = token();
        change!(db, [sols, secret, new], |tx| {
            tx.renew_browser(&secret, &new, after(50)).await?;
            tx.know_browser(&sols).await
        }).await.unwrap();
        assert_eq!(change!(db, [], |tx| tx.sweep_browsers(after(10)).await).await, Ok(0));
        assert_eq!(change!(db, [], |tx| tx.sweep_browsers(after(30)).await).await, Ok(2));
        assert_eq!(look!(db, [ana], |tx| tx.known_browsers(ana).await).await, Ok(vec![]));
        assert_eq!(look!(db, [sol], |tx| tx.known_browsers(sol).await).await, Ok(vec![sols]));
        // What it had given up is remembered for as long.
        assert_eq!(change!(db, [], |tx| tx.sweep_browsers(after(50)).await).await, Ok(0));
        assert_eq!(change!(db, [secret], |tx| tx.end_browser_of_spent(&secret).await).await, Ok(true));
        let (newer, newest) = (token(), token());
        let (of_sol, first) = stored(&db, sol, (0, 60)).await;
        change!(db, [first, newer], |tx| tx.renew_browser(&first, &newer, after(61)).await).await.unwrap();
        change!(db, [newer, newest], |tx| tx.renew_browser(&newer, &newest, after(99)).await).await.unwrap();
        change!(db, [of_sol], |tx| {
            tx.know_browser(&KnownBrowser { used_at: after(99), ..of_sol }).await
        }).await.unwrap();
        assert_eq!(change!(db, [], |tx| tx.sweep_browsers(after(62)).await).await, Ok(0));
        assert_eq!(change!(db, [first], |tx| tx.end_browser_of_spent(&first).await).await, Ok(false));
        assert_eq!(change!(db, [newer], |tx| tx.end_browser_of_spent(&newer).await).await, Ok(true));
    }
}
