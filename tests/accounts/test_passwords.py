"""What is refused as a password, what is a safe address to go back to."""

import pytest

from portal.accounts import passwords, rules

ABOUT = ("Nia Newcombe", "nia.newcombe@amberfield.example", "Amberfield School")


@pytest.mark.parametrize(
    "good", ["teapot harbour lantern", "correcthorsebattery", "q7!vZ0#pLm2$", "ünïcødé wörds hére"]
)
def test_long_and_unusual_passwords_will_do(good):
    assert passwords.problem(good, *ABOUT) is None


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("elevenchars", "12 characters or more"),
        ("x" * 1001, "1000 characters or fewer"),
        ("password1234", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("AmberField pond heron", "must not hold"),
        ("newcombe pond heron", "must not hold"),
        ("my KSAF pond heron", "must not hold"),
        ("Partner Portal pond heron", "must not hold"),
    ],
)
def test_short_common_and_personal_ones_are_refused(bad, told):
    assert told in passwords.problem(bad, *ABOUT)


def test_a_hash_is_argon2id_of_the_chosen_cost_and_matches_its_password_only():
    kept = passwords.hashed("teapot harbour lantern")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(kept, "teapot harbour lantern")
    assert not passwords.matches(kept, "teapot harbour lanterns")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "teapot harbour lantern")
    assert not passwords.is_dated(kept)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/referrals?page=2", "/referrals?page=2"),
        (None, "/"),
        ("referrals", "/"),
        ("//evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
        ("http://evil.example", "/"),
        ("/sign-in?next=/x", "/"),
    ],
)
def test_only_own_pages_are_gone_back_to(address, page):
    assert rules.own_path(address) == page


def test_codes_are_read_however_they_are_typed():
    assert rules.code_as_typed(" abcd-efgh 0l1o ") == "ABCDEFGH0110"
    assert rules.in_groups("ABCDEFGH0110") == "ABCD EFGH 0110"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/131.0 Safari/537.36 Edg/131.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari on iPhone"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(told, words):
    assert rules.browser_words(told) == words
