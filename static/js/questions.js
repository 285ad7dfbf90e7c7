/**
 * Shows a group of questions only while the answer it depends on is chosen.
 *
 * <div data-asked-if="consent_status" data-asked-values="given given_in_part"> … </div>
 *
 * Without this script every group is there, opening with a sentence that says when to answer it. An answer in a hidden
 * group stays in the form, so that changing one's mind twice loses nothing.
 */
import { eachOnce } from "portal/page";

function isAsked(group, form) {
  const values = group.dataset.askedValues.split(" ");
  return [...form.querySelectorAll("input:checked")].some(
    (input) => input.name === group.dataset.askedIf && values.includes(input.value) && !input.closest("[data-asked-if][hidden]"),
  );
}

function startForm(form) {
  const groups = [...form.querySelectorAll("[data-asked-if]")];
  // A group may depend on a question in the group before it: they are settled in the order of the page.
  const settle = () => groups.forEach((group) => { group.hidden = !isAsked(group, form); });
  for (const words of form.querySelectorAll("[data-asked-words]")) words.hidden = true;
  form.addEventListener("change", settle);
  settle();
}

export function startQuestions(root) {
  eachOnce(root, "form[data-questions]", startForm);
}
