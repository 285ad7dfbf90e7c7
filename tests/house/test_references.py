from hypothesis import given
from hypothesis import strategies as st

from portal import references


def test_references_look_as_promised_and_do_not_repeat():
    made = [references.new() for _ in range(2000)]
    assert all(references.PATTERN.fullmatch(reference) for reference in made)
    assert len(set(made)) == len(made)


@given(st.sampled_from([references.new() for _ in range(50)]), st.integers(0, 7), st.sampled_from(references.ALPHABET))
def test_any_single_wrong_character_is_noticed(reference: str, place: int, other: str):
    letters = list(reference.replace("-", "")[4:])
    if letters[place] == other:
        return
    letters[place] = other
    assert references.normalise("".join(letters)) is None


def test_what_people_type_is_understood():
    reference = references.new()
    spoken = reference.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    assert references.normalise(spoken) == reference
    assert references.normalise(reference[5:]) == reference
    for wrong in ("", "KSAF", "not a reference", reference + "A"):
        assert references.normalise(wrong) is None
