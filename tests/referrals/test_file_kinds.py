"""What may be attached and what may not."""

import contextlib
import time

import pytest

from portal.referrals.files import kinds
from portal.referrals.files import names as file_names
from portal.referrals.files.archives import RefusedFileError
from tests.factories import files


@pytest.mark.parametrize("name", files.GOOD)
def test_every_honest_kind_is_taken(name):
    kind = kinds.recognise(name, files.GOOD[name])
    assert kind.ending == name.rpartition(".")[2].lower()


@pytest.mark.parametrize("what", files.HOSTILE)
def test_everything_else_is_refused_with_what_to_do(what):
    name, content = files.HOSTILE[what]
    with pytest.raises(RefusedFileError) as refusal:
        kinds.recognise(file_names.clean(name), content)
    told = str(refusal.value)
    assert told.endswith(".")
    assert told.count(". ") >= 1, "says why, and then what to do instead"


def test_at_least_twenty_five_hostile_kinds_are_tried():
    print(len(files.HOSTILE), "hostile kinds")
    assert len(files.HOSTILE) >= 25


def test_a_long_noisy_pdf_is_not_taken_for_an_active_one():
    noise = bytes(range(256)) * 4096
    packed = b"5 0 obj\n<< /Length 1 >>\nstream\n/JS /JavaScript " + noise + b"\nendstream\nendobj\ntrailer"
    assert kinds.recognise("scan.pdf", files.pdf().replace(b"trailer", packed)).ending == "pdf"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-" + b">> stream\n" * 900_000 + b"%%EOF"),
        ("a.pdf", b"%PDF-" + b">>" + b" " * 9_000_000 + b"%%EOF"),
        ("a.pdf", b"%PDF-" + b"/#4a#53" * 1_000_000 + b"%%EOF"),
        ("a.txt", b"< " * 4_500_000),
        ("a.txt", b"<" + b" " * 9_000_000),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 9_000_000),
    ],
)
def test_no_file_takes_long_to_look_at(name, content):
    began = time.process_time()
    with contextlib.suppress(RefusedFileError):
        kinds.recognise(name, content)
    spent = time.process_time() - began
    print(f"{name} of {len(content):,} bytes: {spent:.2f} s")
    assert spent < 10, "a pattern that backtracks takes minutes"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("..\\..\\plan.pdf", "plan.pdf"),
        ("/etc/cron.d/plan.pdf", "plan.pdf"),
        ("plan\0\r\n.pdf", "plan.pdf"),
        ("  .plan.pdf . ", "plan.pdf"),
        ("Žofie’s  plan.pdf", "Žofie’s plan.pdf"),
        ('a<b>:"c|?*.pdf', "a-b---c---.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("\ud800plan.pdf", "plan.pdf"),
    ],
)
def test_names_are_cleaned(given, shown):
    assert file_names.clean(given) == shown


def test_a_refused_name_is_still_shown_safely():
    assert file_names.for_refusal("a\u202egnp.exe") == "agnp.exe"
    assert file_names.for_refusal("///") == "The file"
