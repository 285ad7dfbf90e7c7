"""Two web servers behind nginx, with the file that we ship: who is asking, what is refused, what is written down."""

import http.client
import re
import ssl
import urllib.request
from urllib.parse import urlencode

import pytest
from sqlmodel import select

from portal import crypto
from portal.accounts.models import SignInAttempt
from tests.conftest import MONDAY
from tests.faults import visitor
from tests.faults.fleet import Fleet
from tests.operations.proxy import NAME, proxied

FORM = "application/x-www-form-urlencoded"
MEGABYTE = 1024 * 1024
SECRET = "Zebedee-Quill"


@pytest.fixture(params=["postgresql"])
def engine_name(request):
    return request.param


@pytest.fixture
def served(database, tmp_path):
    """Two `portal serve` that count one proxy before them; their processes and ports."""
    told = {"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": database.url, "PORTAL_DATA_DIR": str(tmp_path)}
    told |= {"PORTAL_SECRET_KEYS": "a-test-key-that-is-long-enough-0123456789", "PORTAL_BASE_URL": f"https://{NAME}"}
    fleet = Fleet(tmp_path, told | {"PORTAL_PROXIES": "1"})
    ports = [visitor.free_port(), visitor.free_port()]
    children = [visitor.serve(fleet, port, MONDAY.isoformat(), threads=2) for port in ports]
    visitor.until_ready(*ports)
    yield fleet, children, ports
    fleet.stop()


def test_nginx_as_it_is_shipped(served, database, moment, tmp_path):
    fleet, children, ports = served
    folder = tmp_path / "nginx"
    folder.mkdir()
    with proxied(folder, *ports) as proxy:
        _without_tls_it_leads_to_tls(proxy)
        _another_name_is_not_answered(proxy)
        _pages_come_as_the_portal_made_them(proxy)
        _figures_are_for_this_machine(proxy, ports[0])
        _guesses_are_counted_for_who_made_them(proxy, database)
        _what_is_too_large_is_refused_in_words(proxy)
        fleet.kill(children[0])
        assert [proxy.ask("GET", "/sign-in").status for _ in range(6)] == [200] * 6
        fleet.kill(children[1])
        gone = proxy.ask("GET", f"/referrals?q={SECRET}")
        assert (gone.status, "call 999" in gone.text) == (502, True)
        assert SECRET not in proxy.written()
    print("nginx as shipped: TLS, headers, client addresses, sizes, /metrics, one and two servers killed")


def _without_tls_it_leads_to_tls(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain, timeout=30)
    connection.request("GET", "/sign-in?next=/account", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/sign-in?next=/account")
    connection.close()


def _another_name_is_not_answered(proxy):
    with pytest.raises(ssl.SSLError, match="unrecognized name"):
        proxy.ask("GET", "/", Host="elsewhere.example")


def _pages_come_as_the_portal_made_them(proxy):
    page = proxy.ask("GET", "/sign-in", **{"Accept-Encoding": "gzip"})
    assert page.status == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Server"] == "nginx"
    assert page.headers["Content-Encoding"] is None
    static = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page.text).group(1)
    assert "immutable" in proxy.ask("GET", static).headers["Cache-Control"]


def _figures_are_for_this_machine(proxy, port):
    assert proxy.ask("GET", "/metrics").status == 404
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        assert "portal_rungs_due" in answer.read().decode()


def _guesses_are_counted_for_who_made_them(proxy, database):
    page = proxy.ask("GET", "/sign-in")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    typed = dict(re.findall(r'name="(csrf_token|request_key)"[^>]* value="([^"]+)"', page.text))
    body = urlencode(typed | {"email": "nobody@school.example", "password": "wrong"}).encode()
    headers = {"Cookie": cookie, "Referer": f"https://{NAME}/sign-in", "Content-Type": FORM}
    spoofed = {"X-Forwarded-For": "198.51.100.1", "X-Real-IP": "198.51.100.1", "Forwarded": "for=198.51.100.1"}
    answer = proxy.ask("POST", "/sign-in", body, come_from="127.0.0.9", **headers, **spoofed)
    assert answer.status == 422, answer.text
    with database.system_transaction(write=False) as session:
        counted = set(session.scalars(select(SignInAttempt.bucket)).all())
    buckets = {
        address: crypto.keyed_hash("tries:client", address) for address in ("127.0.0.9", "198.51.100.1", "127.0.0.1")
    }
    assert [address for address, bucket in buckets.items() if bucket in counted] == ["127.0.0.9"]


def _what_is_too_large_is_refused_in_words(proxy):
    for size in (25 * MEGABYTE + 1, 27 * MEGABYTE):  # the portal's own limit, then nginx's
        answer = proxy.ask("POST", "/sign-in", b"x" * size, **{"Content-Type": FORM, "Referer": f"https://{NAME}/"})
        assert (answer.status, "too large to send" in answer.text) == (413, True), size
