"""Easy Read and translations on the family's page and on paper: chosen at the top, remembered, and recorded."""

import pytest

from portal.consent import variants, wording
from portal.consent.models import ConsentEvent
from portal.family.models import ForWhom, Way
from tests.factories.translated import ARABIC
from tests.family.conftest import ANSWERS, SANA, rows

EASY = variants.chosen(wording.current(), "easy-read")


def test_it_is_chosen_at_the_top_and_remembered_through_the_visit(visit_of):
    visit = visit_of()
    visit.check()
    first = visit.get()
    assert 'href="' + visit.path + '?words=easy-read">Easy Read</a>' in first.text
    assert EASY.wording.title not in first.text
    assert "easy-read__picture" not in first.text
    easy = visit.get("?words=easy-read").text
    assert all(each in easy for each in (EASY.wording.title, *EASY.wording.rights))
    assert easy.count("easy-read__picture") == len(
        [*EASY.wording.introduction, *EASY.wording.rights, *EASY.wording.safety]
    )
    question = visit.get("/questions/ksaf_support").text
    assert all(line in question for line in EASY.wording.purposes[0].text.split("\n"))
    assert question.count("easy-read__picture") == 3
    back = visit.get("/questions/ksaf_support?words=english").text
    assert "easy-read__picture" not in back
    assert visit.get("?words=nothing-of-ours").status_code == 200


@pytest.mark.parametrize("way", ["easy-read", "english"])
def test_the_ledger_says_in_which_words_it_was_read(database, visit_of, way):
    visit = visit_of()
    visit.get(f"?words={way}")
    visit.answer()
    shown = EASY.wording if way == "easy-read" else wording.current()
    kept = rows(database, ConsentEvent)
    assert len(kept) == len(ANSWERS)
    assert {(each.wording_version, each.wording_hash) for each in kept} == {(shown.id, wording.wording_hash(shown))}
    assert variants.published(kept[0].wording_version) == shown
    copy = visit.get("/copy").text
    assert f"These words are version {shown.id}" in copy
    assert all(line in copy for line in shown.rights)


def test_a_change_is_recorded_with_the_words_of_the_day_it_was_made(database, visit_of):
    visit = visit_of()
    visit.answer()
    visit.get("?words=easy-read")
    assert visit.post("/questions/ksaf_support", position="refused").status_code == 303
    newest = max(rows(database, ConsentEvent), key=lambda each: each.id)
    assert newest.wording_version == "ksaf-consent-2-easy-read"


def test_a_young_person_reads_their_own_and_closing_the_page_forgets_it(visit_of):
    visit = visit_of(ForWhom.YOUNG_PERSON)
    visit.check()
    young = variants.chosen(wording.current(among=wording.YOUNG_VERSIONS), "easy-read")
    assert young.wording.introduction[-1] in visit.get("?words=easy-read").text
    visit.post("/leave")
    visit.check()
    assert young.wording.introduction[-1] not in visit.get().text


def test_a_checked_translation_is_offered_with_its_language_and_direction(monkeypatch, database, visit_of):
    monkeypatch.setattr(variants, "VARIANTS", (*variants.VARIANTS, variants.read(ARABIC)))
    visit = visit_of()
    visit.check()
    assert '<li lang="ar" dir="rtl"><a class="govuk-link" href="' in visit.get().text
    read = visit.get("?words=ar").text
    assert f'<h1 class="govuk-heading-l" lang="ar" dir="rtl">{ARABIC["title"]}</h1>' in read
    assert '<p class="govuk-body" lang="ar" dir="rtl">نحن نساعد العائلات.</p>' in read
    assert '<html lang="en-GB"' in read
    visit.post("/questions/about-you", **SANA)
    assert 'lang="ar" dir="rtl">السؤال 1</h1>' in visit.get("/questions/ksaf_support").text
    visit.answer()
    assert {each.wording_version for each in rows(database, ConsentEvent)} == {"ksaf-consent-2-ar"}


def test_paper_says_it_in_easy_read_and_its_code_leads_there(client_of, kept_world, visit_of):
    visit = visit_of(way=Way.PAPER)
    client = client_of(kept_world.officer)
    listed = client.get(f"/referrals/{visit.reference}/consent-links").text
    page = next(each for each in listed.split('"') if each.startswith(f"/referrals/{visit.reference}/consent-links/"))
    page = page.removesuffix("/end")
    plain, easy = client.get(page).text, client.get(f"{page}?words=easy-read").text
    assert f'{page}?words=easy-read">Easy Read</a>' in plain
    assert "easy-read__picture" not in plain
    assert EASY.wording.title in easy
    assert easy.count("easy-read__picture") == len(EASY.wording.introduction)
    assert f"{visit.path}?words=easy-read</span>" in easy
    assert f"{visit.path}</span>" in plain
