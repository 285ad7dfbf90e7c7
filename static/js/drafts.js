/** What was typed and not yet saved, kept in this tab only (sessionStorage), until it is saved or the person signs out. */

const PREFIX = "draft:";

let signedOut = false;

function names() {
  return Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX));
}

/** Keeps `fields` ([name, value] pairs) under `key`; `base` is the version of the draft they were typed into. */
export function keepDraft(key, fields, base) {
  if (signedOut) return true; // an answer that arrives after signing out must not bring the text back
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify({ fields, base, at: Date.now() }));
    return true;
  } catch {
    return false; // storage is full or switched off: the caller must not claim that it is kept
  }
}

/** Returns {fields, base, at} or null. */
export function keptDraft(key) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function dropDraft(key) {
  sessionStorage.removeItem(PREFIX + key);
}

/** Signing out clears the tab for whoever sits down next; a page can name a draft that is finished with. */
export function forgetDrafts(root) {
  for (const form of root.querySelectorAll("form[data-sign-out]")) {
    form.addEventListener("submit", () => {
      signedOut = true;
      names().forEach((name) => sessionStorage.removeItem(name));
    });
  }
  for (const done of root.querySelectorAll("[data-autosave-clear]")) {
    const start = PREFIX + done.dataset.autosaveClear;
    names().filter((name) => name.startsWith(start)).forEach((name) => sessionStorage.removeItem(name));
  }
}
