//! A decision, and its limit: looking at each role once.

use divan::{Bencher, black_box};
use harp_core::access::decide::{HeldRole, Need, Place, Question, decide};
use harp_core::kernel::time::Timestamp;

fn held(count: usize) -> Vec<HeldRole> {
    (0..count)
        .map(|n| HeldRole {
            program: "mft".into(),
            org: format!("org_{n}"),
            org_name: format!("Hospital {n}"),
            role: "mft_web_user".into(),
            role_name: "Web User".into(),
            permissions: vec!["files:upload".into(), "files:download".into()],
            until: None,
        })
        .collect()
}

#[divan::bench(args = [1, 10, 100])]
fn harp_decide(bencher: Bencher<'_, '_>, count: usize) {
    let held = held(count);
    let question = Question {
        program: "mft".into(),
        need: Need::Permission("files:upload".into()),
        place: Place::Org(format!("org_{}", count - 1)),
        aal: None,
    };
    bencher.bench_local(|| decide(black_box(&held), None, black_box(&question), Timestamp::from_secs(0)));
}

/// The last of so many strings that are alike up to their end.
#[divan::bench(args = [1, 10, 100])]
fn looking_at_each(bencher: Bencher<'_, '_>, count: usize) {
    let held = held(count);
    let last = format!("org_{}", count - 1);
    bencher.bench_local(|| black_box(&held).iter().find(|one| one.org == *black_box(&last)).cloned());
}
