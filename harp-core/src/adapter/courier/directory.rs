//! Letters become files in a directory, for a mail or text gateway to fetch and delete: one JSON document each, named by
//! the message's id, readable by its owner alone. A delivery that is tried again replaces the same file.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::Serialize;

use crate::kernel::id::MessageId;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

#[derive(Debug, Clone)]
pub struct DirectoryCourier {
    directory: PathBuf,
}

impl DirectoryCourier {
    /// The directory must be there.
    pub fn new(directory: PathBuf) -> DirectoryCourier {
        DirectoryCourier { directory }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    id: String,
    /// `email`, `sms` or `voice`.
    kind: &'static str,
    to: &'a str,
    subject: &'a str,
    text: &'a str,
    html: Option<&'a str>,
}

#[async_trait]
impl Courier for DirectoryCourier {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let document = Document {
            id: id.to_string(),
            kind: super::kind(to),
            to: match to {
                Recipient::Email(address) => address.as_str(),
                Recipient::Sms(phone) | Recipient::Voice(phone) => phone.as_str(),
            },
            subject: &letter.subject,
            text: letter.text.expose(),
            html: letter.html.as_ref().map(|html| html.expose().as_str()),
        };
        let json = serde_json::to_vec_pretty(&document).map_err(|e| CourierFault::Never(e.to_string()))?;
        let (part, whole) =
            (self.directory.join(format!(".{id}.part")), self.directory.join(format!("{id}.json")));
        // Whoever fetches never sees half a letter.
        let write = move || write_private(&part, &json).and_then(|()| std::fs::rename(&part, &whole));
        let written = tokio::task::spawn_blocking(write).await;
        let written = written.map_err(|e| CourierFault::TryLater(e.to_string()))?;
        written.map_err(|e| CourierFault::TryLater(format!("the letter cannot be written: {e}")))
    }
}

fn write_private(file: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::kernel::secret::Secret;
    use crate::kernel::text::EmailAddress;
    use crate::kernel::time::Timestamp;

    #[tokio::test]
    async fn a_letter_is_one_whole_file_that_its_owner_alone_reads() {
        let dir = tempfile::tempdir().unwrap();
        let courier = DirectoryCourier::new(dir.path().to_owned());
        let id = MessageId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        let to = Recipient::Email(EmailAddress::parse("ana@hospital.example").unwrap());
        let letter = |text: &str| Letter {
            subject: "S".into(),
            text: Secret::new(text.into()),
            html: None,
            again: None,
        };
        courier.deliver(id, &to, &letter("one")).await.unwrap();
        courier.deliver(id, &to, &letter("two")).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files, [dir.path().join(format!("{id}.json"))]);
        let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&files[0]).unwrap()).unwrap();
        assert_eq!((&read["to"], &read["text"]), (&"ana@hospital.example".into(), &"two".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let gone = DirectoryCourier::new(dir.path().join("gone"));
        assert!(matches!(gone.deliver(id, &to, &letter("x")).await, Err(CourierFault::TryLater(_))));
    }
}
