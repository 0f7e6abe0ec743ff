"""A dump of the database alone reveals no id number and no phone, however it is written."""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from services.access.actor import system
from services.config import Settings
from services.db.embedded import Cluster, find_binaries
from services.db.session import Database
from services.keys import repository
from services.kit.crypto import Keys
from services.people.models import Person
from tests.conftest import Clients

ID = re.compile(rb"(?=([0-9]{17}[0-9Xx]))")
PHONE = re.compile(rb"(?=([0-9]{11}))")
HEX = re.compile(rb"[0-9A-Fa-f]{22,}")
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{15,}")


def readings(dump: bytes) -> Iterator[bytes]:
    """The dump as it is, and what its runs of hexadecimal and base64 signs stand for."""
    yield dump
    yield b"\n".join(
        bytes.fromhex(run[at : at + (len(run) - at) // 2 * 2].decode())
        for run in HEX.findall(dump)
        for at in (0, 1)
    )
    table = bytes.maketrans(b"-_", b"+/")
    yield b"\n".join(
        base64.b64decode(run[at : at + (len(run) - at) // 4 * 4])
        for run in (found.translate(table) + b"AAA" for found in BASE64.findall(dump))
        for at in range(4)
    )


def revealed(dump: bytes, secrets: set[bytes]) -> set[bytes]:
    """Those of ``secrets`` that can be read in the dump."""
    found: set[bytes] = set()
    for reading in readings(dump):
        for sort in (ID, PHONE):
            found |= {m.group(1).upper() for m in sort.finditer(reading)} & secrets
    return found


def test_the_search_itself_finds_what_is_written() -> None:
    number, phone = b"29900119571003104X", b"12900000017"
    secrets = {number, phone}
    for written in (
        b"name\t" + number + b"\t", b'{"note": "' + phone + b'"}', b"9" + number + b"9",
        b"\\x00" + number.hex().encode(), b"\\x0" + phone.hex().encode(),
        *(base64.b64encode(b"z" * n + number + b"tail") for n in range(4)),
        *(base64.urlsafe_b64encode(b"~" * n + phone) for n in range(4)),
        number.lower(),
    ):  # fmt: skip
        assert revealed(b"head " + written + b" tail", secrets), written
    assert revealed(number[:12] + phone[2:], secrets) == set()


@pytest.fixture
def used(few: Database, settings: Settings) -> tuple[Database, set[bytes]]:
    """A demo county in which people worked with numbers and phones; all of these."""
    keys, secrets = Keys.load(settings.key_file), set()
    with few.engine.connect() as connection:
        for store in repository.stores():
            for column in store.columns:
                query = text(f"SELECT {column} FROM {store.table} WHERE {column} IS NOT NULL")
                secrets |= {keys.decrypt(v).encode() for v in connection.scalars(query)}
    with few.session(system("test")) as session:
        person = session.query(Person).filter(Person.phone_enc.is_not(None)).first()
        assert person is not None and person.id_enc is not None
        known, number = person.id, keys.decrypt(person.id_enc)
        person.phone_enc, person.phone_hash = keys.sealed_pair("12999999999")
    secrets.add(b"12999999999")
    site = Clients(settings, few)
    try:
        county = site("county")
        body = {"filters": {"id_number": number}}
        assert county.post("/api/v1/people/search", json=body).json()["total"] == 1
        assert county.post("/api/v1/people/export?format=csv", json=body).status_code == 200
        asked = {"what": ["id_number", "phone"], "reason": "asked", "words": "本人申请查询"}
        assert county.post(f"/api/v1/people/{known}/reveal", json=asked).status_code == 200
    finally:
        site.close()
    return few, secrets


def test_a_dump_reveals_nothing(used: tuple[Database, set[bytes]], cluster: Cluster) -> None:
    database, secrets = used
    assert len(secrets) > 1_000
    url = database.url
    dump = subprocess.run(
        [str(find_binaries() / "pg_dump"), "-h", str(cluster.socket), "-U", str(url.username),
         "-d", str(url.database)],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert b"COPY gridgov.person" in dump and b"COPY gridgov.audit" in dump
    assert revealed(dump, secrets) == set()
