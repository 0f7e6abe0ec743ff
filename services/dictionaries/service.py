"""Dictionaries 字典 and parameters 参数 for the administrators of the whole county (D6).

Entries are added, renamed, put in order and switched off or on; never deleted, because rows name
them. Names and order are free everywhere. What the code itself names, and lists that the database
closes, stay on. Labels 标签 are no dictionary: their catalogue is shipped, nobody adds to it.
"""

from __future__ import annotations

from typing import Any

from services.access.actor import Actor
from services.config import Settings
from services.dictionaries import repository
from services.dictionaries.rules import Rule, rules
from services.dictionaries.schemas import ItemChange, NewItem, Order
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.kit import conditions, paging, tabular
from services.kit.bodies import unchanged
from services.kit.models import DictionaryItem
from services.kit.register import Caller

MANAGES = "dictionaries.manage"
Item = dict[str, Any]
# What an administrator wants to see of the settings: nothing secret, no address, no path.
SHOWN = (
    "retention_years", "anonymise", "audit_years", "claims_keep_days", "patrol_warning_days",
    "session_hours", "session_idle_minutes", "totp_roles", "sign_in_failures_per_minute",
    "exports_per_minute", "public_per_minute", "max_body_mb", "max_upload_mb",
    "statement_timeout_ms", "timezone", "demo",
)  # fmt: skip


def _may(actor: Actor) -> None:
    """Dictionaries are one for the whole county: a part of it does not change them."""
    actor.require(MANAGES)
    if not actor.scope.all:
        raise Forbidden(f"{MANAGES}: everything")


def listed(caller: Caller) -> list[Item]:
    """Every dictionary with how many entries it has and offers."""
    _may(caller.actor)
    found = {row.dictionary: row for row in repository.counts(caller.session)}
    return [
        {
            **_named(rule),
            "items": found[code].items if code in found else 0,
            "active": found[code].active if code in found else 0,
        }
        for code, rule in rules().items()
    ]


def _named(rule: Rule) -> Item:
    return {"code": rule.code, "name_zh": rule.name_zh, "name_en": rule.name_en, "open": rule.open}


def one(caller: Caller, dictionary: str) -> Item:
    """A dictionary with its entries; raises :class:`NotFound`."""
    _may(caller.actor)
    rule = _rule(dictionary)
    items = repository.entries(caller.session, dictionary)
    return {**_named(rule), "items": [_shown(rule, item) for item in items]}


def _rule(dictionary: str) -> Rule:
    rule = rules().get(dictionary)
    if rule is None:
        raise NotFound("dictionary")
    return rule


def _shown(rule: Rule, item: DictionaryItem) -> Item:
    plain = ("code", "name_zh", "name_en", "active", "version")
    return {**{name: getattr(item, name) for name in plain}, "fixed": rule.fixed(item.code)}


def _held(caller: Caller, dictionary: str) -> tuple[Rule, dict[str, DictionaryItem]]:
    """A dictionary to change, locked: of two who add one name one is refused."""
    _may(caller.actor)
    rule = _rule(dictionary)
    repository.lock(caller.session, dictionary)
    return rule, {item.code: item for item in repository.entries(caller.session, dictionary)}


def add(caller: Caller, dictionary: str, body: NewItem) -> None:
    """An entry at the end; the forms offer it from now on.

    Raises :class:`Conflict` for a closed dictionary, a taken code or name.
    """
    rule, items = _held(caller, dictionary)
    if not rule.open:
        zh = "这份字典由程序固定，不能添加；可以改名称和顺序。"
        en = "The program fixes this dictionary; names and order can be changed."
        raise Conflict("closed", zh, en)
    if body.code in items:
        zh, en = "这个代码已有，请换一个。", "This code is taken; choose another."
        raise Conflict("taken", zh, en, field="code")
    _free(items, body.name_zh, body.name_en, None)
    last = max((item.sort for item in items.values()), default=0)
    caller.session.add(DictionaryItem(dictionary=dictionary, sort=last + 1, **body.model_dump()))
    caller.session.flush()


def _free(items: dict[str, DictionaryItem], zh: str, en: str, but: str | None) -> None:
    """Raise :class:`Conflict` when another entry is called so: imports tell them by name."""
    for field, name in (("name_zh", zh), ("name_en", en)):
        taken = {getattr(i, field).casefold() for i in items.values() if i.code != but}
        if name.casefold() in taken:
            raise Conflict(
                "name_taken",
                "已有同名的一项，请换一个名称。",
                "There is an entry of that name; choose another.",
                field=field,
            )


def change(caller: Caller, dictionary: str, code: str, body: ItemChange) -> None:
    """Rename an entry, switch it off or on.

    Raises :class:`NotFound`, :class:`Conflict` (``stale``, ``name_taken``, ``fixed``, ``last``).
    """
    rule, items = _held(caller, dictionary)
    item = items.get(code)
    if item is None:
        raise NotFound("dictionary item")
    unchanged(item, body.version)
    zh, en = body.name_zh or item.name_zh, body.name_en or item.name_en
    _free(items, zh, en, code)
    item.name_zh, item.name_en = zh, en
    if body.active is False and item.active:
        _may_go(rule, items, item)
    if body.active is not None:
        item.active = body.active
    caller.session.flush()


def _may_go(rule: Rule, items: dict[str, DictionaryItem], item: DictionaryItem) -> None:
    if rule.fixed(item.code):
        zh = "程序的规则用到这一项，不能停用；可以改名称和顺序。"
        en = "Rules of the program need this entry; only its name and place can be changed."
        raise Conflict("fixed", zh, en, field="active")
    if sum(one.active for one in items.values()) == 1:
        zh = "这是最后一个启用的项，停用后表单就没有可选的了；先启用或添加另一项。"
        en = "It is the last one in use and the forms need one; add or switch on another first."
        raise Conflict("last", zh, en, field="active")


def order(caller: Caller, dictionary: str, body: Order) -> None:
    """Put the entries in order; raises :class:`BadInput` unless each is named once."""
    _, items = _held(caller, dictionary)
    if sorted(body.codes) != sorted(items):
        raise BadInput(
            "codes",
            "顺序里应当有每一项各一次，请刷新后再排。",
            "The order takes every entry once; reload and try again.",
            field="codes",
        )
    for place, code in enumerate(body.codes, 1):
        if items[code].sort != place:
            items[code].sort = place
    caller.session.flush()


def parameters(caller: Caller, settings: Settings) -> list[Item]:
    """The parameters of the site as they are in force; they are set where it is installed."""
    _may(caller.actor)
    found = [(name, getattr(settings, name)) for name in SHOWN]
    found += [(f"export_rows_{kind}", most) for kind, most in tabular.MAX_ROWS.items()]
    found += [("page_rows", paging.MAX_SIZE), ("conditions", conditions.MAX_NODES)]
    return [{"name": name, "value": value} for name, value in found]
