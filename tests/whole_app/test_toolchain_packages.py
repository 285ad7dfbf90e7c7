"""What set-up fetches: pinned, free of anybody's registry, and made our own."""

import json
import re
from pathlib import Path

import pytest

from portal.web import assets

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
STYLES = ("govuk-frontend.min.css", "moj-frontend.min.css")
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_python_package_is_pinned_by_hash_and_names_no_host(path):
    text = path.read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
    assert re.findall(r"https?:|--find-links|index-url", text) == []


def test_every_npm_package_is_pinned_by_hash_and_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in lock.items() if name}
    assert [name for name, package in fetched.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in fetched.items() if "resolved" in package] == []
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.parametrize("name", STYLES)
def test_styles_carry_neither_the_crown_nor_gds_transport(name):
    css = (VENDOR / name).read_text()
    assert re.findall(r"GDS Transport|crest|crown|/assets/|sourceMapping", css) == []
    assert assets.FONT_STACK in css


@pytest.mark.parametrize("name", STYLES)
def test_styles_name_only_files_that_are_there(name):
    named = re.findall(r"url\(([^)?]+)", (VENDOR / name).read_text())
    assert named
    assert [address for address in named if not (VENDOR / address).is_file()] == []


def test_the_manifest_gives_every_file_its_fingerprint():
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    files = {path for path in VENDOR.rglob("*") if path.is_file() and path.name != "manifest.json"}
    assert {VENDOR.parent / name for name in manifest} == files
    assert all(assets.fingerprint(VENDOR.parent / name) == known for name, known in manifest.items())


def test_keeping_rules_looks_inside_media_queries_and_drops_those_left_empty():
    css = ".a{x:1}.b{x:2}@media print{.a{x:3}.b{x:4}}@media screen{.b{x:5}}"
    assert assets.keep_rules(css, lambda rule: rule == ".a") == ".a{x:1}@media print{.a{x:3}}"
