"""The operations guide names what there is: commands, their options, settings, files; and the units are sound."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from portal import config
from portal.cli import main

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/operations"
PAGES = sorted(GUIDE.glob("*.md"))
FILES = GUIDE / "files"
UNITS = sorted(path for path in FILES.iterdir() if path.suffix in {".service", ".timer"})
MOST_EXPOSED = 2.0  # systemd's own scale, from 0 to 10; below 2 it calls a service "OK"; ours


def commands(text: str) -> list[list[str]]:
    """Return the words of each `portal …` that stands in a page, in a block or in a line, a unit or a script."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    lines = "\n".join(blocks or [text]).replace("\\\n", " ").splitlines()
    found = (re.search(r"(?:^|bin/)portal ([a-z].*)", line) for line in lines)
    return [shlex.split(each.group(1), comments=True) for each in found if each]


def unknown(words: list[str]) -> str | None:
    """Return what of a command there is not; None when there is all."""
    command, rest = main, words
    while rest and hasattr(command, "commands"):
        if rest[0] not in command.commands:
            return rest[0]
        command, rest = command.commands[rest[0]], rest[1:]
    options = {name for parameter in command.params for name in parameter.opts}
    return next((word for word in rest if word.startswith("--") and word.partition("=")[0] not in options), None)


@pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.name)
def test_every_command_and_option_exists(guide):
    assert [(words, unknown(words)) for words in commands(guide.read_text()) if unknown(words)] == []


def test_the_check_finds_what_there_is_not():
    assert commands("```sh\nportal backup x --hourly 3\n```") == [["backup", "x", "--hourly", "3"]]
    assert unknown(["backup", "x", "--hourly", "3"]) == "--hourly"
    assert unknown(["organisations", "drop"]) == "drop"


def test_every_setting_named_is_read_and_every_one_read_is_named():
    named = set(re.findall(r"PORTAL_[A-Z_]*[A-Z]", "".join(path.read_text() for path in (*PAGES, *FILES.iterdir()))))
    code = "".join(path.read_text() for path in (ROOT / "portal").rglob("*.py"))
    assert named == set(re.findall(r"\"(PORTAL_[A-Z_]+)\"", code))


@pytest.mark.parametrize("guide", PAGES, ids=lambda guide: guide.name)
def test_every_link_leads_somewhere(guide):
    targets = re.findall(r"\]\(([^)#]+)", guide.read_text())
    assert [target for target in targets if "//" not in target and not (GUIDE / target).exists()] == []


def test_every_file_is_installed_by_the_guide_and_every_one_it_installs_is_there():
    text = "".join(path.read_text() for path in PAGES)
    lines = re.findall(r"^ *\|? *install (.*-m 0.*) /\S+$", text, re.MULTILINE)
    words = {word for line in lines for word in re.sub(r"-[dogm]( [a-z0-9]+)?", "", line).split()}
    installed = {word for word in words if not word.startswith("/")}
    assert installed == {path.name for path in FILES.iterdir()}


def test_the_environment_as_shipped_starts_a_production(tmp_path):
    """Read by the shell, as the `portal` command does; systemd takes single quotes alike."""
    text = (FILES / "environment").read_text().replace("'KEY'", f"'{'0123456789abcdef' * 4}'")
    text = text.replace("/var/lib/portal", str(tmp_path)).replace("'TOKEN'", f"'{'0123456789abcdef' * 4}'")
    (tmp_path / "environment").write_text(text)
    shell = f"set -a; . {tmp_path}/environment; env"
    done = subprocess.run(["sh", "-c", shell], env={}, check=True, capture_output=True, text=True)
    settings = config.from_environment(dict(line.split("=", 1) for line in done.stdout.splitlines()))
    assert (settings.is_production, settings.proxies) == (True, 1)


def test_the_units_are_sound_and_confined(tmp_path):
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/portal/current", str(ROOT)))
    paths = [tmp_path / unit.name for unit in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    for path in (path for path in paths if path.suffix == ".service"):
        asked = ["systemd-analyze", "security", "--offline=yes", "--no-pager", path]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        exposure = float(re.search(r"Overall exposure level .*?: ([\d.]+)", told).group(1))
        print(f"{path.name}: exposure {exposure}")
        assert exposure < MOST_EXPOSED


def test_the_units_run_what_there_is():
    started = [commands(path.read_text()) for path in UNITS if path.suffix == ".service"]
    assert [words for each in started for words in each if unknown(words)] == []
    assert {words[0] for each in started for words in each} >= {"serve", "scheduler", "backup"}


def test_the_command_is_a_sound_script():
    subprocess.run(["sh", "-n", FILES / "portal"], check=True)
