"""A page driven by its keyboard alone: Tab, Enter, Space, arrows and typing, nothing that only a script could do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

PAST = "#main-content"
MOST = 120
"""Tabs from one control to the next wanted one, after which nobody would still look for it."""

# What has the focus, or null. How everything else looks is kept, so that the difference can be told when it is reached.
LOOK = """() => {
  const looks = (each) => [each, ...(each.labels ?? [])].flatMap((part) => [null, "::before"].map((pseudo) => {
    const style = getComputedStyle(part, pseudo);
    const drawn = !/none| 0px |rgba.*, 0\\)/.test(`${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`);
    return (drawn ? style.outline : "") + "|" + style.boxShadow + "|" + style.backgroundColor;
  })).join(";");
  const plain = (globalThis.withoutFocus ??= new WeakMap()), each = document.activeElement;
  const { name, value, type, checked } = each;
  const text = (each.getAttribute("aria-label") ?? (each.labels?.[0] ?? each).textContent).trim().replace(/\\s+/g, " ");
  const shows = !plain.has(each) || plain.get(each) !== looks(each);
  for (const other of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (other !== each && !plain.has(other)) plain.set(other, looks(other));
  }
  return each === document.body ? null : { name, value, type, checked, text, href: each.getAttribute("href"), shows };
}"""
NOTHING = {"name": "", "value": "", "type": "", "checked": False, "text": "", "href": ""}


@dataclass
class Keyboard:
    """The keyboard of one page; it counts what is pressed and refuses a control that does not show its focus."""

    page: Page
    pressed: int = 0
    typed: int = 0
    reached: int = 0

    def press(self, key: str) -> None:
        """Press one key."""
        self.pressed += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type `text` where the focus is."""
        self.typed += len(text)
        self.page.keyboard.type(text)

    def arrives(self, heading: str) -> None:
        """Wait for the page with this heading, and pass over its navigation by the link that is there for it.

        There is nothing to pass where news took the focus, or where the form before was sent from behind that link.
        """
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self.page.wait_for_load_state()
        self._look()
        if self.page.url.endswith(PAST) or self.page.evaluate("document.activeElement.closest('main') !== null"):
            return
        assert self._tab()["href"] == PAST, f"{heading} does not begin with a link past the navigation"
        self.press("Enter")

    def to(self, text: str, *, back: bool = False) -> None:
        """Reach the control whose words begin with `text`."""
        self._until(lambda at: at["text"].startswith(text), text, back=back)

    def follow(self, text: str, *, back: bool = False) -> None:
        """Reach the link or button whose words begin with `text`, and press Enter on it."""
        self.to(text, back=back)
        self.press("Enter")

    def fill(self, key: str, answer: str | list[str]) -> None:
        """Answer the field called `key`: typed, or chosen from its boxes or its radio buttons."""
        first = self._until(lambda at: at["name"] == key, key)
        if first["type"] == "radio":
            self._choose(str(answer))
        elif first["type"] == "checkbox":
            for value in sorted(answer, key=self._order(key)):
                self._until(lambda at, value=value: (at["name"], at["value"]) == (key, value), f"{key}: {value}")
                self.press("Space")
        else:
            self.type(str(answer))

    def fill_date(self, key: str, iso: str) -> None:
        """Type a date into its three fields."""
        for part in reversed(iso.split("-")):
            self._until(lambda at: at["name"] == key and not at["value"], key)
            self.type(part)

    def _choose(self, value: str) -> None:
        """Move to the radio button with `value`, and see that it is chosen."""
        for _ in range(MOST):
            at = self._look()
            if at["value"] == value and at["checked"]:
                return
            self.press("Space" if at["value"] == value else "ArrowDown")
        raise AssertionError(f"the arrows do not reach {value}")

    def _order(self, key: str) -> Callable[[str], int]:
        boxes = self.page.locator(f'[name="{key}"]')
        return [boxes.nth(place).get_attribute("value") for place in range(boxes.count())].index

    def _until(self, found: Callable[[dict[str, Any]], bool], what: str, *, back: bool = False) -> dict[str, Any]:
        at = self._look()
        for _ in range(MOST):
            if found(at):
                return at
            at = self._tab(back=back)
        raise AssertionError(f"the keyboard does not reach {what} on {self.page.title()}")

    def _tab(self, *, back: bool = False) -> dict[str, Any]:
        self.press("Shift+Tab" if back else "Tab")
        return self._look()

    def _look(self) -> dict[str, Any]:
        """Return what has the focus; a control that does not show it fails the journey."""
        at = self.page.evaluate(LOOK)
        if at is None:
            return NOTHING
        self.reached += 1
        assert at["shows"], f"the focus does not show on “{at['text']}” ({at['name']}), {self.page.title()}"
        return at
