// Times in the reader's own zone and manner; and a word before the session ends. Every page works without it.

const spoken = document.documentElement.lang;
// The reader's own region, if they read the page's language at home.
const locale = navigator.languages.find((tag) => tag.split("-")[0] === spoken.split("-")[0]) ?? spoken;
const manner = new Intl.DateTimeFormat(locale, {
  year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short",
});

const show = (time) => {
  const at = new Date(time.dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = manner.format(at);
};
document.querySelectorAll("time[datetime*=T]").forEach(show);

const lasts = document.getElementById("lasts");
if (lasts) {
  const says = lasts.dataset;
  const [status, form, time] = ["[role=status]", "form", "time"].map((one) => lasts.querySelector(one));
  const warn = says.warn * 1000;
  const minute = 60 * 1000;
  let ends, last, stage, timer, before;

  // In seconds from now: what the server says, and not what o'clock it is here.
  const set = ({ left, most }) => {
    ends = Date.now() + left * 1000;
    last = most <= left;
    time.dateTime = new Date(ends).toISOString();
    show(time);
  };

  const ask = async (init) => {
    const answer = await fetch(says.at, { ...init, headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    set(await answer.json());
  };

  const stageNow = () => {
    const left = ends - Date.now();
    return left <= 0 ? "over" : left > warn ? "quiet" : left <= minute ? "minute" : "soon";
  };

  const tell = (words, open) => {
    status.textContent = words;
    form.hidden = !open;
    lasts.classList.toggle("now", words !== "");
  };

  const look = async () => {
    clearTimeout(timer);
    if (stageNow() !== "quiet" && stageNow() !== stage) {
      // Perhaps the person went on in another tab. Asking is no use of the session.
      await ask().catch(() => {});
    }
    const now = stageNow();
    if (now !== stage) {
      stage = now;
      const open = !last && (now === "soon" || now === "minute");
      tell(now === "quiet" ? "" : now === "over" ? says.over : says[last ? `${now}Last` : now], open);
    }
    if (now === "over") return;
    const next = now === "quiet" ? ends - warn : now === "soon" ? ends - minute : ends;
    timer = setTimeout(look, Math.max(next - Date.now(), 0) + 100);
  };

  form.addEventListener("focusin", (event) => { before = event.relatedTarget ?? before; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await ask({ method: "POST", body: new URLSearchParams(new FormData(form)) });
    } catch {
      return tell(says.failed, true);
    }
    stage = stageNow();
    if (stage === "quiet") {
      tell(says.stayed, false);
      // The button is gone: back to where the person was.
      (before ?? document.getElementById("main")).focus();
    } else {
      stage = undefined;
    }
    look();
  });
  // A page that slept, or comes back from history, looks at the clock again.
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
  set({ left: says.left, most: says.most });
}
