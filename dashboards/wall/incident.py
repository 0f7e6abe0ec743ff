"""The card of an incident 事件卡: what, where, how urgent, what was done."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.strings import StringError
from dashboards.wall.parts import Icon, Node, Reader, light, moment

ACTIONS_SHOWN = 5


def _action(reader: Reader, code: str) -> str:
    try:
        return reader.say(f"action.{code}")
    except StringError:
        return reader.say("action.other")


def card(reader: Reader, found: dict[str, Any]) -> Node:
    """The card from the answer of the incidents service."""
    say = reader.say
    name = found["category"]["name" if reader.lang == "zh" else "name_en"]
    chain = "·".join(g["name"] for g in found["chain"][1:]) or found["chain"][0]["name"]
    rows = [
        (say("incident.category"), name),
        (say("incident.state"), say(f"state.{found['state']}")),
        (say("incident.place"), chain),
        (say("incident.address"), found["address"]),
        (say("incident.source"), say(f"source.{found['source']}")),
        (say("incident.reported"), moment(found["reported_at"])),
        (say("incident.due"), moment(found["due_at"])),
    ]
    if found["closed_at"]:
        rows.append((say("incident.closed"), moment(found["closed_at"])))
    pairs = [part for term, text in rows if text for part in (html.Dt(term), html.Dd(text))]
    color = found["light"]
    word = say(f"light.{color or 'none'}")
    body: list[Node] = [
        _head(reader, found["title"], found["number"]),
        html.Div([light(color), html.Span(word, className=f"w {color or ''}")], className="st"),
    ]
    if found["text"]:
        body.append(html.P(found["text"], className="words"))
    body += [html.Dl(pairs), *_photos(reader, found), *_actions(reader, found["actions"])]
    desk = reader.rows("incidents", found["grid_id"])
    if desk:
        link = html.A(say("incident.open_desk"), href=f"{desk}&id={found['id']}", className="more")
        body.append(link)
    return html.Div(
        body,
        className="card",
        role="dialog",
        **{"aria-label": say("incident.label"), "data-incident": str(found["id"])},
    )


def missing(reader: Reader) -> Node:
    """Instead of a card: no such incident, or not for this reader."""
    return html.Div([_head(reader, reader.say("no_incident"), "")], className="card")


def _head(reader: Reader, title: str, number: str) -> html.Div:
    close = html.A(
        Icon(name="i-close", label=reader.say("incident.close")),
        href=reader.href(),
        className="x",
        **{"data-go": "close"},
    )
    return html.Div([html.H3([title, html.Small(number)]), close], className="hd")


def _photos(reader: Reader, found: dict[str, Any]) -> list[Node]:
    base = f"/api/v1/incidents/{found['id']}/photos"
    pictures = [
        html.Img(src=f"{base}/{p['id']}", alt=reader.say("incident.photo"))
        for p in found["photos"][:3]
    ]
    return [html.Div(pictures, className="photos")] if pictures else []


def _actions(reader: Reader, actions: list[dict[str, Any]]) -> list[Node]:
    rows = [
        html.Li(
            [
                html.Time(moment(a["at"])[5:]),
                html.B(_action(reader, a["action"])),
                html.Span(a["note"]),
            ]
        )
        for a in actions[-ACTIONS_SHOWN:]
    ]
    return (
        [html.H4(reader.say("incident.actions")), html.Ol(rows, className="acts")] if rows else []
    )
