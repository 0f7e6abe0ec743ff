"""Signing in through an OpenID Connect provider: authorization code, PKCE, state and nonce.

Optional. Only users that exist here may enter: the first time by a claim that holds the sign-in
name, from then on by issuer and subject. What must be remembered between leaving and coming back
travels in a cookie of ten minutes that is sealed with the service's key: the site keeps no state.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.config import Settings
from services.errors import AppError, BadInput, NotFound
from services.kit.crypto import Keys

COOKIE = "gridgov_oidc"
SECONDS = 600
LEEWAY = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "RS512", "ES384", "EdDSA"]


class OidcProblem(AppError):
    """Signing in through the provider did not work; ``code`` says at what."""

    status = 401


def _failed() -> OidcProblem:
    return OidcProblem(
        "oidc_failed",
        "统一身份登录没有成功，请再试一次。",
        "Signing in through the identity provider did not work; try again.",
    )


def _unreachable() -> OidcProblem:
    return OidcProblem(
        "oidc_unreachable",
        "暂时连不上统一身份平台，可用本系统的密码登录。",
        "The identity provider cannot be reached; sign in with the password of this system.",
    )


def unknown() -> OidcProblem:
    """The provider knows the caller, but nobody here belongs to that account."""
    return OidcProblem(
        "oidc_unknown",
        "这个身份在本系统没有账号，请找管理员开通。",
        "There is no account here for this identity; ask the administrator.",
    )


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for: issuer and subject, and the name claim."""

    subject: str = field(repr=False)
    name: str = field(repr=False)


def _token() -> str:
    return secrets.token_urlsafe(32)


class Provider:
    """The provider of the settings. Network errors become :class:`OidcProblem`."""

    def __init__(self, settings: Settings, keys: Keys):
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._id, self._claim = settings.oidc_client_id, settings.oidc_claim
        self._secret, self._keys = settings.oidc_client_secret.get_secret_value(), keys
        self._lock = threading.Lock()
        self._documents: TTLCache[str, dict[str, Any]] = TTLCache(8, 3600)
        if self.issuer:
            self._check()

    @property
    def on(self) -> bool:
        """Whether the settings name a provider."""
        return bool(self.issuer)

    def _check(self) -> None:
        parts = urlsplit(self.issuer)
        own = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if not self._id or not (parts.scheme == "https" or (parts.scheme == "http" and own)):
            raise BadInput(
                "oidc_issuer",
                "GRIDGOV_OIDC_ISSUER 须是 https 地址，并须设 GRIDGOV_OIDC_CLIENT_ID。",
                "GRIDGOV_OIDC_ISSUER must be an https address, and GRIDGOV_OIDC_CLIENT_ID be set.",
            )

    def begin(self, back: str, target: str) -> tuple[str, str]:
        """(address to send the browser to, sealed cookie) for a sign-in that returns to ``back``.

        ``target`` is the page to go to afterwards. Raises :class:`NotFound` without a provider.
        """
        if not self.on:
            raise NotFound("provider")
        kept = {"state": _token(), "nonce": _token(), "verifier": _token(), "target": target}
        kept |= {"back": back, "until": str(int(time.time()) + SECONDS)}
        digest = hashlib.sha256(kept["verifier"].encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._id,
            "redirect_uri": back,
            "scope": "openid profile",
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = self._discovered("authorization_endpoint")
        sealed = base64.urlsafe_b64encode(self._keys.encrypt(json.dumps(kept))).decode()
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", sealed

    def finish(self, answer: Mapping[str, str], sealed: str | None) -> tuple[Identity, str]:
        """Who came back, and the page to go to. Raises :class:`OidcProblem` for anything odd."""
        if not self.on:
            raise NotFound("provider")
        kept = self._opened(sealed)
        if not secrets.compare_digest(answer.get("state", "").encode(), kept["state"].encode()):
            raise _failed()
        if answer.get("iss", self.issuer).rstrip("/") != self.issuer or not answer.get("code"):
            raise _failed()
        tokens = self._exchange(answer["code"], kept)
        claims = self._verified(str(tokens.get("id_token", "")), kept["nonce"])
        name = claims.get(self._claim)
        if not name:
            name = self._told(str(tokens.get("access_token", "")), claims["sub"]).get(self._claim)
        return Identity(f"{self.issuer} {claims['sub']}"[:600], str(name or "")), kept["target"]

    def _opened(self, sealed: str | None) -> dict[str, str]:
        try:
            raw = self._keys.decrypt(base64.urlsafe_b64decode(sealed or ""))
            kept: dict[str, str] = json.loads(raw)
            if int(kept["until"]) < time.time():
                raise _failed()
        except OidcProblem:
            raise
        except Exception:  # whatever somebody may have written into a cookie
            raise _failed() from None
        return kept

    def _exchange(self, code: str, kept: dict[str, str]) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": kept["back"]}
        form["code_verifier"] = kept["verifier"]
        auth = None
        methods = self._document().get("token_endpoint_auth_methods_supported", [])
        if self._secret and (not methods or "client_secret_basic" in methods):
            auth = httpx.BasicAuth(quote(self._id, safe=""), quote(self._secret, safe=""))
        else:
            form |= {"client_id": self._id}
            form |= {"client_secret": self._secret} if self._secret else {}
        return self._json("POST", self._discovered("token_endpoint"), data=form, auth=auth)

    def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is signed by the provider, for us, now, and for this try.

        Signed by a key that is not known yet: the provider may have changed keys; ask once more.
        """
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "values": [self.issuer, self.issuer + "/"]},
            aud={"essential": True, "value": self._id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for fresh in (False, True):
            try:
                token = jwt.decode(id_token, self._signers(fresh), algorithms=ALGORITHMS)
                rules.validate(token.claims)
            except (JoseError, ValueError):
                continue
            claims = dict(token.claims)
            if claims.get("azp", self._id) == self._id and isinstance(claims["sub"], str):
                return claims
        raise _failed()

    def _signers(self, fresh: bool) -> KeySet:
        found = self._fetched(self._discovered("jwks_uri"), fresh)
        try:
            return KeySet.import_key_set({"keys": found["keys"]})
        except (JoseError, KeyError, ValueError, TypeError):
            raise _failed() from None

    def _told(self, access_token: str, subject: str) -> dict[str, Any]:
        """What the provider tells about the subject beside the ID token."""
        address = self._document().get("userinfo_endpoint")
        if not address or not access_token:
            return {}
        bearer = {"Authorization": f"Bearer {access_token}"}
        told = self._json("GET", str(address), headers=bearer)
        return told if told.get("sub") == subject else {}

    def _document(self) -> dict[str, Any]:
        found = self._fetched(f"{self.issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self.issuer:
            raise _failed()
        return found

    def _discovered(self, what: str) -> str:
        return str(self._document().get(what) or "")

    def _fetched(self, address: str, fresh: bool = False) -> dict[str, Any]:
        with self._lock:
            found = None if fresh else self._documents.get(address)
        if found is None:
            found = self._json("GET", address)
            with self._lock:
                self._documents[address] = found
        return found

    def _json(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        try:
            with httpx.Client(timeout=10) as client:
                answer = client.request(method, address, **sent)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise _unreachable() from None
        if answer.status_code >= 500:
            raise _unreachable()
        try:
            body = answer.json()
        except ValueError:
            raise _failed() from None
        if answer.status_code != 200 or not isinstance(body, dict):
            raise _failed()
        return body
