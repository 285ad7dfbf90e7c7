import pytest

from portal import config

KEY = "Zp3v8Qm1Xs6Tn9Wb4Kd7Rf2Hj5Lc0Gy-"
SAFE = {
    "PORTAL_ENV": "production",
    "PORTAL_SECRET_KEYS": KEY,
    "PORTAL_BASE_URL": "https://portal.example",
    "PORTAL_SMTP_URL": "smtp://mail.example",
}


def settings(tmp_path, **changed):
    given = {**SAFE, "PORTAL_DATA_DIR": str(tmp_path), **changed}
    return config.from_environment({name: value for name, value in given.items() if value is not None})


def test_a_complete_production_starts(tmp_path):
    made = settings(tmp_path)
    assert made.is_production
    assert made.secret_keys == (KEY,)
    assert made.database_url.endswith("portal.sqlite3")


@pytest.mark.parametrize(
    "changed",
    [
        {"PORTAL_SECRET_KEYS": None},
        {"PORTAL_SECRET_KEYS": "short"},
        {"PORTAL_SECRET_KEYS": "a" * 64},
        {"PORTAL_SECRET_KEYS": f"{KEY},weak"},
        {"PORTAL_BASE_URL": "http://portal.example"},
        {"PORTAL_BASE_URL": None},
        {"PORTAL_SMTP_URL": None},
        {"PORTAL_ENV": "prod"},
        {"PORTAL_PROXIES": "yes"},
        {"PORTAL_PROXIES": "-1"},
        {"PORTAL_PROXIES": "5"},
    ],
)
def test_an_unsafe_production_refuses_to_start(tmp_path, changed):
    with pytest.raises(config.UnsafeSettingsError):
        settings(tmp_path, **changed)


def test_no_environment_named_means_production(tmp_path):
    with pytest.raises(config.UnsafeSettingsError):
        config.from_environment({"PORTAL_DATA_DIR": str(tmp_path)})


def test_the_demo_makes_a_key_once_and_keeps_it_private(tmp_path):
    first = settings(tmp_path, PORTAL_ENV="demo", PORTAL_SECRET_KEYS=None)
    second = settings(tmp_path, PORTAL_ENV="demo", PORTAL_SECRET_KEYS=None)
    assert first.secret_keys == second.secret_keys
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("said", "number"), [(None, 0), ("", 0), ("0", 0), ("1", 1), ("4", 4)])
def test_nobody_is_believed_who_is_not_counted_as_a_proxy(tmp_path, said, number):
    assert settings(tmp_path, PORTAL_PROXIES=said).proxies == number
