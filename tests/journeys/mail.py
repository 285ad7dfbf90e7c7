"""What the mail server of a journey has been given."""

from tests.factories.people import Person
from tests.live import Portal, select_wait

NAMES = ("Amira", "Khan", "Sana", "Imran")


def wait_for(portal: Portal, person: Person, words: str) -> None:
    """Wait until `person` has been sent a mail with these words in its subject or text."""
    waited = 0
    while not any(words in text for text in _texts(portal, person)) and waited < 600:
        select_wait(0.1)
        waited += 1
    assert any(words in text for text in _texts(portal, person)), _texts(portal, person)


def receipt(portal: Portal, person: Person, reference: str) -> None:
    """Wait for the receipt of a referral: its reference and a link, no name."""
    wait_for(portal, person, reference)
    # Setting up a second factor is news of its own.
    [text] = [text for text in _texts(portal, person) if "authenticator app" not in text]
    assert f"{portal.url}/referrals/{reference}" in text
    assert not any(name in text for name in NAMES)


def no_names(portal: Portal) -> None:
    """No mail to anybody names the family."""
    for message in portal.sink.messages:
        text = f"{message['Subject']} {message.get_content()}"
        assert not any(name in text for name in NAMES), message["Subject"]
    print(f"{len(portal.sink.messages)} mails, no name in any")


def _texts(portal: Portal, person: Person) -> list[str]:
    return [f"{mail['Subject']} {mail.get_content()}" for mail in portal.sink.to(person.email)]
