//! How every page looks to people who asked their system for something else, and to axe-core.

use harp_oidc::view::catalogue;
use harp_oidc::view::words::Words;
use harp_tests::browser::{Scheme, Script, Violation};

use super::Walk;

/// Forced colours: a button has an edge, an error is more than a colour (WCAG 2.2 1.4.1, 1.4.11).
const FORCED: &str = r"(() => {
  const found = [];
  for (const e of document.querySelectorAll('button, .button, input:not([type=hidden]), select, textarea')) {
    if (!e.checkVisibility() || ['radio', 'checkbox'].includes(e.type)) continue;
    const style = getComputedStyle(e);
    if (style.borderStyle === 'none' || parseFloat(style.borderWidth) < 1) found.push(`${e.name || e.innerText} has no edge`);
  }
  for (const e of document.querySelectorAll('[aria-invalid=true]')) {
    const said = (e.getAttribute('aria-describedby') ?? e.closest('fieldset')?.getAttribute('aria-describedby') ?? '')
      .split(' ').map(id => document.getElementById(id)).find(e => e?.classList.contains('wrong'));
    if (!said?.checkVisibility() || !said.innerText.trim()) found.push(`${e.name} is wrong by colour alone`);
  }
  const current = document.querySelector('.nav [aria-current]');
  if (current && getComputedStyle(current).borderBottomColor === getComputedStyle(current).backgroundColor) {
    found.push('the current section is not marked');
  }
  return found;
})()";

/// Paper: no way to anywhere, all of the content, black on white.
const PRINT: &str = r"(() => {
  const found = [];
  const shown = one => [...document.querySelectorAll(one)].some(e => e.checkVisibility());
  for (const one of ['.nav', '.skip', '.lasts', 'main button', '.back']) if (shown(one)) found.push(`${one} is printed`);
  if (!shown('h1')) found.push('no heading is printed');
  for (const e of document.querySelectorAll('main .secret, main .facts, main .summary, main table, main .panel')) {
    if (!e.checkVisibility()) found.push(`${e.className || e.tagName} is not printed`);
  }
  if (getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)') found.push('the paper is not white');
  return found;
})()";

/// `prefers-reduced-motion`, which every test asks for.
const MOTION: &str = r"[...document.querySelectorAll('*')].filter(e => {
  const style = getComputedStyle(e);
  return [style.transitionDuration, style.animationDuration].some(d => d.split(', ').some(d => parseFloat(d) > 0));
}).map(e => `${e.tagName} moves`).slice(0, 3)";

/// The first state of each page, and the states where something is wrong: they are pictured.
fn pictured(slug: &str) -> bool {
    !slug.contains('.')
        || ["wrong", "empty", "none", "restored", "new"].iter().any(|state| slug.ends_with(state))
}

#[tokio::test(flavor = "multi_thread")]
async fn in_forced_colours_every_page_shows_its_edges_and_errors() {
    let mut walk = Walk::begin(Script::On).await;
    for slug in Walk::pages() {
        walk.browser.wear(1280, Scheme::Forced).await;
        walk.open(&slug).await;
        let found = walk.browser.ask(FORCED).await;
        walk.note(&slug, &found);
        let found = walk.browser.ask(MOTION).await;
        walk.note(&slug, &found);
        if pictured(&slug) {
            walk.browser.screenshot(&format!("catalogue/{slug}"), 1280, Scheme::Forced).await;
        }
    }
    walk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_paper_every_page_is_its_content() {
    let mut walk = Walk::begin(Script::On).await;
    for slug in Walk::pages() {
        walk.browser.wear(720, Scheme::Print).await;
        walk.open(&slug).await;
        let found = walk.browser.ask(PRINT).await;
        walk.note(&slug, &found);
        if pictured(&slug) {
            walk.browser.screenshot(&format!("catalogue/{slug}"), 720, Scheme::Print).await;
        }
    }
    walk.end().await;
}

/// At both widths and in both schemes, in the two pairs that cover them: the colours of each scheme are also computed from
/// the tokens, and no rule of the stylesheet changes a colour by width.
#[tokio::test(flavor = "multi_thread")]
async fn axe_core_finds_nothing_on_any_page() {
    let mut walk = Walk::begin(Script::On).await;
    for slug in Walk::pages() {
        walk.open(&slug).await;
        judge(&mut walk, &slug).await;
        if pictured(&slug) {
            walk.browser.pictures(&format!("catalogue/{slug}")).await;
        }
    }
    walk.end().await;
}

/// The same for every letter's HTML, as a mail program shows it.
#[tokio::test(flavor = "multi_thread")]
async fn axe_core_finds_nothing_in_any_letter() {
    let mut walk = Walk::begin(Script::On).await;
    let letters = catalogue::letters(&Words::english()).into_iter().filter(|letter| letter.html.is_some());
    let slugs: Vec<String> = letters.map(|letter| letter.slug.to_owned()).collect();
    assert!(slugs.len() > 10, "{slugs:?}");
    for slug in slugs {
        walk.open(&format!("{slug}/html")).await;
        judge(&mut walk, &slug).await;
        walk.browser.pictures(&format!("catalogue/{slug}")).await;
    }
    walk.end().await;
}

async fn judge(walk: &mut Walk, slug: &str) {
    for (width, scheme) in [(320, Scheme::Dark), (1280, Scheme::Light)] {
        walk.browser.wear(width, scheme).await;
        let found: Vec<Violation> = walk.browser.axe().await.unwrap_or_default();
        walk.found.extend(found.iter().map(|v| format!("{slug} at {width} {scheme:?}: {v}")));
    }
    let over = walk.browser.sideways(320).await;
    if over > 0 {
        walk.found.push(format!("{slug}: at 320 pixels it must be scrolled sideways by {over}"));
    }
}
