//! The page with CSS off: everything that matters is there, in an order that makes sense (WCAG 2.2 1.3.2).

use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};
use serde_json::json;

use super::Walk;
use crate::journey::people::sol_enters;

const FAULTS: &str = r"(() => {
  const found = [];
  const name = e => `${e.tagName.toLowerCase()} ${e.name || e.id || e.innerText.slice(0, 40)}`;
  const before = (a, b) => !!(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (getComputedStyle(document.documentElement).getPropertyValue('--paper')) found.push('the stylesheet was not blocked');
  const main = document.querySelector('main'), title = document.querySelector('h1');
  const summary = document.querySelector('.summary');
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    const label = e.labels[0], after = ['radio', 'checkbox'].includes(e.type);
    if (!label?.checkVisibility() || !label.innerText.trim()) found.push(`${name(e)} has no label to be seen`);
    else if (before(e, label) !== after) found.push(`${name(e)} and its label stand in the wrong order`);
    for (const id of (e.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean)) {
      if (!document.getElementById(id).checkVisibility()) found.push(`${id} cannot be seen`);
    }
    if (summary && !before(summary, e)) found.push('the error summary comes late');
  }
  for (const e of main.querySelectorAll('*')) {
    const quiet = ['SCRIPT', 'TEMPLATE', 'OPTION', 'OPTGROUP'].includes(e.tagName) || e.type === 'hidden' || e.closest('svg, select');
    if (!quiet && !e.checkVisibility({ visibilityProperty: true })) found.push(`${name(e)} is hidden`);
  }
  if (!title.checkVisibility() || [...main.querySelectorAll('form')].some(form => !before(title, form))) {
    found.push('the heading does not come first');
  }
  const [head, foot] = ['header', 'footer'].map(one => document.querySelector(`body > ${one}`));
  if (!before(head, main) || !before(main, foot)) found.push('header, content and footer are out of order');
  return [...new Set(found)].slice(0, 4);
})()";

async fn without_css(browser: &Browser) {
    browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*.css"] })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_stylesheet_every_page_keeps_labels_order_and_content() {
    let mut walk = Walk::begin(Script::Off).await;
    without_css(&walk.browser).await;
    for slug in Walk::pages() {
        walk.open(&slug).await;
        let found = walk.browser.ask(FAULTS).await;
        walk.note(&slug, &found);
    }
    walk.end().await;
}

/// The main forms are not only there: they work.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_and_asks_for_a_device_without_the_stylesheet() {
    let world = World::on(Db::sqlite().await.unwrap(), Street::Localhost).await;
    let sol = Browser::start(Script::Off).await;
    without_css(&sol).await;
    sol.open(&world.url("/sign-in")).await;
    sol.press("main › Sign in").await;
    assert_eq!(sol.errors().await.len(), 3);
    sol_enters(&world, &sol).await;
    sol.see("Hello, Sol").await;
    sol.press("Profile").await;
    sol.open(&world.url("/profile/devices/add")).await;
    sol.choose("Text message (SMS)").await;
    sol.press("Next").await;
    sol.fill("Phone number", "1").await;
    sol.press("Send Code").await;
    assert_eq!(sol.errors().await.len(), 1);
    sol.screenshot("without stylesheet", 320, harp_tests::browser::Scheme::Light).await;
    world.house.close().await;
}
