"""The card of an incident 事件: facts, light, what was done, photos, and what may be done next."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.desk import cards
from dashboards.desk.cards import View
from dashboards.desk.parts import (
    NONE,
    Icon,
    Node,
    Reader,
    facts,
    intent,
    light,
    link,
    tag,
)
from dashboards.desk.rows import clock, two
from services.incidents.workflow import BY_ACTION

Card = dict[str, Any]


def incident(view: View, card: Card) -> list[Node]:
    """The whole card."""
    reader = view.reader
    beside = [light(reader, card["light"])]
    if card["urged"]:
        beside.append(tag(reader.say("urged", n=card["urged"])))
    rows = [
        (reader.say("fact.number"), card["number"]),
        (reader.say("fact.category"), two(reader, card["category"])),
        (reader.say("fact.state"), reader.word("state", card["state"])),
        (reader.say("fact.source"), reader.word("source", card["source"])),
        (reader.say("fact.reported"), clock(card["reported_at"])),
        (reader.say("fact.due"), _due(reader, card)),
        (reader.say("fact.address"), [card["address"] or NONE, _locate(reader, card)]),
        (reader.say("fact.grid"), cards.chain(reader, card["chain"])),
    ]
    words = html.P(card["text"], className="words") if card["text"] else None
    body = [facts(rows), words, _photos(card), _steps(reader, card)]
    return cards.frame(view, card["title"], beside, body, _next(reader, card))


def _locate(reader: Reader, card: Card) -> Node:
    """The link to the place on the map; the foot is taken by the steps."""
    if not card["point"]:
        return None
    lon, lat = card["point"]
    feature = {"layer": "light", "id": card["id"]} if card["light"] else {}
    return link(reader.say("show_on_map"), "show", "a", lon=lon, lat=lat, **feature)


def _due(reader: Reader, card: Card) -> str:
    if card["closed_at"]:
        return reader.say("closed_at", at=clock(card["closed_at"]), due=clock(card["due_at"]))
    return clock(card["due_at"])


def _photos(card: Card) -> Node:
    """The photos, from the API: it checks the right and records the look."""
    if not card["photos"]:
        return None
    base = f"/api/v1/incidents/{card['id']}/photos"
    made = [
        html.A(html.Img(src=f"{base}/{p['id']}", alt=""), href=f"{base}/{p['id']}", target="_blank")
        for p in card["photos"]
    ]
    return html.Div(made, className="photos")


def _steps(reader: Reader, card: Card) -> Node:
    """What was done, the newest first; nothing of it can be changed."""
    made = [
        html.Li(
            [
                html.B(reader.named("action", step["action"])),
                clock(step["at"]),
                html.Div(step["note"]) if step["note"] else None,
            ]
        )
        for step in reversed(card["actions"])
    ]
    if not made:
        return None
    head = html.H3([reader.say("steps"), html.B(str(len(made)))])
    return html.Section([head, html.Ul(made, className="steps")], className="sect")


def _next(reader: Reader, card: Card) -> list[Node]:
    """The buttons of the workflow table; the same table decides on the server."""
    steps = card["may"]
    if not steps:
        return []
    say = reader.say("note")
    note = html.Textarea(id="note", maxLength="2000", placeholder=say, title=say)
    made = [
        html.Button(
            [Icon(name="i-check") if n == 0 else None, reader.named("action", step)],
            type="button",
            className="btn s" + (" danger" if step == "reject" else ""),
            **intent("step", id=card["id"], action=step, needs=BY_ACTION[step].needs_note),
        )
        for n, step in enumerate(steps)
    ]
    return [note, *made]
