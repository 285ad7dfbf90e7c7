"""How often the pages ask the database, however many referrals somebody has."""

import pytest

from portal.access.roles import Role
from tests.factories import people, referrals
from tests.factories.statements import counted
from tests.staffing.test_pages import key_of


@pytest.mark.parametrize("who", ["admin", "manager"])
def test_the_pages_ask_at_most_eight_times(kept, client_of, database, who):
    with database.system_transaction():
        person = people.add_person(referrals.operator(), Role.MANAGER) if who == "manager" else kept.admin
    of = kept.cast.officer if who == "manager" else kept.helen
    client = client_of(person)
    for address in (f"/people/{key_of(database, of)}", f"/referrals/{kept.acknowledged}/who-has-it"):
        client.get(address)
        with counted(database) as asked:
            assert client.get(address).status_code == 200
        print(f"{who} {address.split('/')[1]}: {len(asked)} queries")
        assert len(asked) <= 8, asked
