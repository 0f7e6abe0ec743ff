"""Sections of a person's card: who looks after the person, services received, property (P9, P13,
P14).
"""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.desk import acts
from dashboards.desk.parts import Node, Reader, link, number
from dashboards.desk.rows import clock, day

Card = dict[str, Any]


def of_person(reader: Reader, card: Card) -> list[Node]:
    """The sections of a person's card; one that is empty shows only to who may fill it."""
    return [_objects(reader, card), records(reader, card), _things(reader, card)]


def _head(title: str, count: int, action: Node) -> html.H3:
    return html.H3([title, html.B(number(count)), html.Span(action, className="a")])


def _objects(reader: Reader, card: Card) -> Node:
    """Who looks and looked after the person."""
    action = acts.look_after(reader, card)
    services = card["services"]
    if services is None or not (services["objects"] or action):
        return None
    names = card["named"]["service-objects"]["kind"]
    rows = []
    for one in services["objects"]:
        since = reader.say("since", day=day(one["started_on"]))
        over = one["stopped_on"]
        told = reader.say("until", day=day(over)) if over else since
        who = one["staff"] or reader.say("out_of_sight")
        cells = (who, names.get(one["kind"], one["kind"]), told, acts.stop(reader, one))
        gone = "gone" if over else ""
        rows.append(html.Tr([html.Td(cell) for cell in cells], className=gone))
    in_force = sum(1 for one in services["objects"] if one["stopped_on"] is None)
    head = _head(reader.say("looked_after"), in_force, action)
    return html.Section([head, html.Table(html.Tbody(rows))], className="sect")


def records(reader: Reader, card: Card) -> Node:
    """Services received by the person ``card``, the latest first."""
    action = acts.record(reader, card)
    services = card["services"]
    if services is None or not (services["records"] or action):
        return None
    kinds = card["named"]["services"]
    made = [_record(reader, one, kinds, card["id"]) for one in services["records"]]
    body: list[Node] = [_head(reader.say("received"), services["received"], action)]
    body.append(html.Ul(made, className="served"))
    if len(made) < services["received"]:
        body.append(html.P(reader.say("received_latest", n=len(made)), className="hint"))
    return html.Section(body, className="sect")


def _record(reader: Reader, one: Card, names: Card, person_id: int) -> html.Li:
    gone = one["withdrawn_at"]
    who = reader.say("comma").join(one["members"])
    if one["others"]:
        who = f"{who} {reader.say('others', n=one['others'])}".strip()
    head = [
        html.B(names["kind"].get(one["kind"], one["kind"])),
        html.Span(clock(one["served_at"]), className="num"),
        html.Span(acts.withdraw(reader, one, person_id), className="r"),
    ]
    inside: list[Node] = [html.Div(head, className="hd"), html.P(one["words"])]
    inside.append(html.Small(f"{one['team']} · {who}"))
    if gone:
        why = names["withdraw_reason"].get(one["withdraw_reason"], one["withdraw_reason"])
        inside.append(html.Small(reader.say("withdrawn", at=clock(gone), reason=why)))
    elif one["photos"]:
        inside.append(_photos(one))
    return html.Li(inside, className="gone" if gone else "")


def _photos(one: Card) -> Node:
    """The photos, from the API: it checks the right and records the look."""
    base = f"/api/v1/services/{one['id']}/photos"
    return html.Div(
        [
            html.A(
                html.Img(src=f"{base}/{p['id']}", alt=""), href=f"{base}/{p['id']}", target="_blank"
            )
            for p in one["photos"]
        ],
        className="photos",
    )


def _things(reader: Reader, card: Card) -> Node:
    """What the person owns."""
    action = acts.own(reader, card)
    if not (card["properties"] or action):
        return None
    names = card["named"]["properties"]["kind"]
    rows = []
    for one in card["properties"]:
        opener = link(one["number"], "card", register="properties", id=one["id"])
        look = " ".join(word for word in (one["colour"], one["brand"]) if word)
        gone = one["status"] != "active"
        state = reader.say("gone") if gone else ""
        cells = (opener, names.get(one["kind"], one["kind"]), look, state)
        rows.append(html.Tr([html.Td(cell) for cell in cells], className="gone" if gone else ""))
    active = sum(1 for one in card["properties"] if one["status"] == "active")
    head = _head(reader.say("owned"), active, action)
    return html.Section([head, html.Table(html.Tbody(rows))], className="sect")
