/** Small behaviours, each switched on by a data attribute. */

/** Says `words` to a screen reader without moving the focus. */
export function announce(words) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = words;
}

/** The time of day in the United Kingdom, as "10:14". */
export function timeOfDay(moment = new Date()) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/London", hour: "2-digit", minute: "2-digit", hour12: false,
  }).format(moment);
}

/** Runs `start` once for each element under `root` (itself included) that matches. */
export function eachOnce(root, selector, start) {
  const own = root instanceof Element && root.matches(selector) ? [root] : [];
  for (const element of [...own, ...root.querySelectorAll(selector)]) {
    const mark = `started${selector.replace(/\W+/g, "")}`;
    if (element.dataset[mark]) continue;
    element.dataset[mark] = "yes";
    start(element);
  }
}

function startCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    announce(`Copied ${button.dataset.copy}`);
    const before = [...button.childNodes];
    button.replaceChildren("Copied");
    setTimeout(() => button.replaceChildren(...before), 2000);
  });
}

function startPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => globalThis.print());
}

function startMenu(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
}

/**
 * j and k move between rows, Enter opens as on any link. They work only while the focus is inside the list, so that
 * they never take a letter from somebody who speaks or types elsewhere (WCAG 2.1.4).
 */
function startRowList(list) {
  list.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const typing = event.target.closest("input, textarea, select");
    if (!step || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...list.querySelectorAll("[data-row]")];
    const here = rows.indexOf(event.target.closest("[data-row]"));
    const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    next?.querySelector("[data-row-link], a[href], summary, button")?.focus();
    event.preventDefault();
  });
}

/** Puts the focus on the news of what was just done, as GOV.UK does for a success. */
function startNotice(notice) {
  if (notice.getAttribute("role") !== "alert") return;
  notice.setAttribute("tabindex", "-1");
  notice.addEventListener("blur", () => notice.removeAttribute("tabindex"), { once: true });
  notice.focus();
}

export function startPage(root) {
  eachOnce(root, "[data-copy]", startCopy);
  eachOnce(root, "[data-print]", startPrint);
  eachOnce(root, "details[data-menu]", startMenu);
  eachOnce(root, "[data-row-list]", startRowList);
  eachOnce(root, "[data-notice]", startNotice);
}
