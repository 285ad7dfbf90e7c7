"""Front-end parts: copied from node_modules to static/vendor, made our own on the way.

Run at set-up as a script that needs nothing else of the portal. GDS Transport and the crown belong to GOV.UK
alone, so the style sheets lose both and take Atkinson Hyperlegible Next instead. Of the MOJ
components only those we show are kept, and none of their scripts: ours need no script.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

FONT = "Atkinson Hyperlegible Next Variable"
FONT_STACK = f'"{FONT}",Arial,sans-serif'
MOJ_COMPONENTS = (".moj-badge", ".moj-sub-navigation", ".moj-timeline")
# Components no page of ours uses (docs/design.md): without them the first page stays under 90 KB. The footer's hold
# the royal arms and the crown, which GOV.UK keeps to itself like its typeface.
GOVUK_UNUSED = (
    "accordion",
    "cookie-banner",
    "exit-this-page",
    "footer",
    "header",
    "logo",
    "generic-header",
    "notification-banner",
    "pagination",
    "summary-card",
    "tabs",
)
# What each file covers, so that a browser fetches the second only when a name needs it.
FONT_RANGES = {
    "latin": "U+0-FF,U+131,U+152-153,U+2BB-2BC,U+2C6,U+2DA,U+2DC,U+304,U+308,U+329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+100-130,U+132-151,U+154-2BA,U+1E00-1E9F,U+1EF2-1EFF",
}

_GOVUK = "govuk-frontend/dist/govuk"
_MOJ = "@ministryofjustice/frontend/moj"
_FONTS = "@fontsource-variable/atkinson-hyperlegible-next/files"
_NESTING = ("@media", "@supports")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=\S+")
_UNUSED = re.compile(rf"\.govuk-(?:{'|'.join(GOVUK_UNUSED)})(?![a-z])")
_PRINT = re.compile(r"@media print\{(?:[^{}]*\{[^{}]*\})*\}")
_IMAGE = re.compile(r"url\(/assets/images/([\w.-]+)\)")


def fingerprint(path: Path) -> str:
    """The first 12 hex digits of a file's SHA-256, for an address that changes with its content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def copy_parts(node_modules: Path, vendor: Path) -> dict[str, str]:
    """Fill ``vendor`` afresh from ``node_modules`` and write its manifest.json.

    Returns the manifest: each file's address below ``static/`` with its fingerprint.
    Raises FileNotFoundError when npm has not fetched a part.
    """
    shutil.rmtree(vendor, ignore_errors=True)
    for folder in ("fonts", "images"):
        (vendor / folder).mkdir(parents=True)
    _copy_script(node_modules / "htmx.org/dist/htmx.min.js", vendor)
    _copy_script(node_modules / _GOVUK / "govuk-frontend.min.js", vendor)
    _write_govuk_css(node_modules, vendor)
    _write_moj_css(node_modules, vendor)
    files = sorted(path for path in vendor.rglob("*") if path.is_file())
    manifest = {path.relative_to(vendor.parent).as_posix(): fingerprint(path) for path in files}
    (vendor / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def keep_rules(css: str, wanted: Callable[[str], bool]) -> str:
    """The style sheet with only the rules whose selector ``wanted`` accepts.

    Looks inside @media and @supports, and drops those that end up empty.
    """
    kept: list[str] = []
    for head, body in _blocks(css):
        if head.startswith(_NESTING):
            inner = keep_rules(body, wanted)
            kept += [f"{head}{{{inner}}}"] if inner else []
        elif wanted(head):
            kept.append(f"{head}{{{body}}}")
    return "".join(kept)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each outermost ``head { body }`` of a minified style sheet."""
    depth = start = opened = 0
    for brace in re.finditer(r"[{}]", css):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            opened = brace.end()
        elif depth == 0:
            yield css[start : opened - 1].strip(), css[opened : brace.start()]
            start = brace.end()


def _copy_script(source: Path, vendor: Path) -> None:
    """Copy a script without the address of a source map that we do not serve."""
    (vendor / source.name).write_text(_SOURCE_MAP.sub("", source.read_text()))


def _own(css: str, wanted: Callable[[str], bool]) -> str:
    """Keep the wanted rules, in our type; how a page prints is portal.css's own business."""
    plain = _PRINT.sub("", _COMMENT.sub("", css)).replace('@charset "UTF-8";', "")
    return keep_rules(plain, wanted).replace("GDS Transport,arial,sans-serif", FONT_STACK)


def _is_used(rule: str) -> bool:
    """Whether a GOV.UK rule dresses anything of ours: not its fonts, nor only unused parts."""
    if rule == "@font-face":
        return False
    return not all(_UNUSED.search(selector) for selector in rule.split(","))


def _write_govuk_css(node_modules: Path, vendor: Path) -> None:
    """GOV.UK Frontend's styles without its fonts and its crest, with our font before them."""
    css = (node_modules / _GOVUK / "govuk-frontend.min.css").read_text()
    own = _own(css, _is_used)
    faces = "".join(_font_face(node_modules, vendor, subset) for subset in FONT_RANGES)
    (vendor / "govuk-frontend.min.css").write_text(f'@charset "UTF-8";{faces}{own}\n')


def _write_moj_css(node_modules: Path, vendor: Path) -> None:
    """The styles of the MOJ components we show, with the pictures those styles name."""
    css = (node_modules / _MOJ / "moj-frontend.min.css").read_text()
    own = _own(css, lambda rule: any(name in rule for name in MOJ_COMPONENTS))
    for image in sorted(set(_IMAGE.findall(own))):
        shutil.copyfile(node_modules / _MOJ / "assets/images" / image, vendor / "images" / image)
    addressed = _IMAGE.sub(r"url(images/\1)", own)
    (vendor / "moj-frontend.min.css").write_text(f'@charset "UTF-8";{addressed}\n')


def _font_face(node_modules: Path, vendor: Path, subset: str) -> str:
    """Copy one subset of the font; returns the @font-face rule that loads it."""
    name = f"atkinson-hyperlegible-next-{subset}-wght-normal.woff2"
    copied = Path(shutil.copyfile(node_modules / _FONTS / name, vendor / "fonts" / name))
    return (
        f'@font-face{{font-family:"{FONT}";font-style:normal;font-weight:200 800;'
        f"font-display:swap;unicode-range:{FONT_RANGES[subset]};"
        f'src:url(fonts/{name}?v={fingerprint(copied)}) format("woff2")}}'
    )


def main() -> None:
    """Copy the parts from this checkout's node_modules to its static/vendor."""
    root = Path(__file__).resolve().parents[2]
    copied = copy_parts(root / "node_modules", root / "static" / "vendor")
    print(f"{len(copied)} front-end parts are in static/vendor")


if __name__ == "__main__":
    main()
