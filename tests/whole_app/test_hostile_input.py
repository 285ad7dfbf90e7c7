"""Whatever is typed into whichever form: no fault of ours, nothing run, and what was refused is given back."""

from urllib.parse import urlencode

import pytest

from tests.whole_app.crawl import posts
from tests.whole_app.typing import WORDS

pytestmark = pytest.mark.timeout(400)

TYPISTS = ("referrer",)  # whose forms are the longest and the most
MARK = "She arrived at 10:40"
# NUL, a lone surrogate, text turned right to left and not back, a line break that could end a header, a template, a
# formula and a script: one by one they are tried where each could do harm, together on every form there is.
HOSTILE = (
    f"=HYPERLINK(A1) {MARK} \0 \udcff \u202e \r\nBcc: all@elsewhere.example {{{{7*7}}}} ${{7*7}} "
    "<script>x()</script>'\""
)
FORM = "application/x-www-form-urlencoded"
MEGABYTES = 10


def test_no_form_breaks_on_what_is_typed_and_a_refused_one_gives_it_back(visitors):
    visitors.errors.clear()
    tried, broken, forgotten, run = set(), [], [], []
    for name in TYPISTS:
        for address, typed, rule in posts(visitors, name):
            hostile = {field: _hostile(value) for field, value in typed.items()}
            if hostile == typed:
                continue
            tried.add(rule)
            body = urlencode(hostile, doseq=True, errors="surrogatepass")  # as no browser would, but anybody can
            answer = visitors.ask(name, "POST", address, data=body, content_type=FORM)
            if answer.status_code >= 500:
                broken.append(f"{name}: {rule} answered {answer.status_code}")
            if answer.status_code in {409, 422} and MARK not in answer.text and "password" not in rule:
                forgotten.append(f"{name}: {rule} answered {answer.status_code}")
            if "<script>x()" in answer.text or "${49}" in answer.text or " 49 " in answer.text.partition(MARK)[2][:200]:
                run.append(f"{name}: {rule}")
    print(f"{len(tried)} forms with hostile text: {len(broken)} broke, {len(forgotten)} forgot it, {len(run)} ran it")
    assert broken == [], visitors.errors
    assert forgotten == []
    assert run == []
    assert len(tried) > 5


def test_ten_megabytes_are_refused_in_words(visitors):
    [(address, typed, rule), *_] = [post for post in posts(visitors, "referrer") if WORDS in post[1].values()]
    long = {field: "x " * (MEGABYTES * 512 * 1024) if value == WORDS else value for field, value in typed.items()}
    answer = visitors.ask("referrer", "POST", address, data=long)
    print(f"{MEGABYTES} MB of text to {rule}: {answer.status_code}")
    assert (answer.status_code, "too large to send" in answer.text) == (413, True)


def _hostile(value):
    """Put it where words can be typed: a choice or a hidden field stays, else the form would not be read at all."""
    return HOSTILE if isinstance(value, str) and " " in value.strip() else value
