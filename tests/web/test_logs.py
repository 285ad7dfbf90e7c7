"""What a log line says, and what it never says."""

import ast
import json
import logging
from pathlib import Path

import pytest

from portal.web import logs

PORTAL = Path(__file__).resolve().parents[2] / "portal"


def line_of(**given):
    values = {
        "name": "portal",
        "level": logging.ERROR,
        "pathname": "",
        "lineno": 0,
        "msg": "it broke",
        "args": (),
        "exc_info": None,
    }
    return json.loads(logs.JsonLines().format(logging.LogRecord(**(values | given))))


def test_arguments_and_the_words_of_an_exception_stay_out():
    with pytest.raises(ValueError, match="Amira") as caught:
        int("Amira Khan")
    raised = (caught.type, caught.value, caught.tb)
    line = line_of(msg="Exception on %s", args=("/consent/a-secret-token",), exc_info=raised)
    assert line["event"] == "Exception on %s"
    assert line["error"] == "ValueError"
    assert line["where"][0].endswith("test_arguments_and_the_words_of_an_exception_stay_out")
    assert "Amira" not in json.dumps(line)
    assert "secret" not in json.dumps(line)


@pytest.fixture
def lines(caplog):
    """The portal's request lines, formatted as they leave."""
    caplog.set_level(logging.INFO, logger="portal.web.logs")
    return lambda: [json.loads(logs.JsonLines().format(record)) for record in caplog.records if record.msg == "request"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_request_is_logged_by_route_and_id_without_address_or_query(app, lines):
    answer = app.test_client().get("/invitations/a-token-of-somebody?email=somebody@school.example")
    [line] = lines()
    assert line["route"] == "/invitations/<token:token>"
    assert (line["method"], line["status"]) == ("GET", answer.status_code)
    assert "somebody" not in json.dumps(line)
    assert len(answer.headers["X-Request-Id"]) == 16


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_probes_and_static_files_leave_no_line(app, lines):
    app.test_client().get("/health/live")
    app.test_client().get("/static/css/portal.css").close()
    assert lines() == []


def test_no_line_is_written_with_arguments():
    """They would be left out, and what the line was to say with them: its own facts go into `extra`."""
    calls = [
        (path.name, node.lineno, len(node.args))
        for path in sorted(PORTAL.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
        and ast.unparse(node.func.value) in {"log", "_log", "current_app.logger"}
    ]
    assert len(calls) > 5
    assert [call for call in calls if call[-1] != 1] == []
