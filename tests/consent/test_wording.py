import re
from dataclasses import replace
from datetime import date

import pytest

from portal.consent.wording import VERSIONS, YOUNG_VERSIONS, current, wording, wording_hash

# What has been published can never change: consent records point at these words. To say it
# differently, add a version to wording.toml and its hash here.
PUBLISHED = {
    "ksaf-consent-1": "a58335ad1d12420b0aa927d084879e72eadd819317e3fb6b54df54197e1d6576",
    "ksaf-consent-2": "1e021c7da4a443fe4b8ea8077e34e4492aa9a40a0613fef8ddca5ddd39037450",
    "ksaf-view-1": "151bac05d1fac637d917a949081c8cb24868e53d8a5db6e1e1af6f9de9579ebc",
}


def test_published_wording_has_not_been_edited():
    assert {each.id: wording_hash(each) for each in (*VERSIONS, *YOUNG_VERSIONS)} == PUBLISHED


def test_every_word_counts_in_the_hash():
    first = wording("ksaf-consent-1")
    assert wording_hash(replace(first, title=first.title + " ")) != wording_hash(first)
    shorter = replace(first, purposes=first.purposes[:-1])
    assert wording_hash(shorter) != wording_hash(first)


def test_the_current_version_is_the_newest_in_force():
    assert current().id == "ksaf-consent-2"
    assert current(date(2026, 11, 23)).id == "ksaf-consent-2"
    assert current(date(2026, 11, 22)).id == "ksaf-consent-1"
    with pytest.raises(ValueError, match="2026-11-21"):
        current(date(2026, 11, 21))


def test_an_unknown_version_is_refused():
    with pytest.raises(KeyError):
        wording("ksaf-consent-0")


def test_each_purpose_can_be_agreed_to_on_its_own():
    keys = [purpose.key for purpose in current().purposes]
    assert keys == ["ksaf_support", "updates_to_referrer", "contact_family", "named_others", "anonymised_figures"]
    young = [purpose.key for purpose in current(among=YOUNG_VERSIONS).purposes]
    assert young == keys[:-1]


@pytest.mark.parametrize(("among", "grade"), [(VERSIONS, 6), (YOUNG_VERSIONS, 4)])
def test_its_readers_can_follow_it(among, grade):
    """Flesch-Kincaid grade 6 is age 11, grade 4 age 9."""
    shown = current(among=among)
    text = [*shown.introduction, *shown.rights, *shown.safety]
    text += [purpose.text for purpose in shown.purposes]
    print(f"{shown.id} reads at grade {reading_grade(' '.join(text)):.1f}")
    assert reading_grade(" ".join(text)) <= grade


def reading_grade(text):
    sentences = len(re.findall(r"[.!?]+", text))
    spoken = re.findall(r"[A-Za-z’]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))) for word in spoken)
    return 0.39 * len(spoken) / sentences + 11.8 * syllables / len(spoken) - 15.59
