//! Opening: what an operator is told, in one line, when a database cannot be used.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use harp_core::adapter::sql::SqlStore;
use harp_core::store::{Fault, Store as _};
use harp_tests::cluster::Db;

#[tokio::test]
async fn a_new_file_is_readable_by_its_owner_alone() {
    let db = Db::sqlite().await.unwrap();
    db.store.ready().await.unwrap();
    let path = Path::new(&db.place);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("letter.txt");
    let text = "Dear Sir or Madam, ".repeat(300);
    std::fs::write(&path, &text).unwrap();
    let line = refused(&path).await;
    assert!(line.contains("is not a HARP database") && line.contains("move it away"), "{line}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.db");
    {
        use sqlx::{Connection as _, SqliteConnection};
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut conn = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("CREATE TABLE mail (id INTEGER)").execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }
    let before = std::fs::read(&path).unwrap();
    let line = refused(&path).await;
    assert!(line.contains("another program"), "{line}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_database_that_was_cut_off_is_refused() {
    let db = Db::sqlite().await.unwrap();
    db.store.close().await;
    let bytes = std::fs::read(&db.place).unwrap();
    std::fs::write(&db.place, &bytes[..bytes.len() / 3]).unwrap();
    let line = refused(Path::new(&db.place)).await;
    assert!(line.contains("damaged"), "{line}");
}

#[tokio::test]
async fn a_directory_that_is_missing_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let line = refused(&directory.path().join("none/harp.sqlite")).await;
    assert!(line.contains("make its directory"), "{line}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_the_password() {
    let port = harp_tests::port::free();
    let url = format!("postgres://harp:sesame@127.0.0.1:{port}/harp");
    let line = SqlStore::open(&url).await.unwrap_err().to_string();
    assert!(line.contains(&format!("127.0.0.1:{port}/harp")) && !line.contains("sesame"), "{line}");
}

/// The one line that the operator reads.
async fn refused(path: &Path) -> String {
    let fault = SqlStore::sqlite(path).await.unwrap_err();
    assert!(matches!(fault, Fault::Unusable(_)), "{fault:?}");
    let line = fault.to_string();
    assert!(line.contains(&path.display().to_string()) && !line.contains('\n'), "{line}");
    line
}
