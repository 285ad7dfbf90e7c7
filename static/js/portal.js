/** Starts everything that makes a page quicker or kinder. Every journey works without this file. */
import { initAll } from "govuk-frontend";
import { startAutosave } from "portal/autosave";
import { forgetDrafts } from "portal/drafts";
import { startPage } from "portal/page";
import { startPanels } from "portal/panels";

initAll();
forgetDrafts(document);
startAutosave(document);
startPage(document);
startPanels(document);

// A fragment that htmx brings in gets the same behaviour as the page it lands in.
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body) return;
  initAll({ scope: event.target });
  startAutosave(event.target);
  startPage(event.target);
  startPanels(event.target);
});
