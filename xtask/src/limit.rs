//! A limit on how long something may take: when it is over, whatever was started for it is killed.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Whether the work ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    ByItself,
    /// Its processes were killed.
    AtTheLimit,
}

/// After the limit, how often what was started meanwhile is killed too.
const AGAIN: Duration = Duration::from_secs(1);

/// Does the work. Once `limit` has passed, every process of our own process group that descends from us is killed, until
/// the work ends. What made itself a group of its own (the tests' database cluster) finds its input closed and tidies up.
///
/// The children stay in our group, and not in one of their own, so that Ctrl-C at the terminal still reaches them.
pub fn within<T>(limit: Duration, work: impl FnOnce() -> T) -> (T, Ended) {
    let (done, waiting) = mpsc::channel::<()>();
    let guard = thread::spawn(move || {
        if waiting.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
            return Ended::ByItself;
        }
        loop {
            kill(&offspring(&processes(), std::process::id()));
            if waiting.recv_timeout(AGAIN) != Err(RecvTimeoutError::Timeout) {
                return Ended::AtTheLimit;
            }
        }
    });
    let out = work();
    drop(done);
    (out, guard.join().unwrap_or(Ended::ByItself))
}

/// Parent and process group of each process, by its id.
fn processes() -> BTreeMap<u32, (u32, u32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = entries.filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((id, parsed(&fs::read_to_string(entry.path().join("stat")).ok()?)?))
    });
    stats.collect()
}

/// Of `1234 (a name) S 1 1234 ..`: the parent and the group. A name may have brackets in it.
fn parsed(stat: &str) -> Option<(u32, u32)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace().skip(1);
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// Those of `root`'s group that descend from it.
fn offspring(all: &BTreeMap<u32, (u32, u32)>, root: u32) -> Vec<u32> {
    let group = all.get(&root).map(|(_, group)| *group);
    let mut found = vec![root];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let children = all.iter().filter(|(_, (of, _))| *of == parent).map(|(id, _)| *id);
        found.extend(children.collect::<Vec<_>>());
        at += 1;
    }
    found.retain(|id| *id != root && all.get(id).map(|(_, of)| *of) == group);
    found
}

fn kill(ids: &[u32]) {
    if ids.is_empty() {
        return;
    }
    // The shell's own `kill`: a small machine has no other.
    let ids = ids.iter().map(u32::to_string);
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -s KILL \"$@\"", "sh"]).args(ids).stderr(Stdio::null());
    let _gone_already = shell.status();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn what_is_quick_ends_by_itself() {
        assert_eq!(within(Duration::from_secs(60), || 7), (7, Ended::ByItself));
    }

    #[test]
    fn what_hangs_is_killed_with_all_that_it_started() {
        let began = Instant::now();
        let hang = || Command::new("sh").args(["-c", "sleep 600 & sleep 600; wait"]).status();
        let (status, ended) = within(Duration::from_millis(300), hang);
        assert!(!status.unwrap().success());
        assert_eq!(ended, Ended::AtTheLimit);
        assert!(began.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn only_descendants_of_the_same_group_are_meant() {
        let line = |text| parsed(text).unwrap();
        assert_eq!(line("12 (a) b) S 3 4 5"), (3, 4));
        let all = BTreeMap::from([(1, (0, 1)), (2, (1, 1)), (3, (2, 1)), (4, (2, 4)), (5, (0, 1))]);
        assert_eq!(offspring(&all, 1), [2, 3]);
    }
}
