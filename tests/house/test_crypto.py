import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select, text

from portal import crypto
from tests.conftest import KEYS

OTHER = "another-key-of-sufficient-length-987654321"
TABLE = Table(
    "note",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", crypto.EncryptedText),
    Column("facts", crypto.EncryptedJSON),
)


@pytest.fixture(autouse=True)
def _own_keys():
    yield
    crypto.use_keys(KEYS)


def test_the_database_holds_no_plain_word_and_python_gets_it_back():
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(TABLE).values(words="Canary ü", facts={"said": "Canary"}))
        stored = connection.execute(text("select words, facts from note")).one()
        assert all(b"Canary" not in bytes(value) for value in stored)
        assert connection.execute(select(TABLE.c.words, TABLE.c.facts)).one() == ("Canary ü", {"said": "Canary"})
    engine.dispose()


def test_an_older_key_still_reads_and_a_lost_one_does_not():
    sealed = crypto.encrypt(b"kept")
    crypto.use_keys((OTHER, *KEYS))
    assert crypto.decrypt(sealed) == b"kept"
    crypto.use_keys((OTHER,))
    with pytest.raises(InvalidToken):
        crypto.decrypt(sealed)
