"""Small parts of the desk: icons, links that act, chips, lights, ages of data.

Whatever acts carries ``data-do``, a JSON intent such as ``{"do": "grid", "id": 12}``; the page's
script has one listener for all of them (``assets/desk-act.js``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from dash import html

from dashboards.elements import Icon, Node
from dashboards.strings import t
from services.access.actor import Actor

BEIJING = ZoneInfo("Asia/Shanghai")
FRESH_DAYS, AGING_DAYS = 90, 365
LIGHTS = ("red", "yellow", "green")
CLASSES = ("registered", "floating", "unsettled", "overseas")
NONE = "—"


@dataclass(frozen=True)
class Reader:
    """Who reads the page: the actor, and everything said in that actor's language.

    ``words`` are the dictionaries 字典 of what is being drawn: {column: {code: name}}.
    """

    actor: Actor
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def lang(self) -> str:
        """'zh' or 'en'."""
        return self.actor.lang

    def say(self, key: str, **values: object) -> str:
        """The text of ``desk.<key>``."""
        return t(f"desk.{key}", self.lang, **values)

    def may(self, permission: str) -> bool:
        """Whether the reader holds ``permission``."""
        return self.actor.may(permission)

    def named(self, group: str, code: object) -> str:
        """The name of a code, e.g. ``named("class", "floating")``; — for no value."""
        return NONE if code is None or code == "" else self.say(f"{group}.{code}")

    def word(self, column: str, code: object) -> str:
        """The name of a code by its dictionary; the code itself when the dictionary lacks it."""
        if code is None or code == "":
            return NONE
        return self.words.get(column, {}).get(str(code), str(code))

    def days_ago(self, day: date) -> str:
        """How many days ago, in words; the date itself after a year."""
        days = (datetime.now(BEIJING).date() - day).days
        if days < 0 or days >= AGING_DAYS * 3:
            return day.isoformat()
        return self.say("ago.today") if days == 0 else self.say("ago.d", n=days)


def number(value: int | float | None) -> str:
    """A figure with thousands separated; — for none."""
    return NONE if value is None else f"{value:,}"


def intent(do: str, **what: Any) -> dict[str, str]:
    """The attributes of something that acts."""
    return {"data-do": json.dumps({"do": do, **what}, ensure_ascii=False, default=str)}


def link(text: Node, do: str, class_name: str = "", **what: Any) -> html.Button:
    """Text that acts when it is clicked; a button for the keyboard and for screen readers."""
    return html.Button(text, type="button", className=f"lnk {class_name}", **intent(do, **what))


def icon_button(icon: str, title: str, do: str, class_name: str = "ib", **what: Any) -> html.Button:
    """A button with a sign only; ``title`` is its name."""
    attributes = {"aria-label": title, **intent(do, **what)}
    return html.Button(
        Icon(name=icon), type="button", title=title, className=class_name, **attributes
    )


def button(text: str, do: str, icon: str | None = None, class_name: str = "", **what: Any) -> Node:
    """A button with words and, if given, a sign."""
    inside = [Icon(name=icon), text] if icon else text
    return html.Button(inside, type="button", className=f"btn {class_name}", **intent(do, **what))


def tag(text: str) -> html.Span:
    """A grey tag."""
    return html.Span(text, className="tag")


def class_chip(reader: Reader, code: str | None) -> Node:
    """The class of a person as a chip."""
    if code not in CLASSES:
        return NONE
    place = CLASSES.index(code) + 1
    return html.Span(reader.named("class", code), className=f"chip c{place}")


def light(reader: Reader, code: str | None) -> Node:
    """A light: its shape and its word; the word alone for a closed incident."""
    if code not in LIGHTS:
        return html.Span(reader.say("light.closed"), className="q")
    name = reader.named("light", code)
    return html.Span([Icon(name=f"l-{code}", className="li"), name], className=f"lt {code}")


def freshness(reader: Reader, confirmed: date | str | None) -> Node:
    """When an entry was last confirmed 最近确认: a disc and the age in words."""
    day = date.fromisoformat(confirmed) if isinstance(confirmed, str) else confirmed
    kind = fresh_kind(day)
    text = reader.days_ago(day) if day else reader.say("never")
    title = day.isoformat() if day else text
    return html.Span([Icon(name=f"f-{kind}"), text], className=f"fx {kind}", title=title)


def fresh_kind(day: date | None) -> str:
    """'fresh', 'aging' or 'old' by the limits of the house."""
    if day is None:
        return "old"
    days = (datetime.now(BEIJING).date() - day).days
    return "fresh" if days <= FRESH_DAYS else "aging" if days <= AGING_DAYS else "old"


def facts(pairs: Sequence[tuple[str, Node]]) -> html.Dl:
    """Names and values of a card; a missing value is a dash."""
    rows = []
    for name, value in pairs:
        empty = value is None or value == ""
        rows += [html.Dt(name), html.Dd(NONE if empty else value, className="no" if empty else "")]
    return html.Dl(rows, className="facts")


def notice(title: str, hint: str, *buttons: Node, class_name: str = "") -> html.Div:
    """A sentence in place of what cannot be shown, with what can be done about it."""
    doing = html.Div(list(buttons), className="do") if buttons else None
    parts = [html.B(title), html.Span(hint), doing]
    return html.Div(
        [p for p in parts if p is not None], className=f"notice {class_name}", role="status"
    )
