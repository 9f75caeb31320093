// Asks the browser for a passkey, and puts its answer into the form. The page says what to do where this does not run.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const ids = (list) => list?.map((known) => ({ ...known, id: bytes(known.id) }));

// What the server asks, with bytes where the browser wants bytes.
function asked(options) {
  const { publicKey } = JSON.parse(options);
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  if (publicKey.excludeCredentials) publicKey.excludeCredentials = ids(publicKey.excludeCredentials);
  if (publicKey.allowCredentials) publicKey.allowCredentials = ids(publicKey.allowCredentials);
  return { publicKey };
}

// What the browser answers, with text where the server wants text.
function answer({ id, rawId, type, response }) {
  const given = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    given.attestationObject = text(response.attestationObject);
  } else {
    given.authenticatorData = text(response.authenticatorData);
    given.signature = text(response.signature);
    given.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: given });
}

// The button that works by this script alone, and so waits in a template.
function shown(place) {
  const waiting = place.querySelector("template[data-go]");
  const button = waiting.content.querySelector("button");
  waiting.replaceWith(waiting.content);
  return button;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const { passkey, options, unsupported, nothing, held, failed } = form.dataset;
  const says = form.querySelector("[data-says]");
  form.querySelector("[data-without-script]").remove();
  if (!window.PublicKeyCredential) {
    says.textContent = unsupported;
    continue;
  }
  const button = shown(form);
  let busy = false;
  let sent = false;
  form.addEventListener("submit", async (event) => {
    const { response } = form.elements;
    if (event.submitter !== button) return;
    if (response.value && !sent) {
      sent = true;
      return;
    }
    event.preventDefault();
    // The form is on its way: a second click would find the challenge spent.
    if (busy || sent) return;
    busy = true;
    says.textContent = "";
    try {
      response.value = answer(await navigator.credentials[passkey](asked(options)));
      form.requestSubmit(button);
    } catch ({ name }) {
      const why = { NotAllowedError: nothing, AbortError: nothing, InvalidStateError: held, NotSupportedError: unsupported };
      says.textContent = why[name] ?? failed;
    } finally {
      busy = false;
    }
  });
}

// Signing in without a password, where the page offers it: in the list of the user ID's field, or by its button.
for (const place of document.querySelectorAll("[data-alone]")) {
  if (!window.PublicKeyCredential) continue;
  const { alone, unsupported, nothing, failed } = place.dataset;
  const form = place.closest("form");
  const says = place.querySelector("[data-says]");
  const button = shown(place);
  let waiting = new AbortController();
  let again;
  const get = async (mediation) => {
    waiting.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    const body = new URLSearchParams({ csrf: form.elements.csrf.value });
    const { challenge, options } = await (await fetch(alone, { method: "POST", body, signal })).json();
    if (!options) throw new Error("no challenge was given");
    const wanted = asked(options);
    if (mediation === "conditional") again = setTimeout(offer, wanted.publicKey.timeout * 0.8);
    const given = await navigator.credentials.get({ ...wanted, mediation, signal });
    form.elements.challenge.value = challenge;
    form.elements.response.value = answer(given);
    form.requestSubmit(button);
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter !== button || form.elements.response.value) return;
    event.preventDefault();
    says.textContent = "";
    clearTimeout(again);
    get("optional").catch(({ name }) => {
      says.textContent = { NotAllowedError: nothing, NotSupportedError: unsupported }[name] ?? failed;
      offer();
    });
  });
  // In the list of the field, for as long as the page is open: a new challenge before the old one is out of date. What comes of
  // the list stays silent: nobody asked for it.
  const offer = async () => {
    clearTimeout(again);
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    get("conditional").catch(() => {});
  };
  offer();
}
