"""What makes a good password, a readable code and a safe address to go back to; pure."""

from urllib.parse import urlsplit

# NCSC, Cyber Essentials: Requirements for IT Infrastructure v3.2, "Password-based authentication": 12 characters or
# more, no longest length, a list of common passwords refused. Its advice on passwords asks for no mixture of signs.
SHORTEST_PASSWORD = 12
# Not a rule for people: a bound on what a stranger can make the server hash.
LONGEST_PASSWORD = 1000

CODE_GROUP = 4

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def own_path(address: str | None) -> str:
    """Return `address` when it is a page of this portal (a path of our own), else the first page, `/`."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    if any(ord(sign) <= ord(" ") or sign == "\\" for sign in address):
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    leads_nowhere = parts.scheme or parts.netloc or parts.path in {"/sign-in", "/sign-out"}
    return "/" if leads_nowhere else address


def as_kept(email: str) -> str:
    """Return an e-mail address the way accounts are kept and found: no spaces around it, in lower case."""
    return email.strip().lower()


def code_as_typed(text: str) -> str:
    """Return a code without the spaces and hyphens people type, letters large and look-alikes put right."""
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    return plain.replace("O", "0").replace("I", "1").replace("L", "1")


def in_groups(text: str) -> str:
    """Return `text` in groups of four signs, easier to read and type."""
    return " ".join(text[start : start + CODE_GROUP] for start in range(0, len(text), CODE_GROUP))


def browser_words(user_agent: str) -> str:
    """Return "Chrome on Windows" for what a browser says of itself; "A browser" when it says nothing known."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    return f"{browser} on {system}" if system else browser
