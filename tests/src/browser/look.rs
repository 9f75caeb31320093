//! Looking at a page.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::outline::{Kind, Part, plain};
use super::seen::Answer;
use super::{Browser, Cookie, one_line};

impl Browser {
    /// Fails unless the page says this (spaces and line breaks are one).
    #[track_caller]
    pub fn see(&self, text: &str) -> impl Future<Output = ()> {
        let text = one_line(text);
        self.step(format!("see `{text}`"), async move {
            ensure!(one_line(&self.words().await?).contains(&text), "the page does not say so");
            Ok(())
        })
    }

    /// Waits until the page says this: for what a script says in its time.
    #[track_caller]
    pub fn hear(&self, text: &str) -> impl Future<Output = ()> {
        let text = one_line(text);
        self.step(format!("wait for `{text}`"), async move {
            let heard = self.tab.evaluate(&HEAR.replace("WANTED", &json!(text).to_string())).await;
            heard.map(drop).context("the page does not come to say so")
        })
    }

    /// The value of an expression about the page, in a world of the harness's own that lasts as long as the page.
    #[track_caller]
    pub fn ask(&self, expression: &str) -> impl Future<Output = Value> {
        let expression = expression.to_owned();
        self.step("ask the page".to_owned(), async move { self.tab.evaluate(&expression).await })
    }

    /// Fails if the page says this.
    #[track_caller]
    pub fn not_see(&self, text: &str) -> impl Future<Output = ()> {
        let text = one_line(text);
        self.step(format!("not see `{text}`"), async move {
            ensure!(!one_line(&self.words().await?).contains(&text), "the page says so");
            Ok(())
        })
    }

    /// What the page says, as it is drawn.
    #[track_caller]
    pub fn text(&self) -> impl Future<Output = String> {
        self.step("read the page".to_owned(), self.words())
    }

    #[track_caller]
    pub fn title(&self) -> impl Future<Output = String> {
        self.step("read the title".to_owned(), self.say("document.title"))
    }

    /// The `h1`; there has to be exactly one.
    #[track_caller]
    pub fn heading(&self) -> impl Future<Output = String> {
        self.step("read the heading".to_owned(), async {
            let found =
                self.tab.evaluate("[...document.querySelectorAll('h1')].map(h => h.innerText)").await?;
            match found.as_array().map(Vec::as_slice) {
                Some([Value::String(one)]) => Ok(one_line(one)),
                _ => bail!("a page has one h1, this one has {found}"),
            }
        })
    }

    #[track_caller]
    pub fn url(&self) -> impl Future<Output = String> {
        self.step("read the address".to_owned(), self.address())
    }

    /// How the server answered for the document on screen: status and headers.
    #[track_caller]
    pub fn answer(&self) -> impl Future<Output = Answer> {
        self.step("read the answer".to_owned(), async { Ok(self.tab.seen(|seen| seen.answer.clone()).await) })
    }

    /// The lines of the error summary, in order; empty when there is none.
    #[track_caller]
    pub fn errors(&self) -> impl Future<Output = Vec<String>> {
        self.step("read the error summary".to_owned(), async {
            let found = self.tab.evaluate(ERRORS).await?;
            let lines = found.as_array().into_iter().flatten().filter_map(Value::as_str);
            Ok(lines.map(one_line).collect())
        })
    }

    /// A control as a screen reader announces it: value, description (hint and error), invalid, required.
    #[track_caller]
    pub fn control(&self, label: &str) -> impl Future<Output = Part> {
        let label = label.to_owned();
        self.step(format!("hear `{label}`"), async move {
            self.tab.outline().await?.find(Kind::Control, &label).cloned()
        })
    }

    /// The names of what can be pressed, in reading order.
    #[track_caller]
    pub fn buttons_and_links(&self) -> impl Future<Output = Vec<String>> {
        self.step("list buttons and links".to_owned(), async {
            let outline = self.tab.outline().await?;
            let pressed =
                outline.parts.iter().filter(|part| ["button", "link"].contains(&part.role.as_str()));
            Ok(pressed.map(|part| plain(&part.name)).collect())
        })
    }

    /// Where a link leads.
    #[track_caller]
    pub fn link(&self, name: &str) -> impl Future<Output = String> {
        let name = name.to_owned();
        self.step(format!("look where `{name}` leads"), async move {
            let node = self.tab.outline().await?.find(Kind::Press, &name)?.node;
            let leads = self.tab.on(node, "function () { return this.href }", &[]).await?;
            leads.as_str().map(str::to_owned).context("it is no link")
        })
    }

    /// Every address that the tab's pages asked for, in order.
    #[track_caller]
    pub fn requests(&self) -> impl Future<Output = Vec<String>> {
        self.step("list what was asked for".to_owned(), async {
            Ok(self.tab.seen(|seen| seen.requests.clone()).await)
        })
    }

    /// All cookies of this person, of every site.
    #[track_caller]
    pub fn cookies(&self) -> impl Future<Output = Vec<Cookie>> {
        self.step("list the cookies".to_owned(), async {
            let context = json!({ "browserContextId": self.profile.context });
            let found = self.profile.wire.call(None, "Storage.getCookies", context).await?;
            let found = found.get("cookies").and_then(Value::as_array);
            Ok(found.into_iter().flatten().map(Cookie::of).collect())
        })
    }

    /// Puts cookies in, as one who copied them would.
    #[track_caller]
    pub fn bring(&self, cookies: &[Cookie]) -> impl Future<Output = ()> {
        let cookies: Vec<Value> = cookies.iter().map(Cookie::to_value).collect();
        self.step("bring cookies along".to_owned(), async move {
            let set = json!({ "browserContextId": self.profile.context, "cookies": cookies });
            self.profile.wire.call(None, "Storage.setCookies", set).await.map(drop)
        })
    }
}

const HEAR: &str = r"new Promise(heard => {
  const listen = () => document.body.innerText.replace(/\s+/g, ' ').includes(WANTED) && heard(true);
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(listen).observe(document.body, all);
  listen();
})";

/// The lines under the heading of the error summary.
const ERRORS: &str = r"(() => {
  const heading = [...document.querySelectorAll('h2')].find(h => h.innerText.trim() === 'There is a problem');
  const box = heading && heading.parentElement.closest('[role=alert], [aria-labelledby], .error-summary, section, div');
  return box ? [...box.querySelectorAll('li')].map(line => line.innerText) : [];
})()";
