/** Starts everything that makes a page quicker or kinder. Every journey works without this file. */
import { initAll } from "govuk-frontend";
import { forgetDrafts } from "portal/drafts";
import { startPage } from "portal/page";

// What only some pages need is fetched by those pages.
async function startWhatIsHere(root) {
  startPage(root);
  if (root.querySelector("[data-autosave-url]")) (await import("portal/autosave")).startAutosave(root);
  if (root.querySelector("[data-questions]")) (await import("portal/questions")).startQuestions(root);
  if (root.querySelector("[data-panel]")) (await import("portal/panels")).startPanels(root);
}

initAll();
forgetDrafts(document);
startWhatIsHere(document);

// A fragment that htmx brings in gets the same behaviour as the page it lands in.
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  initAll({ scope: event.target });
  startWhatIsHere(event.target.parentElement ?? event.target);
});
