"""Too much text is refused by its size, in words, whichever way a browser packs a form."""

from io import BytesIO

import pytest

MEGABYTE = 1024 * 1024
PLAIN = "application/x-www-form-urlencoded"
WITH_FILES = "multipart/form-data; boundary=between"
PART = b'--between\r\nContent-Disposition: form-data; name="email"\r\n\r\n%s\r\n--between--\r\n'
WAYS = {
    "without files": lambda text: (PLAIN, b"email=" + text),
    "with files": lambda text: (WITH_FILES, PART % text),
}


@pytest.fixture(params=["sqlite"])
def engine_name(request):
    return request.param


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("megabytes", "status"), [(1, 422), (3, 413), (10, 413)])
def test_a_text_is_taken_up_to_two_megabytes(app, way, megabytes, status):
    content_type, body = WAYS[way](b"x" * (megabytes * MEGABYTE))
    answer = app.test_client().post("/sign-in", data=body, content_type=content_type)
    assert answer.status_code == status
    assert ("too large to send" in answer.text) == (status == 413)


def test_a_form_without_a_length_is_no_way_around(app):
    body = BytesIO(b"email=" + b"x" * (3 * MEGABYTE))
    told = {"input_stream": body, "content_type": PLAIN, "environ_overrides": {"wsgi.input_terminated": True}}
    assert app.test_client().post("/sign-in", **told).status_code == 413
