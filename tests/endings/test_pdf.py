"""The PDFs: tagged, titled, in a language, and drawn whatever was typed."""

import io
import re
import time

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.cases import pdf
from portal.cases.pdf import Document


def document(text: str) -> Document:
    return Document("Completion summary KSAF-1", "Completion summary", [("About", text)], [("Progress", text)], "KSAF")


def open_pdf(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def kinds(node) -> list[str]:
    """Every kind of element in a structure tree, in order."""
    if isinstance(node, pikepdf.Array):
        return [kind for each in node for kind in kinds(each)]
    if not isinstance(node, pikepdf.Dictionary):
        return []
    own = [str(node.S)] if "/S" in node else []
    return own + (kinds(node.K) if "/K" in node else [])


def test_it_says_that_it_is_accessible_and_its_structure_says_the_same():
    started = time.perf_counter()
    opened = open_pdf(pdf.render(document("Mornings work.\nHe walks in.")))
    print(f"a summary as a PDF: {1000 * (time.perf_counter() - started):.0f} ms")
    root = opened.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang).startswith("en")
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    tree = kinds(root.StructTreeRoot.K)
    assert "/H1" in tree
    assert tree.count("/H2") == 2
    assert "/P" in tree
    with opened.open_metadata() as told:
        assert told["pdfuaid:part"] == "1"
        assert told["dc:title"] == "Completion summary KSAF-1"


def test_every_character_that_is_let_through_can_be_drawn():
    ranges = re.findall(r"(.)-(.)", pdf.DRAWN)
    everything = " ".join(chr(code) for low, high in ranges for code in range(ord(low), ord(high) + 1))
    assert open_pdf(pdf.render(document(everything))).pages


@settings(max_examples=40, deadline=None)
@given(some.text(alphabet=some.characters(exclude_categories=["Cs"]), max_size=60))
def test_whatever_was_typed_becomes_a_file(text):
    assert pdf.render(document(text)).startswith(b"%PDF")


def test_markup_of_typst_stays_text():
    hostile = '#import "x"; #read("/etc/passwd") *b* $1$ `c` @l <l> \\'
    assert pdf.render(document(hostile)).startswith(b"%PDF")
