"""Easy Read and translations: each asks what its source asks; what nobody has checked is not offered."""

import re
from datetime import date
from pathlib import Path

import pytest

from portal.consent import variants
from portal.consent.variants import VARIANTS, Kind, VariantError, chosen, offered, plain, published, read
from portal.consent.wording import VERSIONS, YOUNG_VERSIONS, current, wording_hash
from tests.consent.test_wording import reading_grade
from tests.factories.translated import ARABIC

# As with the published wordings: records of consent point at these words, so they never change.
PUBLISHED = {
    "ksaf-consent-2-easy-read": "9e7de9e6d83555c32f31da64d86b7774144a14e3be4890e650a45004d00ca5c7",
    "ksaf-view-1-easy-read": "975971d142a7c55bd41f2f2c45b24bde3cbfcd1f693c08fd343e2d24982ac1d2",
}
PICTURES = Path("templates/family/_pictures.html")
LONGEST = 12  # words in a sentence of Easy Read: ours


def sentences(variant):
    shown = variant.wording
    said = [*shown.introduction, *shown.rights, *shown.safety]
    return said + [line for purpose in shown.purposes for line in purpose.text.split("\n")]


def test_published_variants_have_not_been_edited():
    assert {each.wording.id: wording_hash(each.wording) for each in VARIANTS} == PUBLISHED


@pytest.mark.parametrize("among", [VERSIONS, YOUNG_VERSIONS])
def test_every_present_wording_is_there_in_easy_read(among):
    version = current(among=among)
    assert [each.kind for each in offered(version)] == [Kind.PLAIN, Kind.EASY_READ]
    easy = chosen(version, "easy-read")
    assert [each.key for each in easy.wording.purposes] == [each.key for each in version.purposes]
    assert chosen(version, "klingon") == plain(version)
    assert published(easy.wording.id) == easy.wording
    assert published(version.id) == version


@pytest.mark.parametrize(
    "variant", [each for each in VARIANTS if each.kind is Kind.EASY_READ], ids=lambda each: each.of
)
def test_easy_read_is_short_and_each_statement_has_its_picture(variant):
    drawn = set(re.findall(r"name == '(\w+)'", PICTURES.read_text(encoding="utf-8")))
    said = sentences(variant)
    shown = [picture for pictures in variant.pictures.values() for picture in pictures]
    assert len(shown) == len(said)
    assert set(shown) <= drawn
    longest = max(len(part.split()) for line in said for part in re.split(r"[.?!]", line))
    grade = reading_grade(" ".join(said))
    print(f"{variant.wording.id}: {len(said)} statements, at most {longest} words a sentence, grade {grade:.1f}")
    assert longest <= LONGEST
    assert grade <= 4


def test_a_translation_that_nobody_checked_is_not_offered(monkeypatch):
    version = current()
    checked, unchecked = read(ARABIC), read({key: said for key, said in ARABIC.items() if key != "checked_by"})
    monkeypatch.setattr(variants, "VARIANTS", (unchecked,))
    assert offered(version) == (plain(version),)
    assert chosen(version, "ar") == plain(version)
    monkeypatch.setattr(variants, "VARIANTS", (checked,))
    assert [each.name for each in offered(version)] == ["English", "العربية"]
    assert checked.attributes == ' lang="ar" dir="rtl"'
    assert plain(version).attributes == ""
    assert checked.checked_on == date(2026, 11, 20)


def test_a_translation_of_an_earlier_version_is_not_offered(monkeypatch):
    earlier = read(ARABIC | {"of": "ksaf-consent-1", "purpose": ARABIC["purpose"][:4]})
    monkeypatch.setattr(variants, "VARIANTS", (earlier,))
    assert offered(current()) == (plain(current()),)


@pytest.mark.parametrize(
    "wrong",
    [{"purpose": ARABIC["purpose"][:2]}, {"direction": "up"}, {"key": "english"}],
    ids=["other questions", "no direction", "the name of the published"],
)
def test_what_does_not_say_the_same_is_refused(wrong):
    with pytest.raises(VariantError):
        read(ARABIC | wrong)
