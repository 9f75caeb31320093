//! From where something was done, as roughly as a letter says it: the network, never the whole address; a browser's
//! name, never the text by which it calls itself. Enough for an owner to say *that was me*, too little to follow anybody.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::kernel::act::Origin;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whence {
    pub network: Option<Network>,
    pub browser: Browser,
    pub system: System,
}

impl Whence {
    pub fn of(origin: &Origin) -> Whence {
        // The edge has cut it; who embeds HARP may not have.
        let agent: String = origin.agent.iter().flat_map(|a| a.chars()).take(MOST).collect();
        Whence {
            network: origin.address.map(Network::of),
            browser: Browser::of(&agent),
            system: System::of(&agent),
        }
    }
}

/// How much of a browser's words is looked at, in characters.
const MOST: usize = 200;

/// What an address begins with: three of four numbers (a /24), or the /48 that a site is given (RFC 6177 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Network(String);

impl Network {
    pub fn of(address: IpAddr) -> Network {
        Network(match address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}")
            }
        })
    }

    /// The beginning of the address: `203.0.113` or `2001:db8:1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Declares what is told apart: a variant, its name for people, and what gives it away, the more telling first: every
/// browser also says that it is some others.
macro_rules! told_by {
    ($(#[$doc:meta])* $what:ident { $($variant:ident $name:literal = [$($mark:literal),+];)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $what {
            $($variant,)+
            #[default]
            Unknown,
        }

        impl $what {
            fn of(agent: &str) -> $what {
                let marks = [$(($what::$variant, &[$($mark),+] as &[&str])),+];
                let found = marks.into_iter().find(|(_, marks)| marks.iter().any(|m| agent.contains(m)));
                found.map_or($what::Unknown, |(what, _)| what)
            }

            /// A proper name, the same in every language. None: it is not known.
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $($what::$variant => Some($name),)+
                    $what::Unknown => None,
                }
            }
        }
    };
}

told_by! {
    Browser {
        Edge "Edge" = ["Edg/", "EdgA/", "EdgiOS/", "Edge/"];
        Opera "Opera" = ["OPR/", "OPiOS/", "Opera"];
        Samsung "Samsung Internet" = ["SamsungBrowser/"];
        Firefox "Firefox" = ["Firefox/", "FxiOS/"];
        Chrome "Chrome" = ["Chrome/", "CriOS/", "Chromium/"];
        Safari "Safari" = ["Safari/"];
    }
}

told_by! {
    System {
        Iphone "iPhone" = ["iPhone", "iPod"];
        Ipad "iPad" = ["iPad"];
        Android "Android" = ["Android"];
        Windows "Windows" = ["Windows"];
        ChromeOs "ChromeOS" = ["CrOS"];
        Mac "Mac" = ["Macintosh", "Mac OS X"];
        Linux "Linux" = ["Linux"];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
        let whence = Whence::of(&Origin { address: None, agent: Some(agent.to_owned()) });
        (whence.browser.name(), whence.system.name())
    }

    #[test]
    fn a_browser_is_known_by_what_it_says_beside_the_others() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0";
        for (agent, wanted) in [
            (format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Safari/537.36"), ("Chrome", "Windows")),
            (format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Safari/537.36 Edg/131.0.0.0"), ("Edge", "Windows")),
            (format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Mobile Safari/537.36"), ("Chrome", "Android")),
            (format!("Mozilla/5.0 (X11; CrOS x86_64 14541) {webkit} Safari/537.36"), ("Chrome", "ChromeOS")),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.1 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                ("Safari", "iPhone"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(),
                ("Firefox", "Mac"),
            ),
        ] {
            assert_eq!(told(&agent), (Some(wanted.0), Some(wanted.1)), "{agent}");
        }
        assert_eq!(told("curl/8.5.0"), (None, None));
        assert_eq!(
            told(&format!("{}Firefox/1 Linux", "x".repeat(MOST))),
            (None, None),
            "no more is looked at"
        );
        assert_eq!(told(&"é".repeat(100_000)), (None, None));
    }

    #[test]
    fn an_address_is_told_by_its_network_alone() {
        let network = |text: &str| Network::of(text.parse().unwrap()).as_str().to_owned();
        assert_eq!(network("203.0.113.77"), "203.0.113");
        assert_eq!(network("::ffff:203.0.113.77"), "203.0.113");
        assert_eq!(network("2001:db8:12:3456:789a::1"), "2001:db8:12");
    }
}
