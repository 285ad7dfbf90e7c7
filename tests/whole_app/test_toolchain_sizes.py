"""Files and functions stay small enough to read in one go."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "portal").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHAPELESS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
VERBS = {"get", "post", "route", "put", "patch", "delete"}


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def too_long(paths: list[Path], limit: int) -> list[str]:
    assert paths
    return [f"{path.relative_to(ROOT)}: {lines(path)}" for path in paths if lines(path) > limit]


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def is_view(function: ast.FunctionDef) -> bool:
    called = [decorator.func for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return any(isinstance(name, ast.Attribute) and name.attr in VERBS for name in called)


def test_no_module_is_over_300_lines():
    assert too_long(MODULES, 300) == []


def test_half_of_the_modules_are_within_80_lines():
    sizes = [lines(path) for path in MODULES if lines(path) > 1]
    print(f"median module: {statistics.median(sizes)} lines of {len(sizes)} modules")
    assert statistics.median(sizes) <= 80


def test_no_test_file_is_over_500_lines():
    assert too_long(TESTS, 500) == []


def test_no_template_is_over_200_lines():
    assert too_long(TEMPLATES, 200) == []


def test_functions_are_within_40_lines_and_views_within_25():
    long = []
    for path in MODULES:
        for function in functions(path):
            size = (function.end_lineno or 0) - function.lineno + 1
            if size > (25 if is_view(function) else 40):
                long.append(f"{path.relative_to(ROOT)}: {function.name} has {size}")
    assert long == []


def test_files_are_named_for_what_they_hold():
    named = [*MODULES, *TESTS, *TEMPLATES]
    assert [str(path.relative_to(ROOT)) for path in named if path.stem.strip("_") in SHAPELESS] == []
