/** Panels that refresh themselves: asked for while the page is seen, quiet when nothing changed, honest when stale. */
import { announce, eachOnce, timeOfDay } from "portal/page";

const FADE_MS = 150;
const SLOWEST_MS = 5 * 60 * 1000;

const states = new WeakMap();

function newsIn(panel) {
  return panel.querySelector("[data-announce]")?.dataset.announce ?? "";
}

/** Somebody typing in a panel must not have it taken from under their hands. */
function isBusy(panel) {
  const focused = document.activeElement;
  return panel.contains(focused) && focused.matches("input, textarea, select");
}

function isDue(panel, state) {
  return !document.hidden && !isBusy(panel) && Date.now() >= state.nextAt;
}

function poll(panel, state) {
  if (!panel.isConnected) {
    clearInterval(state.timer);
    return;
  }
  if (!isDue(panel, state) || !globalThis.htmx) return;
  state.nextAt = Date.now() + state.waitMs;
  globalThis.htmx.trigger(panel, "panel:poll");
}

function markFresh(panel, state) {
  state.refreshedAt = new Date();
  state.waitMs = state.everyMs;
  panel.querySelector("[data-stale]").hidden = true;
}

function staleWords(state, status) {
  const since = `Last refreshed at ${timeOfDay(state.refreshedAt)}`;
  if (status === 401) return `${since}. You have been signed out; sign in to see what is new.`;
  return `${since}; this panel could not refresh. It tries again by itself.`;
}

/** Keeps what is shown, says since when, and asks less and less often while the trouble lasts. */
function markStale(panel, state, status) {
  state.waitMs = Math.min(state.waitMs * 2, SLOWEST_MS);
  state.nextAt = Date.now() + state.waitMs;
  const notice = panel.querySelector("[data-stale]");
  if (notice.hidden) announce("Part of this page could not refresh");
  notice.textContent = staleWords(state, status);
  notice.hidden = false;
}

function showChange(panel, state) {
  const words = newsIn(panel);
  if (words && words !== state.words) announce(words);
  state.words = words;
  panel.classList.add("panel--changed");
  setTimeout(() => panel.classList.remove("panel--changed"), FADE_MS);
}

function startPanel(panel) {
  const everyMs = Number(panel.dataset.pollSeconds) * 1000;
  const state = {
    everyMs, waitMs: everyMs, nextAt: Date.now() + everyMs, refreshedAt: new Date(), words: newsIn(panel), etag: panel.dataset.etag,
  };
  states.set(panel, state);
  state.timer = setInterval(() => poll(panel, state), Math.min(everyMs, 1000));

  const isOwn = (event) => event.detail.elt === panel;
  panel.addEventListener("htmx:configRequest", (event) => {
    if (isOwn(event) && state.etag) event.detail.headers["If-None-Match"] = state.etag;
  });
  panel.addEventListener("htmx:afterRequest", (event) => {
    if (!isOwn(event)) return;
    const { xhr } = event.detail;
    if (xhr.status >= 200 && xhr.status < 400) {
      state.etag = xhr.getResponseHeader("ETag") ?? state.etag;
      markFresh(panel, state);
    } else {
      markStale(panel, state, xhr.status);
    }
  });
  panel.addEventListener("htmx:afterSwap", () => showChange(panel, state));
}

export function startPanels(root) {
  eachOnce(root, "[data-panel]", startPanel);
}

// Whoever comes back to the page sees it fresh at once.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const panel of document.querySelectorAll("[data-panel]")) {
    const state = states.get(panel);
    if (state) state.nextAt = Date.now();
  }
});
