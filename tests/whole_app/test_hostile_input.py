"""Whatever is put into whichever form or address: no fault of ours, nothing run, and what was refused is given back."""

import csv
import io
from urllib.parse import urlencode

import pytest

from portal.web.spreadsheet import RUN
from tests.factories import files
from tests.whole_app.cases import OWN, subjects
from tests.whole_app.crawl import posts, walk
from tests.whole_app.hostile import PACKED, PEOPLE, asking, every_form, every_upload
from tests.whole_app.typing import WORDS

pytestmark = pytest.mark.timeout(900)  # seconds: every page of everybody, and every form of theirs

MARK = "She arrived at 10:40"
# NUL, a lone surrogate, text turned right to left and not back, a line break that could end a header, a template, a
# formula and a script: one by one they are tried where each could do harm, together on every form there is.
HOSTILE = (
    f"=HYPERLINK(A1) {MARK} \0 \udcff \u202e \r\nBcc: all@elsewhere.example {{{{7*7}}}} ${{7*7}} "
    "<script>x()</script>'\""
)
HUGE = "9" * 25  # more than any integer of a database, and few enough digits for Python to read
MEGABYTES = 10
BOMBS = (
    "a zip bomb",
    "a zip that lies about its size",
    "a zip that climbs out",
    "text with a NUL",
    "a name read backwards",
)


@pytest.fixture(scope="module")
def every(visitors):
    return every_form(visitors)


def test_no_form_breaks_on_what_is_typed_and_a_refused_one_gives_it_back(visitors, every):
    visitors.errors.clear()
    tried, broken, forgotten, run = set(), [], [], []
    for form in every:
        hostile = {name: HOSTILE for name, value in form.typed.items() if _is_typed(name, value)}
        if not hostile:
            continue
        tried.add(form.rule)
        answer, told = form.send(visitors, **hostile), f"{form.who}: {form.rule}"
        if answer.status_code >= 500:
            broken.append(f"{told} answered {answer.status_code}")
        if answer.status_code in {409, 422} and MARK not in answer.text and "password" not in form.rule:
            forgotten.append(f"{told} answered {answer.status_code}")
        if "<script>x()" in answer.text or "${49}" in answer.text or " 49 " in answer.text.partition(MARK)[2][:200]:
            run.append(told)
    print(f"{len(tried)} forms with hostile text: {len(broken)} broke, {len(forgotten)} forgot it, {len(run)} ran it")
    assert broken == [], visitors.errors
    assert forgotten == []
    assert run == []
    assert len(tried) > 50


def test_no_field_breaks_that_no_browser_would_have_changed(visitors, every):
    """A choice, a date, a number, a hidden field: one by one, since the first that is refused hides the others."""
    visitors.errors.clear()
    tried, broken = set(), []
    for form in every:
        for name, value in form.typed.items():
            if _is_typed(name, value) or (form.rule, name) in tried:
                continue
            tried.add((form.rule, name))
            for given in (HOSTILE, HUGE):
                answer = form.send(visitors, **{name: given})
                if answer.status_code >= 500:
                    broken.append(f"{form.who}: {form.rule} with {name}={given[:4]} answered {answer.status_code}")
    print(f"{len(tried)} choices, dates and hidden fields with hostile text and a huge number: {len(broken)} broke")
    assert broken == [], visitors.errors
    assert len(tried) > 200


