"""A real nginx with the file that we ship, its own certificate, and the portals behind it."""

import http.client
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.fleet import until
from tests.live import free_port

FILES = Path(__file__).resolve().parents[2] / "docs/operations/files"
NAME = "portal.example"
AROUND = "daemon off; pid {folder}/pid; error_log {folder}/main.log; events {{}} http {{ {temporary} include site; }}"
STARTED = 20  # seconds, on a machine that is busy


@dataclass
class Proxy:
    """Where nginx listens, what its certificate is checked against, and where it writes."""

    folder: Path
    plain: int
    secure: int

    def ask(self, method: str, path: str, body: bytes | None = None, *, come_from: str = "127.0.0.1", **headers: str):
        """Send a request over TLS from an address of this machine; give the answer, its text read."""
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        bare = socket.create_connection(("127.0.0.1", self.secure), 30, source_address=(come_from, 0))
        connection = http.client.HTTPConnection(NAME)
        connection.sock = context.wrap_socket(bare, server_hostname=headers.get("Host", NAME))
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
            return answer
        finally:
            connection.close()

    def written(self) -> str:
        """Return everything that nginx has written into its folder."""
        return "".join(path.read_text(errors="replace") for path in self.folder.rglob("*") if path.is_file())


@contextmanager
def proxied(folder: Path, *ports: int) -> Iterator[Proxy]:
    """Start nginx in `folder` before the portals at `ports`. All is as shipped but ports, folders and who runs it."""
    made = Proxy(folder, free_port(), free_port())
    _certify(folder)
    site = (FILES / "nginx.conf").read_text()
    site = site.replace("server 127.0.0.1:8000;", " ".join(f"server 127.0.0.1:{port};" for port in ports))
    site = re.sub(r"^\s*listen \[::\].*\n", "", site, flags=re.MULTILINE)
    site = site.replace("listen 80", f"listen 127.0.0.1:{made.plain}")
    site = site.replace("listen 443", f"listen 127.0.0.1:{made.secure}")
    site = site.replace("/etc/ssl/portal", str(folder)).replace("/var/log/nginx", str(folder))
    (folder / "site").write_text(site.replace("/var/www/portal", str(FILES)))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    owner = "user root; " if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(owner + AROUND.format(folder=folder, temporary=temporary))
    child = subprocess.Popen(["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "main.log"])
    try:
        until(lambda: _listens(child, made.secure), STARTED)
        yield made
    finally:
        child.terminate()
        child.wait(10)


def _certify(folder: Path) -> None:
    made = ("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem")
    named = ("-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    asked = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *named, *made]
    subprocess.run(asked, check=True, capture_output=True)


def _listens(child: subprocess.Popen, port: int) -> bool:
    assert child.poll() is None, "nginx ended: see its main.log"
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
