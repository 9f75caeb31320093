//! A port for a program that is told its number, as long as it needs it.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// The lowest that may be given away: below it, programs of the machine have their places.
const LOWEST: u16 = 10_000;

/// A port that is free now and given to nobody else: the system takes ports for outgoing connections, and for whoever asks
/// for any, from a range of its own, and these lie below it. So it stays free while a program starts, stops and starts again.
#[expect(clippy::expect_used, reason = "a machine without a free port fails the test")]
pub fn free() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let range = system_begins().saturating_sub(LOWEST).max(1);
    // Other test programs begin elsewhere.
    let own = u16::try_from(std::process::id() % u32::from(range)).unwrap_or(0);
    let candidates = (0..range).map(|_| {
        let next = GIVEN.fetch_add(1, Ordering::Relaxed);
        LOWEST + own.wrapping_add(next) % range
    });
    let mut free = candidates.filter(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.next().expect("one of thousands of ports is free")
}

/// Where the system's own range begins.
fn system_begins() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range.split_whitespace().next().and_then(|low| low.parse().ok()).unwrap_or(32_768)
}
