//! `harp migrate`.

use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::store::Store as _;
use harp_oidc::config::Settings;
use harp_oidc::store::OidcStore;
use serde_json::json;

use crate::answer::{Format, one};

pub async fn run(settings: &Settings, format: Format) -> anyhow::Result<()> {
    let store = SqlStore::open(settings.database.expose()).await?;
    let done = OidcStore::migrate(&store, SystemClock.now()).await;
    store.close().await;
    done?;
    one(format, &json!({ "migrated": true }), || "the database is up to date".to_owned())
}
