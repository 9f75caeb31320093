//! Passwords that everybody tries first (SP 800-63B-4 §3.1.1.2: commonly used, expected, context-specific).
//!
//! With fifteen characters asked for, the head of every breach list is out of reach: it is short. What people make
//! of it is not: they repeat it, join two of them, add a year, walk along the keyboard. So the list holds the common
//! pieces, and a password is listed if the *whole* of it is made of two of them at most, besides the person's own
//! words. A part of a password is never held against it.

/// Common passwords and the words they are made of, one a line.
const PIECES: &str = include_str!("common_pieces.txt");

/// Runs along an alphabet or a keyboard; any three or more in a row count, in either direction.
const RUNS: [&str; 10] = [
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "azertyuiop",
    "qwertzuiop",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
];

/// How many common pieces make an uncommon password.
const ENOUGH: usize = 3;

/// A shorter pattern than this, repeated, is common whatever it is made of.
const PATTERN: usize = 6;

/// Whether the whole password is common: `own` are the person's words, in lower case.
pub(super) fn lists(password: &str, own: &[String]) -> bool {
    let all: Vec<char> = password.to_lowercase().chars().collect();
    // Punctuation between pieces hides nothing, and some of it stands for a letter: `p@ssw0rd!` is read in each way.
    let letters = keep(&all, |c| c.is_alphanumeric());
    let readings = if letters.is_empty() {
        vec![all]
    } else {
        let marked = keep(&all, |c| c.is_alphanumeric() || leet(c) != c);
        vec![trimmed(&marked).to_vec(), marked, letters]
    };
    readings.iter().any(|text| {
        let pattern = period(text);
        (pattern.len() < text.len() && pattern.len() < PATTERN) || cost(pattern, own) < ENOUGH
    })
}

fn keep(text: &[char], wanted: impl Fn(char) -> bool) -> Vec<char> {
    text.iter().copied().filter(|c| wanted(*c)).collect()
}

/// The shortest beginning that gives the whole when repeated: itself, if nothing is repeated.
fn period(text: &[char]) -> &[char] {
    (1..=text.len() / 2)
        .filter(|n| text.len().is_multiple_of(*n))
        .find(|&n| text.chunks(n).all(|chunk| text.starts_with(chunk)))
        .and_then(|n| text.get(..n))
        .unwrap_or(text)
}

/// Without the exclamation marks and such that a rule once asked for.
fn trimmed(text: &[char]) -> &[char] {
    let is_mark = |c: &char| !c.is_alphanumeric();
    let from = text.iter().take_while(|c| is_mark(c)).count();
    let to = text.len() - text.iter().rev().take_while(|c| is_mark(c)).count();
    text.get(from..to).unwrap_or_default()
}

/// How few pieces cover all of it; `usize::MAX` when something is left over.
fn cost(text: &[char], own: &[String]) -> usize {
    let mut best = vec![usize::MAX; text.len() + 1];
    best.iter_mut().take(1).for_each(|b| *b = 0);
    for at in 0..text.len() {
        let Some(so_far) = best.get(at).copied().filter(|c| *c < ENOUGH) else { continue };
        let rest = text.get(at..).unwrap_or_default();
        for (length, price) in pieces(rest, own) {
            if let Some(cell) = best.get_mut(at + length) {
                *cell = (*cell).min(so_far + price);
            }
        }
    }
    best.last().copied().unwrap_or(usize::MAX)
}

/// The pieces that a text begins with: how long each is, and what it counts. The person's own words count nothing.
fn pieces(rest: &[char], own: &[String]) -> Vec<(usize, usize)> {
    let own = own.iter().filter_map(|word| begins(rest, word)).map(|length| (length, 0));
    let listed = PIECES.lines().filter_map(|word| begins(rest, word)).map(|length| (length, 1));
    let digits = rest.iter().take(4).take_while(|c| c.is_ascii_digit()).count();
    let same = rest.iter().take_while(|c| Some(*c) == rest.first()).count();
    let run = RUNS.iter().map(|run| along(rest, run)).max().unwrap_or(0);
    let long = [same, run].into_iter().filter(|n| *n >= 3).map(|n| (n, 1));
    own.chain(listed).chain((1..=digits).map(|n| (n, 1))).chain(long).collect()
}

/// The length of the word if the text begins with it, letter for letter or as `p@ssw0rd` does.
fn begins(rest: &[char], word: &str) -> Option<usize> {
    let mut length = 0;
    for wanted in word.chars() {
        let c = *rest.get(length)?;
        if c != wanted && leet(c) != wanted && !(c == '1' && wanted == 'l') {
            return None;
        }
        length += 1;
    }
    (length > 0).then_some(length)
}

/// How far the text goes along a run, in either direction.
fn along(rest: &[char], run: &str) -> usize {
    let forward: Vec<char> = run.chars().collect();
    let backward: Vec<char> = run.chars().rev().collect();
    let walk = |line: &[char]| {
        let Some(start) = rest.first().and_then(|first| line.iter().position(|c| c == first)) else {
            return 0;
        };
        let line = line.get(start..).unwrap_or_default();
        rest.iter().zip(line).take_while(|(a, b)| a == b).count()
    };
    walk(&forward).max(walk(&backward))
}

fn leet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_lower_case_sorted_and_without_doubles() {
        let all: Vec<&str> = PIECES.lines().collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(
            all.iter()
                .all(|w| w.len() >= 3 && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
        );
    }

    #[test]
    fn a_repeated_pattern_counts_once() {
        let chars = |t: &str| t.chars().collect::<Vec<_>>();
        assert_eq!(period(&chars("abcabcabc")), chars("abc"));
        assert_eq!(period(&chars("abcab")), chars("abcab"));
        assert_eq!(period(&[]), &[] as &[char]);
    }
}
