//! The root keys: outside the database, 32 bytes each, in a file that only its owner reads or in the environment.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Secret;
use harp_core::vault::{RootKey, Vault};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::ConfigFault;

/// The vault of these keys: the first seals, all of them open.
pub fn vault(keys: &[Secret<String>]) -> Result<Vault, ConfigFault> {
    let mut roots = keys.iter().map(|text| root(text.expose())).collect::<Result<Vec<_>, _>>()?.into_iter();
    match roots.next() {
        Some(current) => Ok(Vault::new(current, roots.collect())),
        None => Err(ConfigFault("there is no root key: `harp keys init` makes one".to_owned())),
    }
}

/// The keys in a file: a line each, `#` begins a comment.
pub fn read(file: &Path) -> Result<Vec<Secret<String>>, ConfigFault> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            ConfigFault(format!("there is no file of root keys `{shown}`: `harp keys init` makes one"))
        }
        _ => ConfigFault(format!("the root keys in `{shown}` cannot be read: {e}")),
    })?;
    owner_only(file)?;
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or("").trim());
    Ok(lines.filter(|line| !line.is_empty()).map(|line| Secret::new(line.to_owned())).collect())
}

/// Writes a new key into a new file with mode 0600. An existing file is never touched.
pub fn create(file: &Path, random: &dyn Random) -> Result<(), ConfigFault> {
    let key = Zeroizing::new(STANDARD.encode(Zeroizing::new(random.bytes::<32>())));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut f| {
        writeln!(
            f,
            "# Root keys of HARP. Keep a copy in a safe place: without them what is sealed is lost."
        )?;
        writeln!(f, "{}", key.as_str())?;
        f.sync_all()
    });
    let shown = file.display();
    written.map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            ConfigFault(format!("`{shown}` is there already, and is left as it is"))
        }
        _ => ConfigFault(format!("`{shown}` cannot be written: {e}")),
    })
}

fn root(text: &str) -> Result<RootKey, ConfigFault> {
    // The text of a wrong key is not repeated: it may be a right one with a slip.
    let wrong = || ConfigFault("a root key is not 32 bytes in base64: `harp keys init` makes one".to_owned());
    let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| wrong())?;
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| wrong())?;
    // The id says which key sealed a value; it follows from the key, so it cannot be given to two.
    let digest = Sha256::new().chain_update(b"harp root key id").chain_update(key).finalize();
    let kid = URL_SAFE_NO_PAD.encode(digest.get(..6).unwrap_or_default());
    Ok(RootKey { kid, key: Secret::new(key) })
}

#[cfg(unix)]
fn owner_only(file: &Path) -> Result<(), ConfigFault> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = file.display();
    let data = std::fs::metadata(file).map_err(|e| ConfigFault(format!("`{shown}`: {e}")))?;
    if data.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    Err(ConfigFault(format!("others than its owner may read `{shown}`: run `chmod 600 {shown}`")))
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> Result<(), ConfigFault> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::random::SeededRandom;
    use harp_core::vault::Place;

    const PLACE: Place<'_> = Place { table: "t", column: "c", row: "r" };

    #[test]
    fn a_key_file_is_made_once_and_opens_what_it_sealed() {
        let (dir, random) = (tempfile::tempdir().unwrap(), SeededRandom::new(1));
        let file = dir.path().join("harp.keys");
        assert!(read(&file).unwrap_err().0.contains("harp keys init"));
        create(&file, &random).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert!(create(&file, &random).unwrap_err().0.contains("left as it is"));
        assert_eq!(std::fs::read(&file).unwrap(), before);
        let sealed = vault(&read(&file).unwrap()).unwrap().seal(b"x", PLACE, &random).unwrap();
        assert_eq!(vault(&read(&file).unwrap()).unwrap().open(&sealed, PLACE).unwrap().expose(), b"x");
    }

    #[test]
    fn a_new_first_line_seals_and_the_old_key_still_opens() {
        let random = SeededRandom::new(1);
        let key = |n: u8| Secret::new(STANDARD.encode([n; 32]));
        let old = vault(&[key(1)]).unwrap().seal(b"x", PLACE, &random).unwrap();
        let both = vault(&[key(2), key(1)]).unwrap();
        assert_eq!(both.open(&old, PLACE).unwrap().expose(), b"x");
        assert!(vault(&[key(2)]).unwrap().open(&both.seal(b"y", PLACE, &random).unwrap(), PLACE).is_ok());
        assert!(vault(&[]).is_err() && vault(&[Secret::new("c2hvcnQ=".into())]).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (dir, random) = (tempfile::tempdir().unwrap(), SeededRandom::new(1));
        let file = dir.path().join("harp.keys");
        create(&file, &random).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&file).unwrap_err().0.contains("chmod 600"));
    }
}
