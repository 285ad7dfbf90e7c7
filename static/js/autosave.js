/**
 * Saves a long form as it is typed.
 *
 * <form data-autosave-url="…" data-autosave-key="<person>:<draft>:<section>" data-autosave-version="7">
 *   … <p class="autosave-status" role="status" data-autosave-status></p>
 *
 * The address is posted the form, urlencoded, with `version`. It answers 2xx (a header X-Draft-Version brings the new
 * version), 401 when signed out, 409 when the draft was changed elsewhere. Until a save is confirmed the text is also
 * kept in this tab, so that nothing typed is lost to a time-out, a dropped connection or a closed lid.
 */
import { dropDraft, keepDraft, keptDraft } from "portal/drafts";
import { eachOnce, timeOfDay } from "portal/page";

const PAUSE_MS = 1500;
const WAIT_MS = 3000;

const isSaved = (input) => input.name && !input.matches("[type=file], [type=password], [data-not-saved], [name=csrf_token]");

function fieldsOf(form) {
  const kept = new Set([...form.elements].filter(isSaved).map((input) => input.name));
  return [...new FormData(form)].filter(([name]) => kept.has(name) && name !== "version");
}

/** The fields as the page brought them: somebody may have typed before this script was there. */
function fieldsServed(form) {
  const fresh = form.cloneNode(true);
  fresh.reset();
  return fieldsOf(fresh);
}

function putBack(form, fields) {
  const values = groupByName(fields);
  for (const input of [...form.elements].filter(isSaved)) {
    if (input.name === "version" || input.type === "hidden" || input.type === "submit") continue;
    const mine = values.get(input.name) ?? [];
    if (input.matches("[type=checkbox], [type=radio]")) {
      input.checked = mine.some(([, value]) => value === input.value);
    } else if (mine.length > 0) {
      [, input.value] = mine.shift();
    }
    input.dispatchEvent(new Event(input.matches("[type=radio], [type=checkbox]") ? "change" : "input", { bubbles: true }));
  }
}

function groupByName(fields) {
  const groups = new Map();
  for (const field of fields) groups.set(field[0], [...(groups.get(field[0]) ?? []), field]);
  return groups;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

class Autosave {
  constructor(form) {
    this.form = form;
    this.key = form.dataset.autosaveKey;
    this.status = form.querySelector("[data-autosave-status]");
    // After a refusal (422) the page shows text that no draft holds yet: the form says so.
    this.saved = "autosaveUnsaved" in form.dataset ? [] : fieldsServed(form);
    this.stopped = false;
    this.recover();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.save({ keepalive: true }));
    globalThis.addEventListener("online", () => this.save());
    globalThis.addEventListener("pageshow", (event) => { if (event.persisted) this.stopped = this.waited = false; });
  }

  get version() { return this.form.dataset.autosaveVersion ?? ""; }

  set version(value) {
    this.form.dataset.autosaveVersion = value;
    const input = this.form.querySelector("input[name=version]");
    if (input) input.value = value;
  }

  keep() {
    const fields = fieldsOf(this.form);
    return same(fields, this.saved) || keepDraft(this.key, fields, this.version);
  }

  /** Text that never reached the server comes back; if the draft moved on meanwhile, the person chooses. */
  recover() {
    const kept = keptDraft(this.key);
    if (!kept || same(kept.fields, fieldsOf(this.form))) {
      dropDraft(this.key);
      if (!same(fieldsOf(this.form), this.saved)) this.changed();
      return;
    }
    const at = timeOfDay(new Date(kept.at));
    if (kept.base === this.version) {
      putBack(this.form, kept.fields);
      this.say(`What you typed at ${at} was not saved then. It is back in the form.`);
      this.changed();
    } else {
      this.offer(kept, at);
    }
  }

  offer(kept, at) {
    this.say(`This form has changed since you typed here at ${at}. `, this.compare(() => {
      putBack(this.form, kept.fields);
      this.version = kept.base;
    }));
  }

  /** Sending the form with the version it was typed into brings the page that shows both texts: nothing is overwritten. */
  compare(prepare = () => {}) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = "Compare it with what I typed";
    button.addEventListener("click", () => {
      this.stopped = true;
      prepare();
      this.form.requestSubmit();
    });
    return button;
  }

  changed() {
    if (this.stopped) return;
    const kept = this.keep();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
    if (!kept) this.say("This browser keeps nothing by itself. Save before you leave the page.");
  }

  /** A save that is still under way brings the version the form must carry: it is waited for, but not for long. */
  submitted(event) {
    this.stopped = true;
    this.keep();
    if (!this.saving || this.waited) return;
    event.preventDefault();
    this.waited = true;
    const patience = new Promise((resolve) => { setTimeout(resolve, WAIT_MS); });
    Promise.race([this.saving, patience]).then(() => this.form.requestSubmit(event.submitter));
  }

  save({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    const fields = fieldsOf(this.form);
    if (this.stopped || this.saving || same(fields, this.saved)) return;
    this.saving = this.send(fields, keepalive);
  }

  async send(fields, keepalive) {
    try {
      const answer = await this.post(fields, keepalive);
      this.heard(answer, fields);
    } catch {
      this.say(navigator.onLine
        ? "Not saved yet – the portal cannot be reached; kept in this tab"
        : "Not saved yet – you are offline; kept in this tab");
      this.timer = setTimeout(() => this.save(), 10 * PAUSE_MS);
    } finally {
      this.saving = null;
    }
    if (!same(fields, fieldsOf(this.form))) this.changed();
  }

  post(fields, keepalive) {
    const token = this.form.querySelector("input[name=csrf_token]")?.value ?? "";
    return fetch(this.form.dataset.autosaveUrl, {
      method: "POST",
      redirect: "manual",
      keepalive,
      headers: { "X-CSRFToken": token, "X-Autosave": "1", Accept: "application/json" },
      body: new URLSearchParams([...fields, ["version", this.version]]),
    });
  }

  heard(answer, fields) {
    if (answer.ok) {
      this.saved = fields;
      this.version = answer.headers.get("X-Draft-Version") ?? this.version;
      if (same(fields, fieldsOf(this.form))) dropDraft(this.key);
      this.say(`Saved at ${timeOfDay()}`);
      this.form.dispatchEvent(new Event("autosave:saved", { bubbles: true }));
    } else if (answer.status === 401 || answer.type === "opaqueredirect") {
      this.explain("You have been signed out. ", `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`,
        "Sign in to carry on; what you typed is kept");
    } else if (answer.status === 400) {
      this.explain("This page has been open too long to save from. ", location.href, "Open it again; what you typed is kept");
    } else if (answer.status === 409) {
      this.keep();
      this.say("This form was changed in another tab or by somebody else. ", this.compare());
    } else {
      this.say("Not saved yet – something went wrong on our side; kept in this tab");
      this.timer = setTimeout(() => this.save(), 10 * PAUSE_MS);
    }
  }

  explain(words, href, linkText) {
    this.keep();
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = href;
    link.textContent = linkText;
    this.say(words, link);
  }

  say(...parts) {
    if (!this.status) return;
    const words = parts.map((part) => part.textContent ?? part).join("");
    if (this.status.textContent !== words) this.status.replaceChildren(...parts);
  }
}

export function startAutosave(root) {
  eachOnce(root, "form[data-autosave-url]", (form) => new Autosave(form));
}
