//! Acting on a page, by the names of what stands on it.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use super::Browser;
use super::outline::Kind;
use super::seen::Seen;

impl Browser {
    /// Types into the text field of that label, in place of what it held.
    #[track_caller]
    pub fn fill(&self, label: &str, value: &str) -> impl Future<Output = ()> {
        let (label, value) = (label.to_owned(), value.to_owned());
        self.step(format!("fill `{label}` with `{value}`"), async move {
            let node = self.tab.click(Kind::Field, &label).await?;
            self.tab.on(node, "function () { this.select() }", &[]).await?;
            match value.as_str() {
                "" => self.tab.key("Delete").await?,
                _ => drop(self.tab.call("Input.insertText", json!({ "text": value })).await?),
            }
            let holds = self.tab.on(node, "function () { return this.value }", &[]).await?;
            ensure!(holds == value, "`{label}` holds {holds} and not what was typed");
            Ok(())
        })
    }

    /// Chooses a radio button.
    #[track_caller]
    pub fn choose(&self, label: &str) -> impl Future<Output = ()> {
        let label = label.to_owned();
        self.step(format!("choose `{label}`"), async move { self.tick(Kind::Radio, &label, true).await })
    }

    /// Ticks a checkbox.
    #[track_caller]
    pub fn check(&self, label: &str) -> impl Future<Output = ()> {
        let label = label.to_owned();
        self.step(format!("check `{label}`"), async move { self.tick(Kind::Checkbox, &label, true).await })
    }

    /// Clears a checkbox.
    #[track_caller]
    pub fn uncheck(&self, label: &str) -> impl Future<Output = ()> {
        let label = label.to_owned();
        self.step(format!("uncheck `{label}`"), async move { self.tick(Kind::Checkbox, &label, false).await })
    }

    async fn tick(&self, kind: Kind, label: &str, wanted: bool) -> Result<()> {
        if self.tab.outline().await?.find(kind, label)?.checked != wanted {
            let node = self.tab.click(kind, label).await?;
            let is = self.tab.on(node, "function () { return this.checked }", &[]).await?;
            ensure!(is == wanted, "a click on `{label}` does not change it");
        }
        Ok(())
    }

    /// Chooses an option of a drop-down list, by its words.
    #[track_caller]
    pub fn select(&self, label: &str, option: &str) -> impl Future<Output = ()> {
        let (label, option) = (label.to_owned(), option.to_owned());
        self.step(format!("select `{option}` in `{label}`"), async move {
            let node = self.tab.outline().await?.find(Kind::List, &label)?.node;
            self.tab.on(node, SELECT, &[option.into()]).await.map(drop)
        })
    }

    /// Gives a file to the file field of that label.
    #[track_caller]
    pub fn upload(&self, label: &str, path: &Path) -> impl Future<Output = ()> {
        let (label, path) = (label.to_owned(), path.to_owned());
        self.step(format!("upload {} to `{label}`", path.display()), async move {
            let node = self.tab.outline().await?.find(Kind::Control, &label)?.node;
            let files = json!({ "backendNodeId": node, "files": [path] });
            self.tab.call("DOM.setFileInputFiles", files).await.map(drop)
        })
    }

    /// Presses the button, or follows the link, of that name, and waits for the page that it leads to.
    #[track_caller]
    pub fn press(&self, name: &str) -> impl Future<Output = ()> {
        let name = name.to_owned();
        self.step(format!("press `{name}`"), async move {
            let node = self.tab.outline().await?.find(Kind::Press, &name)?.node;
            if let Some(why) = self.tab.on(node, HELD_BACK, &[]).await?.as_str() {
                bail!("the browser itself holds the form back: {why}");
            }
            self.tab.follow(async { self.tab.click(Kind::Press, &name).await.map(drop) }).await
        })
    }

    /// Presses a key (`Enter`, `Tab`, ` `, `Escape` ..) where the focus is, and waits for the page that it leads to.
    #[track_caller]
    pub fn key(&self, key: &str) -> impl Future<Output = ()> {
        let key = key.to_owned();
        self.step(format!("press the key `{key}`"), async move { self.tab.follow(self.tab.key(&key)).await })
    }

    /// Follows a link to a file: the name that the server gave it, and its bytes.
    #[track_caller]
    pub fn download(&self, name: &str) -> impl Future<Output = (String, Vec<u8>)> {
        let name = name.to_owned();
        self.step(format!("download `{name}`"), async move {
            let before = self.tab.seen(|seen| seen.downloads.len()).await;
            self.tab.click(Kind::Press, &name).await?;
            let done = |seen: &Seen| seen.downloads.get(before).is_some_and(|download| download.done);
            self.tab.until("no file arrives", done).await?;
            let file =
                self.tab.seen(|seen| seen.downloads.get(before).cloned()).await.context("no file arrives")?;
            Ok((file.name, std::fs::read(self.profile.downloads.path().join(file.guid))?))
        })
    }
}

const SELECT: &str = r"function (wanted) {
  const plain = text => text.trim().replace(/\s+/g, ' ');
  const option = [...this.options].find(option => plain(option.text) === wanted);
  if (!option) throw new Error('there is no such option; there are: ' + [...this.options].map(o => o.text).join(', '));
  this.focus();
  option.selected = true;
  this.dispatchEvent(new Event('input', { bubbles: true }));
  this.dispatchEvent(new Event('change', { bubbles: true }));
}";

/// Why the browser would not send the form of a button, if it would not.
const HELD_BACK: &str = r"function () {
  const form = this.form;
  if (!form || this.type !== 'submit' || form.noValidate || this.formNoValidate || form.checkValidity()) return null;
  return [...form.elements].filter(e => e.willValidate && !e.checkValidity())
    .map(e => (e.labels[0]?.innerText || e.name) + ': ' + e.validationMessage).join('; ');
}";