def test_no_form_breaks_that_no_page_shows(visitors, every):
    """What is posted by a script, or in a state that this world has not: whatever the view asks for is hostile."""
    visitors.errors.clear()
    shown, tried, broken = {form.rule for form in every}, set(), []
    for subject in subjects(visitors, {"POST"}):
        if subject.rule in shown:
            continue
        who = next((name for name in visitors.all if name in subject.declared.who), "referrer")
        address = subject.addresses(visitors.all[who]).get(OWN, subject.rule)
        with asking() as names:
            visitors.ask(who, "POST", address, data=subject.declared.typed)
            wanted = set(names)
        tried.add(subject.rule)
        for given in (HOSTILE, HUGE):
            body = urlencode(dict.fromkeys(wanted, given), errors="surrogatepass")
            answer = visitors.ask(who, "POST", address, data=body, content_type=PACKED)
            if answer.status_code >= 500:
                broken.append(f"{who}: {subject.rule} answered {answer.status_code}")
    print(f"{len(tried)} addresses that no form of this world posts to, with hostile text: {len(broken)} broke")
    assert broken == [], visitors.errors


def test_no_address_breaks_whatever_its_query_says(visitors):
    visitors.errors.clear()
    tried, broken = set(), []
    for subject in subjects(visitors, {"GET"}):
        for who in PEOPLE:
            address = subject.addresses(visitors.all[who]).get(OWN)
            if address is None:
                continue
            with asking() as names:
                if visitors.ask(who, "GET", address).status_code != 200:
                    continue
                wanted = set(names)
            for name in wanted:
                tried.add((subject.rule, name))
                for given in (HOSTILE, HUGE):
                    query = urlencode({name: given}, errors="surrogatepass")
                    answer = visitors.ask(who, "GET", f"{address}?{query}")
                    if answer.status_code >= 500:
                        broken.append(f"{who}: {subject.rule}?{name}={given[:4]} answered {answer.status_code}")
            break  # the first who may read it
    print(f"{len(tried)} parameters of addresses with hostile text and a huge number: {len(broken)} broke")
    assert broken == [], visitors.errors
    assert len(tried) > 30


def test_no_upload_breaks_on_a_bomb_and_nothing_of_it_is_kept(visitors):
    visitors.errors.clear()
    folder = visitors.app.extensions["settings"].attachments_dir
    before, tried, taken = sorted(folder.iterdir()), set(), []
    for who, address, name in every_upload(visitors):
        tried.add(address)
        for bomb in BOMBS:
            file, content = files.HOSTILE[bomb]
            answer = visitors.ask(who, "POST", address, data={name: (io.BytesIO(content), file), "text": WORDS})
            if answer.status_code not in {403, 409, 422}:
                taken.append(f"{who}: {address} answered {answer.status_code} to {bomb}")
    print(f"{len(tried)} forms that take files, {len(BOMBS)} bombs each: {len(taken)} taken")
    assert taken == [], visitors.errors
    assert sorted(folder.iterdir()) == before
    assert len(tried) > 3


def test_no_spreadsheet_of_anybodys_runs_a_cell(visitors):
    tables = {
        (who, address): list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        for who in PEOPLE
        for address, answer in walk(visitors, who).items()
        if answer.mimetype == "text/csv"
    }
    cells = [cell for rows in tables.values() for row in rows for cell in row]
    print(f"{len(tables)} CSV files, {len(cells)} cells: {sum(_runs(cell) for cell in cells)} would run")
    assert [cell for cell in cells if _runs(cell)] == []
    assert len(cells) > 100


def test_ten_megabytes_are_refused_in_words(visitors):
    [(address, typed, rule), *_] = [post for post in posts(visitors, "referrer") if WORDS in post[1].values()]
    long = {field: "x " * (MEGABYTES * 512 * 1024) if value == WORDS else value for field, value in typed.items()}
    answer = visitors.ask("referrer", "POST", address, data=long)
    print(f"{MEGABYTES} MB of text to {rule}: {answer.status_code}")
    assert (answer.status_code, "too large to send" in answer.text) == (413, True)


def _is_typed(name: str, value) -> bool:
    """Say whether words can be typed there: a choice or a hidden field is tried by itself, or nothing would be read.

    So is a password, which nobody is given back.
    """
    return isinstance(value, str) and " " in value.strip() and "password" not in name


def _runs(cell: str) -> bool:
    return cell.lstrip(" ").startswith(RUN)
