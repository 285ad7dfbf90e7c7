"""Every answer, whatever its status, carries the headers that keep a browser safe."""

import re

import pytest

from portal import config, create_app
from portal.referrals.rules import State
from tests.conftest import KEYS
from tests.whole_app.crawl import walk
from tests.whole_app.visitors import SIGNED_OUT

pytestmark = pytest.mark.timeout(400)  # seconds: every page of five people
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_every_page_of_everybody_is_hardened(visitors):
    seen = 0
    for name in ("referrer", "triage_officer", "manager", "administrator", SIGNED_OUT):
        for address, answer in walk(visitors, name).items():
            assert _weaknesses(answer) == [], f"{name}: {address}"
            seen += 1
    print(f"{seen} answers, all hardened")


def _as_htmx(visitors):
    return visitors.ask("referrer", "GET", "/referrals/rows", htmx=True)


def _redirect(visitors):
    return visitors.ask(SIGNED_OUT, "GET", "/referrals")


def _not_modified(visitors):
    panel = f"/referrals/{visitors.world.school.references[State.SENT]}/status"
    tag = visitors.ask("referrer", "GET", panel).headers["ETag"]
    return visitors.ask("referrer", "GET", panel, headers={"If-None-Match": tag})


def _forbidden(visitors):
    return visitors.ask("viewer", "GET", "/referrals/new")


def _not_found(visitors):
    return visitors.ask("referrer", "GET", "/nowhere")


def _not_allowed(visitors):
    return visitors.ask("referrer", "DELETE", "/sign-in")


def _refused_form(visitors):
    return visitors.ask("triage_officer", "POST", _ask(visitors), data={})


def _too_large(visitors):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(visitors.app.config, "MAX_FORM_MEMORY_SIZE", 10)
        return visitors.ask("triage_officer", "POST", _ask(visitors), data={"question": "x" * 100})


def _broken(visitors):
    def broken():
        raise RuntimeError("on purpose")

    broken.access = visitors.app.view_functions["monitoring.live"].access
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(visitors.app.view_functions, "monitoring.live", broken)
        return visitors.ask("referrer", "GET", "/health/live")


def _static(visitors):
    return visitors.ask(SIGNED_OUT, "GET", "/static/css/portal.css")


def _ask(visitors) -> str:
    return f"/referrals/{visitors.world.school.references[State.ACKNOWLEDGED]}/ask"


STATUSES = [
    (200, _as_htmx),
    (302, _redirect),
    (304, _not_modified),
    (403, _forbidden),
    (404, _not_found),
    (405, _not_allowed),
    (413, _too_large),
    (422, _refused_form),
    (500, _broken),
    (200, _static),
]


@pytest.mark.parametrize(("status", "provoke"), STATUSES, ids=[how.__name__.strip("_") for _, how in STATUSES])
def test_no_status_is_softer(visitors, status, provoke):
    answer = provoke(visitors)
    assert answer.status_code == status
    assert _weaknesses(answer) == []


def test_a_nonce_is_used_once(visitors):
    found = {_nonce(visitors.ask(SIGNED_OUT, "GET", "/sign-in")) for _ in range(5)}
    assert len(found) == 5


def test_only_fingerprinted_static_files_may_be_kept(visitors):
    kept = visitors.ask(SIGNED_OUT, "GET", "/static/css/portal.css?v=0123456789ab")
    assert "immutable" in kept.headers["Cache-Control"]
    assert "no-store" in visitors.ask(SIGNED_OUT, "GET", "/static/css/portal.css").headers["Cache-Control"]


def test_production_tells_browsers_to_come_back_over_tls_only(tmp_path):
    settings = config.from_environment(
        {
            "PORTAL_ENV": "production",
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_SECRET_KEYS": KEYS[0],
            "PORTAL_BASE_URL": "https://portal.example",
            "PORTAL_SMTP_URL": "smtp://mail.example",
        }
    )
    app = create_app(settings)
    answer = app.test_client().get("/health/live", base_url="https://portal.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    app.extensions["database"].engine.dispose()


def _weaknesses(answer) -> list[str]:
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    needed = ("default-src 'none'", "frame-ancestors 'none'")
    wrong = [f"the policy lacks {part}" for part in needed if part not in policy]
    if "unsafe-" in policy or "*" in policy or "http:" in policy:
        wrong.append(f"the policy allows too much: {policy}")
    wrong += [f"{name} is {headers.get(name)}" for name, value in FIXED.items() if headers.get(name) != value]
    if "no-store" not in headers.get("Cache-Control", "") and "immutable" not in headers.get("Cache-Control", ""):
        wrong.append(f"Cache-Control is {headers.get('Cache-Control')}")
    if "Server" in headers or "X-Powered-By" in headers:
        wrong.append("it says what it runs on")
    return wrong


def _nonce(answer) -> str:
    return re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]
