"""How often: the bucket against a plain model, addresses behind proxies, sign-ins, exports."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from services.access import client as clients_end
from services.access.client import Proxies
from services.access.cookies import COOKIE
from services.access.limits import Bucket
from services.config import Settings
from services.db.session import Database
from services.errors import BadInput, TooMany
from tests import roots
from tests.conftest import Clients


@given(
    st.integers(1, 5),
    st.integers(1, 120),
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 40)), max_size=60),
)
def test_a_bucket_lets_through_what_its_rate_allows(
    burst: int, per_minute: int, asks: list[tuple[str, float]]
) -> None:
    """In no window more than the burst and the refill; and what it says to wait is enough."""
    now = [0.0]
    bucket = Bucket(burst, per_minute, lambda: now[0])
    passed: dict[str, list[float]] = {"a": [], "b": []}
    for key, pause in asks:
        now[0] += pause
        try:
            bucket.take(key)
            passed[key].append(now[0])
        except TooMany as error:
            now[0] += error.extra["retry_after"]
            bucket.take(key)
            passed[key].append(now[0])
    for times in passed.values():
        for i, first in enumerate(times):
            for j in range(i, len(times)):
                allowed = burst + (times[j] - first) * per_minute / 60
                assert j - i + 1 <= allowed + 1e-6


def test_many_at_once_do_not_get_more() -> None:
    bucket = Bucket(10, 1)

    def tried(_: int) -> bool:
        try:
            bucket.take("x")
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(tried, range(200))) == 10


def scope(peer: str, **headers: str) -> Scope:
    listed = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return {"type": "http", "scheme": "http", "client": (peer, 1), "headers": listed}


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "seen"),
    [
        ("", "10.0.0.1", "1.2.3.4", "10.0.0.1"),  # nobody is believed
        ("10.0.0.1", "10.0.0.2", "1.2.3.4", "10.0.0.2"),
        ("10.0.0.1", "10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4"),  # the client wrote 9.9.9.9
        ("10.0.0.0/8", "10.0.0.1", "9.9.9.9, 1.2.3.4, 10.2.2.2", "1.2.3.4"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1,::1", "::1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    trusted: str, peer: str, forwarded: str, seen: str
) -> None:
    given_ = scope(peer, x_forwarded_for=forwarded, x_forwarded_proto="https")
    real = Proxies(trusted).real(given_)
    assert real["client"][0] == seen
    believed = peer in trusted or (peer.startswith("10.") and "/" in trusted)
    assert real["scheme"] == ("https" if believed else "http")
    assert given_["scheme"] == "http"


@given(st.text(st.characters(max_codepoint=255), max_size=80))
def test_no_forwarded_header_breaks_anything(header: str) -> None:
    listed = [(b"x-forwarded-for", header.encode("latin-1")), (b"x-forwarded-proto", b"x")]
    given_ = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": listed}
    assert clients_end.bucket_of(Proxies("10.0.0.1").real(given_))


def test_a_wrong_list_is_told() -> None:
    with pytest.raises(BadInput, match="TRUSTED_PROXY"):
        Proxies("10.0.0.1, proxy")


def test_of_ipv6_a_network_is_one_client() -> None:
    assert clients_end.bucket_of(scope("2001:db8::1")) == clients_end.bucket_of(
        scope("2001:db8::ffff:2")
    )
    assert clients_end.bucket_of(scope("10.0.0.1")) == "10.0.0.1"


@pytest.fixture
def narrow(settings: Settings, db: Database, root: roots.Root) -> Iterator[Clients]:
    """A site with room for 3 wrong sign-ins, 2 exports, 5 strangers' calls; one trusted proxy."""
    update = {"sign_in_failures_per_minute": 1, "exports_per_minute": 2, "public_per_minute": 5}
    made = Clients(
        settings.model_copy(update={**update, "trusted_proxy": "10.0.0.1"}), db, password=None
    )
    yield made
    made.close()


