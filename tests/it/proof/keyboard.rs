//! Every control of every page is reached by the Tab key in reading order, shows that it is, and is left again
//! (WCAG 2.2 2.1.1, 2.1.2, 2.4.1, 2.4.3, 2.4.7).

use harp_tests::browser::{Scheme, Script};
use serde_json::Value;

use super::Walk;

/// What can be focused, in the order of the document; of radio buttons with one name the checked one or the first. Then the
/// walk begins at the top, and a listener notes each stop.
const BEGIN: &str = r"(async () => {
  // Chromium moves the focus to it at its first frame, and not before the walk begins.
  const focused = document.querySelector('[autofocus]');
  while (focused && document.activeElement !== focused) await new Promise(requestAnimationFrame);
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\'0\']')]
    .filter(e => !e.disabled && e.type !== 'hidden' && e.checkVisibility({ visibilityProperty: true }));
  const group = e => all.filter(o => o.type === 'radio' && o.name === e.name && o.form === e.form);
  const stop = e => e.type !== 'radio' || e === (group(e).find(o => o.checked) ?? group(e)[0]);
  globalThis.wanted = all.filter(stop);
  globalThis.stops = [];
  document.activeElement?.blur();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  document.addEventListener('focusin', event => {
    const style = getComputedStyle(event.target);
    const box = event.target.getBoundingClientRect();
    stops.push({
      at: event.target,
      seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 1 && box.height > 1,
    });
  });
  return wanted.length;
})()";

const END: &str = r"(() => {
  const name = e => `${e.tagName.toLowerCase()} ${(e.labels?.[0]?.innerText ?? e.innerText ?? e.name ?? '').trim().slice(0, 40)}`;
  const found = [];
  wanted.forEach((e, i) => {
    if (stops[i]?.at !== e) found.push(`stop ${i + 1} should be ${name(e)}, is ${stops[i] ? name(stops[i].at) : 'nothing'}`);
    else if (!stops[i].seen) found.push(`focus cannot be seen on ${name(e)}`);
  });
  if (!wanted[0]?.classList.contains('skip')) found.push('the skip link is not the first stop');
  if (document.activeElement === wanted.at(-1) && wanted.length > 1) found.push('the last control holds the focus');
  return found.slice(0, 3);
})()";

#[tokio::test(flavor = "multi_thread")]
async fn every_control_of_every_page_is_reached_by_keyboard_in_reading_order_and_left_again() {
    let mut walk = Walk::begin(Script::On).await;
    for slug in Walk::pages() {
        walk.browser.wear(1280, Scheme::Light).await;
        walk.open(&slug).await;
        let stops = walk.browser.ask(BEGIN).await.as_u64().unwrap();
        walk.browser.tab_on(usize::try_from(stops).unwrap() + 1).await;
        let found: Value = walk.browser.ask(END).await;
        walk.note(&slug, &found);
    }
    walk.end().await;
}
