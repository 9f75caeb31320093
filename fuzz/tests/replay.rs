//! Every corpus, on stable.

use std::fs;
use std::path::Path;

use harp_fuzz::replay::{Target, one};

fn replay(name: &str, target: Target) {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files: Vec<_> = fs::read_dir(&room).unwrap().map(|entry| entry.unwrap().path()).collect();
    for kind in ["valid-", "hostile-"] {
        let of_kind =
            files.iter().filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(kind));
        assert!(of_kind.count() >= 3, "{name} has too few seeds that are {kind}");
    }
    for path in &files {
        one(target, path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    }
}

macro_rules! replays {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            replay(stringify!($name), harp_fuzz::$name);
        }
    )*};
}

replays! { authorize_request token_request redirect_uri client_credentials jws_verify session_cookie
telephone_callback webauthn_response }
