//! Speed, side by side: each group has what HARP does and a peer or a limit, measured in the same run on the same machine.
//! `cargo xtask bench` runs it; docs/speed.md says what is compared, and keeps what was measured.
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to measure")]

mod argon2;
mod commits;
mod decide;
mod jws;
mod token;

use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}