def wrong(client: TestClient, name: str, **headers: str) -> int:
    body = {"username": name, "password": "wrong"}
    sent = {k.replace("_", "-"): v for k, v in headers.items()}
    return client.post("/api/v1/session", json=body, headers=sent).status_code


def test_wrong_sign_ins_are_counted_by_address(narrow: Clients) -> None:
    """Each with another name, so that no name is locked."""
    one = TestClient(narrow.app, client=("192.0.2.1", 1))
    other = TestClient(narrow.app, client=("192.0.2.2", 1))
    assert [wrong(one, f"n{i}") for i in range(5)] == [401, 401, 401, 429, 429]
    body = {"username": "a", "password": "a"}
    answer = one.post("/api/v1/session", json=body)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert other.post("/api/v1/session", json=body).status_code == 204


def test_good_sign_ins_are_free(narrow: Clients) -> None:
    """An office of a hundred people behind one address."""
    for _ in range(12):
        narrow("a")


def test_the_address_cannot_be_made_up(narrow: Clients) -> None:
    one = TestClient(narrow.app, client=("192.0.2.1", 1))
    got = [wrong(one, f"n{i}", x_forwarded_for=f"198.51.100.{i}") for i in range(5)]
    assert got == [401, 401, 401, 429, 429]


def test_behind_the_trusted_proxy_each_client_counts_for_itself(narrow: Clients) -> None:
    proxy = TestClient(narrow.app, client=("10.0.0.1", 1))
    assert [wrong(proxy, f"n{i}", x_forwarded_for=f"198.51.100.{i}") for i in range(5)] == [401] * 5
    secure = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.77"}
    body = {"username": "a", "password": "a"}
    cookie = proxy.post("/api/v1/session", json=body, headers=secure).headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


@pytest.mark.parametrize("path", ["/login", "/health", "/desk/", "/api/v1/people", "/none"])
def test_who_has_no_session_asks_only_so_often(narrow: Clients, path: str) -> None:
    """By address, made-up cookies included; files are free, and so is whoever has a session."""
    one = TestClient(narrow.app, client=("192.0.2.1", 1), follow_redirects=False)
    other = TestClient(narrow.app, client=("192.0.2.2", 1), follow_redirects=False)
    signed_in = narrow("a")
    one.cookies.set(COOKIE, "made up")
    got = [one.get(path).status_code for _ in range(8)]
    assert 429 not in got[:5] and got[5:] == [429] * 3
    answer = one.get(path)
    assert answer.json()["error"]["code"] == "too_many"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert other.get(path).status_code == got[0]
    assert {one.get("/static/login/login.css").status_code for _ in range(20)} == {200}
    assert {signed_in.get("/api/v1/me").status_code for _ in range(20)} == {200}


def test_exports_are_counted_by_user(narrow: Clients) -> None:
    def export(client: TestClient) -> int:
        return client.post("/api/v1/people/export", json={}).status_code

    one, again, other = narrow("a"), narrow("a"), narrow("b")
    assert [export(one), export(again)] == [403, 403]  # no right to export: counted all the same
    assert export(one) == export(again) == 429
    assert one.get("/api/v1/families/1/sheet.pdf").status_code == 429  # a sheet to print is one
    assert export(other) == 403
    answer = one.post("/api/v1/people/export", json={}, headers={"accept-language": "en"})
    assert "Too often" in answer.json()["error"]["message"]
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("header", "short"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/156.0 Safari/537.36 Edg/156.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 14; X) Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU like Mac OS X) MicroMessenger/8.0 Safari/604.1",
            "WeChat, iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("\x00\x01", ""),
        ("A" * 500, "A" * 40),
    ],
)
def test_programs_have_short_names(header: str, short: str) -> None:
    assert clients_end.agent(header) == short


@given(st.text(max_size=200))
def test_any_user_agent_fits(header: str) -> None:
    assert len(clients_end.agent(header)) <= 60
