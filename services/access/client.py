"""Who is at the other end: address and scheme behind a proxy, a short name of the program."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.types import Scope

from services.errors import BadInput

_BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger/", "WeChat"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
# A path of our own: no scheme, no host, no backslash that a browser would read as a slash.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f]*")
_PRODUCT = re.compile(r"[A-Za-z][\w.-]{0,39}")


def agent(header: str) -> str:
    """A user-agent header in short: ``Chrome, Windows``; the first word of other programs."""
    known = [
        next((name for mark, name in table if mark in header), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    if known[0]:
        return ", ".join(filter(None, known))
    found = _PRODUCT.match(header)
    return found.group() if found else ""


def own_path(target: str) -> str:
    """``target`` if it is a path of this site, else nothing: nobody is led away from here."""
    return target if len(target) <= 2000 and _OWN_PATH.fullmatch(target) else ""


class Proxies:
    """The proxies in front of the site whose word about the client is believed."""

    def __init__(self, listed: str):
        """``listed``: addresses and networks, separated by commas; none is the default."""
        try:
            self._networks: list[IPv4Network | IPv6Network] = [
                ip_network(part.strip(), strict=False) for part in listed.split(",") if part.strip()
            ]
        except ValueError:
            raise BadInput(
                "trusted_proxy",
                "GRIDGOV_TRUSTED_PROXY 应是地址或网段，以逗号分隔。",
                "GRIDGOV_TRUSTED_PROXY takes addresses or networks, separated by commas.",
            ) from None

    def real(self, scope: Scope) -> Scope:
        """The request as the client sent it to the proxy; unchanged when nobody is trusted."""
        peer = scope.get("client")
        if not self._networks or not peer or not self._trusted(peer[0]):
            return scope
        seen = dict(scope)
        headers = dict(scope["headers"])
        if headers.get(b"x-forwarded-proto", b"").strip() in {b"http", b"https"}:
            seen["scheme"] = headers[b"x-forwarded-proto"].strip().decode()
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        # The client may have written the left part itself; the first from the right that is none
        # of ours was seen by a proxy of ours.
        found = next((hop.strip() for hop in reversed(hops) if not self._trusted(hop.strip())), "")
        if _parsed(found) is not None:
            seen["client"] = (found, 0)
        return seen

    def _trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(parsed in network for network in self._networks)


@lru_cache(maxsize=1024)
def _parsed(address: str) -> Any:
    try:
        return ip_address(address)
    except ValueError:
        return None


def bucket_of(scope: Scope) -> str:
    """The client's address for counting; of IPv6 the network, which is one house."""
    peer = scope.get("client")
    parsed = _parsed(peer[0]) if peer else None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, 64), strict=False))
    return str(peer[0]) if peer else ""
