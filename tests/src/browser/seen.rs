//! What a tab has seen happen: events in, facts out. Pure, so that waiting for a page is a question and not a guess.

use std::collections::BTreeMap;

use serde_json::Value;

use super::wire::Event;

/// The document that the address bar shows, as the server answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// A file on its way to disk.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its name in the download directory.
    pub guid: String,
    /// The name that the server gave it.
    pub name: String,
    pub done: bool,
}

#[derive(Debug, Default)]
pub struct Seen {
    frame: String,
    /// Since the last [`Seen::expect`]: a navigation was asked for, begun, committed (its loader), loaded (its loader),
    /// made within the document, or ended without a new document (a download, a 204).
    asked: bool,
    begun: bool,
    committed: Option<String>,
    loaded: Option<String>,
    within: bool,
    stopped: bool,
    failed: Option<String>,
    answers: BTreeMap<String, Answer>,
    pub answer: Answer,
    pub downloads: Vec<Download>,
    /// Every address asked for by the tab's pages, in order.
    pub requests: Vec<String>,
    /// What the pages wanted and their Content-Security-Policy refused.
    pub refused: Vec<String>,
}

impl Seen {
    pub fn of(frame: &str) -> Self {
        Self { frame: frame.to_owned(), ..Self::default() }
    }

    /// From here on, only what happens next counts as a navigation.
    pub fn expect(&mut self) {
        self.asked = false;
        self.begun = false;
        self.committed = None;
        self.loaded = None;
        self.within = false;
        self.stopped = false;
        self.failed = None;
    }

    /// Whether anything is on its way.
    pub fn going(&self) -> bool {
        self.asked || self.begun || self.committed.is_some() || self.within
    }

    /// Whether what was on its way has arrived.
    pub fn arrived(&self) -> bool {
        match &self.committed {
            Some(loader) => self.failed.is_some() || self.loaded.as_ref() == Some(loader),
            None => self.within || self.stopped,
        }
    }

    /// The address that could not be reached.
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    pub fn absorb(&mut self, event: Event) {
        let params = &event.params;
        let text =
            |pointer: &str| params.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let ours = |pointer: &str| params.pointer(pointer).and_then(Value::as_str) == Some(&self.frame);
        match event.method.as_str() {
            "Page.frameRequestedNavigation" if ours("/frameId") => self.asked = true,
            "Page.frameStartedNavigating" if ours("/frameId") => self.begun = true,
            "Page.frameNavigated" if ours("/frame/id") => {
                let loader = text("/frame/loaderId");
                if let Some(answer) = self.answers.remove(&loader) {
                    self.answer = answer;
                }
                self.answers.clear();
                let unreachable = text("/frame/unreachableUrl");
                self.failed = (!unreachable.is_empty()).then_some(unreachable);
                self.committed = Some(loader);
            }
            "Page.navigatedWithinDocument" if ours("/frameId") => self.within = true,
            "Page.lifecycleEvent" if ours("/frameId") && text("/name") == "load" => {
                self.loaded = Some(text("/loaderId"));
            }
            // It also ends every ordinary load, after `load`; what it tells then was known.
            "Page.frameStoppedLoading" if ours("/frameId") && self.begun => self.stopped = true,
            "Network.requestWillBeSent" => self.requests.push(text("/request/url")),
            "Network.responseReceived" if ours("/frameId") && text("/type") == "Document" => {
                self.answers.insert(text("/loaderId"), answer(params));
            }
            "Log.entryAdded" if text("/entry/source") == "security" => self.refused.push(text("/entry/text")),
            "Browser.downloadWillBegin" if ours("/frameId") => {
                self.downloads.push(Download {
                    guid: text("/guid"),
                    name: text("/suggestedFilename"),
                    done: false,
                });
            }
            "Browser.downloadProgress" if text("/state") == "completed" => {
                let guid = text("/guid");
                for download in self.downloads.iter_mut().filter(|download| download.guid == guid) {
                    download.done = true;
                }
            }
            _ => {}
        }
    }
}

fn answer(params: &Value) -> Answer {
    let status = params.pointer("/response/status").and_then(Value::as_u64).unwrap_or_default();
    let headers = params.pointer("/response/headers").and_then(Value::as_object).into_iter().flatten();
    Answer {
        status: u16::try_from(status).unwrap_or_default(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(method: &str, params: Value) -> Event {
        Event { method: method.to_owned(), params }
    }

    #[test]
    fn a_page_has_arrived_when_its_own_load_event_has() {
        let mut seen = Seen::of("F");
        seen.absorb(event("Page.frameRequestedNavigation", json!({ "frameId": "F" })));
        assert!(seen.going() && !seen.arrived());
        seen.absorb(event(
            "Page.lifecycleEvent",
            json!({ "frameId": "F", "name": "load", "loaderId": "old" }),
        ));
        seen.absorb(event("Page.frameNavigated", json!({ "frame": { "id": "F", "loaderId": "new" } })));
        assert!(!seen.arrived(), "the load event of the page before does not count");
        seen.absorb(event(
            "Page.lifecycleEvent",
            json!({ "frameId": "F", "name": "load", "loaderId": "new" }),
        ));
        assert!(seen.arrived());
    }

    #[test]
    fn another_frame_moves_nothing() {
        let mut seen = Seen::of("F");
        seen.absorb(event("Page.frameStartedNavigating", json!({ "frameId": "G" })));
        assert!(!seen.going());
    }

    #[test]
    fn a_download_ends_a_navigation_without_a_page() {
        let mut seen = Seen::of("F");
        seen.absorb(event("Page.frameStoppedLoading", json!({ "frameId": "F" })));
        assert!(!seen.arrived(), "the end of the page before does not count");
        seen.absorb(event("Page.frameStartedNavigating", json!({ "frameId": "F" })));
        seen.absorb(event("Page.frameStoppedLoading", json!({ "frameId": "F" })));
        assert!(seen.arrived());
    }
}
