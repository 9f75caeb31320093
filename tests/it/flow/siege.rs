//! A botnet against one account: thousands of sources over days (X-3, X-4, P15). Never are more guesses looked at than the
//! policy's own arithmetic says, and the owner signs in throughout.

use std::time::Duration;

use crate::stage::{PASSWORD, Stage};
use harp_core::factor::Factor;
use harp_core::flow::sign_in::{CodeOutcome, PasswordOutcome};
use harp_core::kernel::assurance::Method;
use harp_core::policy::HARP;
use harp_core::policy::guesses::Siege;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::browser::Browser;
use super::steps::*;

const HOURS: u32 = 48;
const SOURCES_AN_HOUR: u32 = 45;
/// The owner signs in so often.
const OWNER_EVERY: u32 = 9;

async fn besieged(db: Db) -> (Stage, [Factor; 2], Browser) {
    let (stage, live, _) = with_phone_and_app(db).await;
    let devices = [device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await];
    let mut home = Browser::new(1);
    home.sign_in(&stage, (ANA, &devices[0])).await;
    stage.later(Duration::from_hours(2));
    (stage, devices, home)
}

fn lasts() -> Duration {
    Duration::from_hours(u64::from(HOURS))
}

both! {
    /// X-3, P15: 2,160 sources guess at the password for two days.
    async fn a_botnet_guesses_at_a_password_no_more_often_than_computed(db: Db) {
        let (stage, [phone, _], mut home) = besieged(db).await;
        let (mut judged, mut successes) = (0, 0);
        for hour in 0..HOURS {
            for n in 0..SOURCES_AN_HOUR {
                let before = stage.hasher.computed();
                let bot = Browser::new(100_000 + hour * SOURCES_AN_HOUR + n);
                let outcome = bot.miss(&stage, ANA).await;
                assert!(matches!(outcome, PasswordOutcome::Refused { .. } | PasswordOutcome::Locked { .. }));
                judged += u64::from(stage.hasher.computed() > before);
            }
            if hour % OWNER_EVERY == OWNER_EVERY - 1 {
                home.sign_in(&stage, (ANA, &phone)).await;
                successes += 1;
            }
            stage.later(Duration::from_hours(1));
        }
        let bound = HARP.guesses(Siege { lasts: lasts(), authenticators: 1, clearings: 0, successes });
        assert!(judged <= bound, "{judged} were looked at, {bound} are computed");
        assert_eq!(judged, u64::from(5 * HOURS), "the attack uses what there is");
    }

    /// X-4, P15: they know the password, and guess at codes; the owner is away for the last day. Eighty in a row are looked
    /// at, then not even the right code, until the owner comes home.
    async fn a_botnet_guesses_at_a_code_no_more_often_than_computed(db: Db) {
        let (stage, [phone, app], mut home) = besieged(db).await;
        let (mut judged, mut refused) = (0, 0);
        for hour in 0..HOURS {
            let bot = Browser::new(200_000 + hour);
            let token = match bot.password(&stage, ANA, PASSWORD).await {
                PasswordOutcome::NeedsCode { token, .. } => token,
                other => panic!("{other:?}"),
            };
            bot.choose(&stage, &token, &app).await;
            for n in 0..SOURCES_AN_HOUR {
                let bot = Browser::new(300_000 + hour * SOURCES_AN_HOUR + n);
                match bot.verify(&stage, &token, "000000").await {
                    CodeOutcome::Wrong { .. } => judged += 1,
                    CodeOutcome::NotChosen => refused += 1,
                    CodeOutcome::Locked { .. } => {
                        // The first one in a row was looked at.
                        judged += 1;
                        break;
                    }
                    other => panic!("{other:?}"),
                }
            }
            stage.later(Duration::from_hours(1));
        }
        let bound = HARP.guesses(Siege { lasts: lasts(), authenticators: 1, clearings: 0, successes: 0 });
        assert_eq!((judged, bound), (80, 80));
        assert!(refused > 1000, "{refused}");
        home.sign_in(&stage, (ANA, &phone)).await;
    }

    /// the same at every device of the account, for as long as there is one left. All share the budget, each has its eighty.
    async fn a_botnet_gets_eighty_guesses_at_each_device(db: Db) {
        let (stage, devices, _) = besieged(db).await;
        let mut judged = 0;
        for hour in 0..HOURS {
            let bot = Browser::new(400_000 + hour);
            let token = match bot.password(&stage, ANA, PASSWORD).await {
                PasswordOutcome::NeedsCode { token, .. } => token,
                other => panic!("{other:?}"),
            };
            'hour: for device in &devices {
                bot.choose(&stage, &token, device).await;
                deliver(&stage).await;
                for n in 0..SOURCES_AN_HOUR {
                    let bot = Browser::new(500_000 + hour * SOURCES_AN_HOUR + n);
                    match bot.verify(&stage, &token, "000000").await {
                        CodeOutcome::Wrong { .. } => judged += 1,
                        CodeOutcome::NotChosen => break,
                        CodeOutcome::Locked { .. } => {
                            judged += 1;
                            break 'hour;
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
            stage.later(Duration::from_hours(1));
        }
        let bound = HARP.guesses(Siege { lasts: lasts(), authenticators: 2, clearings: 0, successes: 0 });
        assert_eq!((judged, bound), (160, 160));
    }
}
