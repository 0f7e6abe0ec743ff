"""The second factor: set up, asked for in a second step, each code once, recovery codes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pyotp
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from services.access import accounts, totp
from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from services.kit.crypto import Keys
from tests import roots
from tests.conftest import Clients


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_800_000_015.0

    def time(self) -> float:
        return self.now

    def code(self, secret: str, steps: int = 0) -> str:
        return pyotp.TOTP(secret).at(int(self.now) + steps * 30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(totp, "time", made)
    return made


def enrol(client: TestClient, clock: Clock, password: str = "a") -> tuple[str, list[str]]:
    """Secret and recovery codes of a second factor that is in force now."""
    secret = client.post("/api/v1/me/totp", json={"password": password}).json()["secret"]
    code = {"code": clock.code(secret)}
    answer = client.post("/api/v1/me/totp/confirm", json=code)
    assert answer.status_code == 200, answer.text
    clock.now += 30
    return secret, answer.json()["recovery_codes"]


def enter(site: Clients, code: str = "", password: str = "a") -> tuple[int, str]:
    body = {"username": "a", "password": password, "code": code}
    answer = site().post("/api/v1/session", json=body)
    return answer.status_code, answer.json()["error"]["code"] if answer.content else ""


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(
    moment: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples of RFC 6238 (SHA-1; the last six of their eight digits)."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    monkeypatch.setattr(totp.time, "time", lambda: float(moment))
    assert totp._step_of(secret, code[2:]) == moment // 30


@given(st.text(max_size=30))
def test_tidying_keeps_only_signs_of_codes(written: str) -> None:
    assert re.fullmatch("[0-9A-Z]*", totp.tidy(written))
    assert totp.tidy(totp.tidy(written)) == totp.tidy(written)


def test_setting_up_needs_the_password_and_a_first_code(site: Clients, clock: Clock) -> None:
    client = site("a")
    refused = client.post("/api/v1/me/totp", json={"password": "guess"})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "password")
    begun = client.post("/api/v1/me/totp", json={"password": "a"}).json()
    assert begun["uri"].startswith("otpauth://totp/gridgov:a?secret=" + begun["secret"])
    assert ElementTree.fromstring(begun["svg"]).tag == "{http://www.w3.org/2000/svg}svg"
    assert enter(site) == (204, "")  # not in force yet
    wrong = client.post("/api/v1/me/totp/confirm", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "code")
    assert client.get("/api/v1/me").json()["totp"] == {"on": False, "recovery_codes": 0}
    good = {"code": clock.code(begun["secret"])}
    codes = client.post("/api/v1/me/totp/confirm", json=good).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert client.get("/api/v1/me").json()["totp"] == {"on": True, "recovery_codes": 10}


def test_signing_in_takes_two_steps(site: Clients, clock: Clock) -> None:
    secret, _ = enrol(site("a"), clock)
    assert enter(site, password="wrong") == (401, "bad_login")
    assert enter(site, clock.code(secret), password="wrong") == (401, "bad_login")
    assert enter(site) == (401, "code_needed")
    assert enter(site, "000000") == (401, "bad_code")
    assert enter(site, clock.code(secret)) == (204, "")


def test_a_code_counts_once_and_none_before_it(site: Clients, clock: Clock) -> None:
    secret, _ = enrol(site("a"), clock)
    assert enter(site, clock.code(secret)) == (204, "")
    assert enter(site, clock.code(secret)) == (401, "bad_code")
    assert enter(site, clock.code(secret, -1)) == (401, "bad_code")
    assert enter(site, clock.code(secret, 1)) == (204, "")  # the phone's clock is ahead
    assert enter(site, clock.code(secret)) == (401, "bad_code")
    clock.now += 60
    assert enter(site, clock.code(secret)) == (204, "")


def test_the_code_of_the_set_up_does_not_sign_in(site: Clients, clock: Clock) -> None:
    secret, _ = enrol(site("a"), clock)
    assert enter(site, clock.code(secret, -1)) == (401, "bad_code")


def test_one_code_at_many_doors_opens_one(site: Clients, clock: Clock) -> None:
    secret, _ = enrol(site("a"), clock)
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: enter(site, clock.code(secret)), range(4)))
    assert sorted(got) == [(204, ""), *[(401, "bad_code")] * 3]


@pytest.mark.parametrize("steps", [-2, 2, -100])
def test_codes_of_other_times_do_not_count(site: Clients, clock: Clock, steps: int) -> None:
    secret, _ = enrol(site("a"), clock)
    clock.now += 300
    assert enter(site, clock.code(secret, steps)) == (401, "bad_code")


def test_guessing_codes_is_locked_and_asking_again_does_not_help(
    site: Clients, clock: Clock
) -> None:
    """Somebody knows the password: the question for the code forgives no wrong code."""
    enrol(site("a"), clock)
    got = []
    for _ in range(7):
        got.append(enter(site, "000000")[1])
        got.append(enter(site)[1])
    assert got.count("bad_code") == 5
    assert got[9:] == ["locked"] * 5


def test_asking_for_the_code_does_not_lock(site: Clients, clock: Clock) -> None:
    secret, _ = enrol(site("a"), clock)
    for _ in range(12):
        assert enter(site) == (401, "code_needed")
    assert enter(site, clock.code(secret)) == (204, "")


def test_a_recovery_code_opens_once(site: Clients, clock: Clock) -> None:
    client = site("a")
    _, codes = enrol(client, clock)
    assert enter(site, codes[0].lower().replace("-", " ")) == (204, "")
    assert enter(site, codes[0]) == (401, "bad_code")
    assert enter(site, codes[1]) == (204, "")
    assert client.get("/api/v1/me").json()["totp"]["recovery_codes"] == 8


def test_the_database_knows_neither_secret_nor_codes(
    site: Clients, db: Database, clock: Clock, settings: Settings
) -> None:
    secret, codes = enrol(site("a"), clock)
    with db.session(None) as session:
        kept = session.scalars(
            text(
                "SELECT u::text FROM app_user u UNION ALL SELECT r::text FROM recovery_code r "
                "UNION ALL SELECT a::text FROM audit a"
            )
        ).all()
        sealed = session.scalar(text("SELECT totp_enc FROM app_user WHERE username = 'a'"))
    everything = " ".join(kept)
    for word in (secret, *codes, *(totp.tidy(c) for c in codes)):
        assert word not in everything
        assert word.encode().hex() not in everything
    assert Keys.load(settings.key_file).decrypt(sealed) == secret


def test_switching_off_needs_password_and_code(site: Clients, db: Database, clock: Clock) -> None:
    client = site("a")
    secret, _ = enrol(client, clock)

    def off(password: str, code: str) -> tuple[int, str]:
        body = {"password": password, "code": code}
        answer = client.request("DELETE", "/api/v1/me/totp", json=body)
        return answer.status_code, answer.json()["error"]["field"] if answer.content else ""

    assert off("guess", clock.code(secret)) == (422, "password")
    assert off("a", "000000") == (422, "code")
    assert off("a", clock.code(secret)) == (204, "")
    assert enter(site) == (204, "")
    with db.session(None) as session:
        left = session.execute(
            text(
                "SELECT totp_enc, totp_step, (SELECT count(*) FROM recovery_code) AS codes "
                "FROM app_user WHERE username = 'a'"
            )
        ).one()
    assert tuple(left) == (None, None, 0)
    enrol(client, clock)  # and on again, on another phone


def test_the_secret_cannot_be_changed_while_it_is_in_force(site: Clients, clock: Clock) -> None:
    client = site("a")
    enrol(client, clock)
    assert client.post("/api/v1/me/totp", json={"password": "a"}).status_code == 409
    assert client.post("/api/v1/me/totp/confirm", json={"code": "000000"}).status_code == 409


def test_the_helpdesk_can_switch_it_off(site: Clients, db: Database, clock: Clock) -> None:
    enrol(site("a"), clock)
    with db.session(system("test")) as session:
        accounts.reset_second_factor(session, "a")
    assert enter(site) == (204, "")


@pytest.mark.parametrize("code", ["\x00", "١٢٣٤٥٦", "12345", "1234567", "-", "x" * 30, "\ud7ff"])
def test_strange_codes_are_wrong_codes(site: Clients, clock: Clock, code: str) -> None:
    enrol(site("a"), clock)
    assert enter(site, code) == (401, "bad_code")


@pytest.fixture
def strict(settings: Settings, db: Database, root: roots.Root) -> Iterator[Clients]:
    """A site where role a must have a second factor."""
    chosen = settings.model_copy(update={"totp_roles": " other , a"})
    made = Clients(chosen, db, password=None)
    yield made
    made.close()


def test_a_role_may_demand_it(strict: Clients, clock: Clock) -> None:
    client = strict("a")
    assert client.get("/api/v1/me").json()["duty"] == "second_factor"
    refused = client.get("/api/v1/grids/tops")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "second_factor_needed")
    page = client.get("/desk/", follow_redirects=False)
    assert page.headers["location"] == "/login?enrol=1&next=/desk/"
    enrol(client, clock)
    assert client.get("/api/v1/grids/tops").status_code == 200
    assert strict("b").get("/api/v1/me").json()["duty"] is None


def test_time_is_real_time_outside_of_tests() -> None:
    assert totp._now() == int(time.time()) // 30
