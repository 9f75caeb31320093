//! An operator's commands: what they refuse, how, and with which exit code.

use harp_core::account::Standing;
use harp_core::account::lock::{Lock, LockReason};
use harp_tests::both;
use harp_tests::cluster::Db;

use super::Desk;
use crate::contract::change;
use crate::contract::fixture::{NOW, active_account, stored_account};

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_meant_are_refused_in_one_line_with_the_way_out() {
    let desk = Desk::on_sqlite();
    let printed = desk.bare(&["config"]).await;
    assert_eq!((printed.code, printed.out.as_str()), (0, include_str!("../../../harp.example.toml")));
    for (settings, way_out) in [
        ("isuer = \"https://id.example\"", "`issuer`"),
        ("issuer = \"http://id.example\"", "`issuer`"),
        ("issuer = \"https://id.example\"\npolicy = \"strict\"", "`policy`"),
        ("", "HARP_ISSUER"),
    ] {
        desk.write(settings);
        for command in [&["serve"][..], &["client", "list"]] {
            let ran = desk.harp(command).await;
            assert_eq!(
                (ran.code, ran.err.lines().count(), ran.out.as_str()),
                (2, 1, ""),
                "{settings}: {ran:?}"
            );
            assert!(ran.err.contains(way_out), "{ran:?}");
        }
    }
    assert_eq!(desk.bare(&["clinet", "list"]).await.code, 2);
    assert!(!desk.path("harp.db").exists(), "nothing was begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn root_keys_are_made_once_and_nothing_is_done_without_them() {
    let desk = Desk::on_sqlite();
    let without = desk.harp(&["client", "list"]).await;
    assert!(without.code == 2 && without.err.contains("harp keys init"), "{without:?}");
    desk.done(&["keys", "init"]).await;
    let made = std::fs::read(desk.path("harp.keys")).unwrap();
    let again = desk.harp(&["keys", "init"]).await;
    assert!(again.code == 3 && again.err.contains("left as it is"), "{again:?}");
    assert_eq!(std::fs::read(desk.path("harp.keys")).unwrap(), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_is_exit_code_1() {
    let desk = Desk::on_sqlite();
    desk.done(&["keys", "init"]).await;
    desk.file(
        "harp.db",
        "this is no database, whatever its name says, and it is long enough to be read as one",
    );
    let ran = desk.harp(&["client", "list"]).await;
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{ran:?}");
}

/// An empty database, then one that is up to date.
async fn migrated_twice(desk: &Desk) {
    for _ in 0..2 {
        assert_eq!(desk.done(&["migrate"]).await, "the database is up to date");
    }
    assert_eq!(desk.harp(&["migrate", "--json"]).await.json()["migrated"], true);
    desk.done(&["keys", "init"]).await;
    assert_eq!(desk.harp(&["client", "list", "--json"]).await.json(), serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_brings_an_empty_sqlite_file_up_to_date_and_then_changes_nothing() {
    migrated_twice(&Desk::on_sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_brings_an_empty_postgres_database_up_to_date_and_then_changes_nothing() {
    migrated_twice(&Desk::on(Db::empty_postgres().await.unwrap())).await;
}

both! {
    async fn programs_organizations_and_roles_are_added_once_and_listed_for_scripts(db: Db) {
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let none = desk.harp(&["role", "list", "--program", "mft"]).await;
        assert!(none.code == 3 && none.err.contains("harp program add"), "{none:?}");
        desk.done(&["program", "add", "--slug", "mft", "--name", "Managed File Transfer"]).await;
        desk.done(&["org", "add", "--name", "Yale", "--program", "mft"]).await;
        desk.done(&["role", "add", "--program", "mft", "--key", "official", "--name", "Security Official", "--official"]).await;
        for (code, args, says) in [
            (3, &["program", "add", "--slug", "mft", "--name", "x"][..], "already"),
            (3, &["org", "add", "--name", "YALE", "--program", "mft"], "already"),
            (3, &["org", "add", "--name", "Yale", "--program", "mtf"], "did you mean `mft`?"),
            (3, &["role", "add", "--program", "mft", "--key", "official", "--name", "x"], "already"),
            (3, &["official", "add", "nobody", "--program", "mft", "--org", "Yael"], "did you mean `Yale`?"),
            (3, &["official", "add", "nobody", "--program", "mft", "--org", "yale"], "registers first"),
            (2, &["program", "add", "--slug", "M F T", "--name", "x"], "no slug"),
            (2, &["org", "join", "yale", "--program", "mft"], "no id"),
        ] {
            let ran = desk.harp(args).await;
            assert!(ran.code == code && ran.err.contains(says) && ran.err.lines().count() == 1, "{args:?}: {ran:?}");
        }
        assert_eq!(desk.harp(&["program", "list", "--json"]).await.json()[0]["slug"], "mft");
        let orgs = desk.harp(&["org", "list", "--program", "mft", "--json"]).await.json();
        assert_eq!((&orgs[0]["name"], orgs.as_array().unwrap().len()), (&"Yale".into(), 1));
        let roles = desk.harp(&["role", "list", "--program", "mft", "--json"]).await.json();
        assert_eq!(roles[0]["kind"], "security_official");
        let officials = desk.harp(&["official", "list", "--json"]).await.json();
        assert_eq!(officials[0]["officials"], serde_json::json!([]), "P3: nobody decides there yet");
    }

    async fn a_client_is_added_shown_changed_disabled_and_given_another_secret(db: Db) {
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let add = ["client", "add", "--id", "mft", "--redirect-uri", "https://mft.example/cb"];
        let made = desk.harp(&[&add[..], &["--json"]].concat()).await.json();
        assert_eq!(made["client_secret"].as_str().unwrap().len(), 43, "256 bits");
        for (code, more, says) in [
            (3, &["client", "add", "--id", "mft", "--redirect-uri", "https://mft.example/cb"][..], "already"),
            (2, &["client", "add", "--id", "x", "--redirect-uri", "http://mft.example/cb"], "use https"),
            (2, &["client", "add", "--id", "x", "--redirect-uri", "https://x.example/", "--scope", "openid rols"], "did you mean `roles`?"),
            (3, &["client", "add", "--id", "x", "--redirect-uri", "https://x.example/", "--program", "hqr"], "harp program add"),
            (2, &["client", "change", "mft", "--redirect-uri", "https://mft.example/*"], "registered in full"),
            (2, &["client", "change", "mft"], "what is to change"),
            (3, &["client", "show", "mtf"], "did you mean `mft`?"),
            (3, &["client", "enable", "mft"], "enabled already"),
        ] {
            let ran = desk.harp(more).await;
            assert!(ran.code == code && ran.err.contains(says) && ran.err.lines().count() == 1, "{more:?}: {ran:?}");
        }
        let short = desk.told(&["client", "rotate-secret", "mft", "--secret-stdin"], "short\n").await;
        assert!(short.code == 2 && short.err.contains("32 characters"), "{short:?}");
        let given = "a secret that the operator has chosen, long enough";
        let told = desk.told(&["client", "rotate-secret", "mft", "--secret-stdin"], given).await;
        assert!(told.code == 0 && !told.out.contains(given), "what is known is not repeated: {told:?}");
        desk.done(&["client", "change", "mft", "--name", "Managed File Transfer", "--home", "https://mft.example/"]).await;
        desk.done(&["client", "disable", "mft"]).await;
        let shown = desk.harp(&["client", "show", "mft", "--json"]).await.json();
        assert_eq!(shown["client_name"], "Managed File Transfer");
        assert!(shown["disabled_at"].is_string() && shown.get("client_secret").is_none());
        assert!(desk.done(&["client", "list"]).await.contains("disabled"));
    }

    /// AC-7: an operator gives a locked account back, with a reason.
    async fn an_account_is_unlocked_with_a_reason_and_once(db: Db) {
        let account = active_account(&db).await;
        let lock = Lock { account: account.id, at: NOW, why: LockReason::NotMe, before: Standing::Active };
        assert!(change!(db, [lock], |tx| tx.lock_account(&lock).await).await.unwrap());
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let name = account.username.as_str();
        for (code, args, says) in [
            (2, &["account", "unlock", name][..], "--reason"),
            (2, &["account", "unlock", name, "--reason", " "], "1 to 200"),
            (3, &["account", "unlock", "nobody.here", "--reason", "called"], "no account"),
        ] {
            let ran = desk.harp(args).await;
            assert!(ran.code == code && ran.err.contains(says), "{args:?}: {ran:?}");
        }
        let unlock = ["account", "unlock", name, "--reason", "called back on the registered number"];
        assert!(desk.done(&unlock).await.contains("is unlocked"));
        let again = desk.harp(&unlock).await;
        assert!(again.code == 3 && again.err.contains("is not locked"), "{again:?}");
    }

    /// P18: an operator makes an agent of the help desk, of somebody who is set up, and unmakes them.
    async fn agents_are_added_listed_and_removed_once(db: Db) {
        let (hal, new) = (active_account(&db).await, stored_account(&db).await);
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let (name, new) = (hal.username.as_str(), new.username.as_str());
        assert!(desk.done(&["agent", "add", name]).await.contains("is an agent"));
        for (args, says) in [
            (&["agent", "add", name][..], "one already"),
            (&["agent", "add", "nobody.here"], "registers first"),
            (&["agent", "add", new], "pending_setup"),
            (&["agent", "remove", new], "is none"),
        ] {
            let ran = desk.harp(args).await;
            assert!(ran.code == 3 && ran.err.contains(says), "{args:?}: {ran:?}");
        }
        assert_eq!(desk.harp(&["agent", "list", "--json"]).await.json(), serde_json::json!([name]));
        assert!(desk.done(&["agent", "remove", name]).await.contains("no agent"));
        assert_eq!(desk.harp(&["agent", "list", "--json"]).await.json(), serde_json::json!([]));
    }

    async fn signing_keys_are_listed_and_rotated(db: Db) {
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let current = async || {
            let keys = desk.harp(&["keys", "list", "--json"]).await.json();
            let keys = keys.as_array().unwrap().clone();
            let of = |key: &&serde_json::Value| key["alg"] == "ES256" && key["state"] == "current";
            keys.iter().find(of).unwrap()["kid"].clone()
        };
        let before = current().await;
        desk.done(&["keys", "rotate", "--alg", "ES256"]).await;
        assert_ne!(current().await, before);
        let unknown = desk.harp(&["keys", "rotate", "--alg", "HS256"]).await;
        assert!(unknown.code == 2 && unknown.err.contains("RS256"), "{unknown:?}");
        let unused = desk.harp(&["keys", "rotate", "--alg", "EdDSA"]).await;
        assert!(unused.code == 3 && unused.err.contains("keys.algorithms"), "{unused:?}");
    }
}
