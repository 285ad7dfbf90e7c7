"""Whose guesses are counted when a proxy hands requests on: the asker's own, whatever the asker claims."""

import pytest

from portal.web import proxies

PROXY = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def behind(app, monkeypatch):
    """Return a function that puts the portal behind so many proxies, for this test."""
    monkeypatch.setattr("portal.accounts.throttle.TRIES_FROM_ADDRESS", 3)
    monkeypatch.setattr(app, "wsgi_app", app.wsgi_app)
    return lambda number: proxies.install(app, number)


def guess(client, number: int, forwarded: str) -> int:
    """Try to sign in as somebody new each time, so that the address alone is counted; give the status."""
    data = {"email": f"nobody{number}@school.example", "password": "wrong"}
    headers = {"X-Forwarded-For": forwarded}
    return client.post("/sign-in", data=data, headers=headers, environ_base=PROXY).status_code


def test_schools_behind_one_proxy_do_not_slow_each_other(client, house, behind):
    behind(1)
    codes = [guess(client, number, "192.0.2.7") for number in range(4)]
    assert codes == [422, 422, 422, 429]
    assert guess(client, 9, "192.0.2.8") == 422


def test_what_the_asker_wrote_into_the_header_does_not_help(client, house, behind):
    behind(1)
    codes = [guess(client, number, f"198.51.100.{number}, 192.0.2.7") for number in range(4)]
    assert codes == [422, 422, 422, 429]


def test_with_two_proxies_the_last_but_one_counts(client, house, behind):
    behind(2)
    codes = [guess(client, number, f"198.51.100.{number}, 192.0.2.7, 203.0.113.{number}") for number in range(4)]
    assert codes == [422, 422, 422, 429]


def test_fewer_values_than_proxies_are_not_read(client, house, behind):
    behind(2)
    assert [guess(client, number, f"198.51.100.{number}") for number in range(4)] == [422, 422, 422, 429]


def test_without_a_proxy_no_header_is_read(client, house, behind):
    behind(0)
    assert [guess(client, number, f"198.51.100.{number}") for number in range(4)] == [422, 422, 422, 429]


@pytest.mark.parametrize("claimed", ["127.0.0.1", "no address at all", ""])
def test_nobody_becomes_this_machine_by_saying_so(client, behind, claimed):
    behind(1)
    answer = client.get("/metrics", headers={"X-Forwarded-For": claimed}, environ_base=PROXY)
    assert answer.status_code == 404
