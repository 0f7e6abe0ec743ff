"""The cards: person, household and family, house, building, premises, staff.

Incidents: :mod:`.cases`.

What a reader may not see is not in the data and leaves no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from dashboards.desk import acts, opened, received
from dashboards.desk.parts import (
    NONE,
    Node,
    Reader,
    button,
    class_chip,
    facts,
    freshness,
    icon_button,
    link,
    number,
    tag,
)
from dashboards.desk.rows import clock, day

Card = dict[str, Any]
Rows = Sequence[tuple[str, Node]]


@dataclass(frozen=True)
class View:
    """How a card is opened: for whom, how many cards deep, and which row of the table it is of."""

    reader: Reader
    depth: int = 1
    where: str | None = None


def frame(
    view: View, title: Node, beside: Sequence[Node], body: Sequence[Node], foot: Sequence[Node]
) -> list[Node]:
    """Head, body and foot of a card; back appears on the second card, walking on a row's card."""
    say = view.reader.say
    buttons: list[Node] = []
    if view.depth > 1:
        buttons.append(icon_button("i-left", say("back"), "back"))
    if view.where:
        buttons.append(html.Span(view.where))
        buttons.append(icon_button("i-up", say("row_before"), "walk", step=-1))
        buttons.append(icon_button("i-down", say("row_after"), "walk", step=1))
    buttons.append(icon_button("i-close", say("close"), "close"))
    head = html.Div([html.H2(title), *beside, html.Div(buttons, className="r")], className="ch")
    below = [n for n in foot if n is not None]
    made = [head, html.Div([n for n in body if n is not None], className="cbody")]
    return [*made, html.Div(below, className="cf")] if below else made


def show(reader: Reader, point: Sequence[float] | None, label: str, look: str = "s p",
         **feature: Any) -> Node:  # fmt: skip
    """The button that shows a thing on the map; nothing when its place is not known."""
    if not point:
        return None
    where = {"lon": point[0], "lat": point[1], "label": label}
    return button(reader.say("show_on_map"), "show", "i-pin", look, **where, **feature)


def chain(reader: Reader, grids: Sequence[Card] | None) -> Node:
    """The five grids of a place; those in the reader's scope act."""
    if not grids:
        return NONE
    made: list[Node] = []
    for one in grids:
        seen = reader.actor.scope.sees(one["id"])
        name = link(one["name"], "grid", id=one["id"]) if seen else one["name"]
        before = html.Span("›", className="sep") if made else None
        made.append(html.Span([before, name]))
    return html.Span(made, className="chain")


def opener(text: Node, register: str, key: int | None) -> Node:
    """A link to a card; nothing when there is none."""
    return link(text, "card", register=register, id=key) if key is not None else None


def section(title: str, count: int | None, rows: Sequence[Node], action: Node = None) -> Node:
    """A heading with its number of rows, and the rows."""
    head: list[Node] = [title, html.B(number(count)) if count is not None else None]
    if action is not None:
        head.append(html.Span(action, className="a"))
    return html.Section([html.H3(head), html.Table(html.Tbody(list(rows)))], className="sect")


def people_rows(
    reader: Reader, people: Sequence[Card], own: int | None = None, kind: str = "household"
) -> list[html.Tr]:
    """People in brief: name, relation, age, class; ``kind`` is whose head they may be."""
    made = []
    for p in people:
        name = html.B(p["name"]) if p["id"] == own else opener(p["name"], "people", p["id"])
        tie = (
            reader.say(f"head.{kind}") if p.get("head") else reader.word("relation", p["relation"])
        )
        age = NONE if p["age"] is None else reader.say("age", n=p["age"])
        made.append(html.Tr([html.Td(c) for c in (name, tie, age, class_chip(reader, p["class"]))]))
    return made


def person(view: View, card: Card) -> list[Node]:
    """The card of a person."""
    reader = view.reader
    about = [reader.named("sex", card["sex"])]
    if card["age"] is not None:
        about.append(reader.say("age", n=card["age"]))
    beside = [
        html.Span(reader.say("comma").join(about), className="sx"),
        class_chip(reader, card["class"]),
    ]
    none: Card = {"number": None, "id": None, "members": [], "building_id": None}
    house, household = card["house"] or none, card["household"] or none
    family = card["family"] or none
    rows: Rows = [
        (reader.say("fact.id_number"), _id(reader, card)),
        (reader.say("fact.phone"), card["phone"]),
        (reader.say("fact.birth_date"), _birth(card)),
        (reader.say("fact.address"), address(reader, card)),
        (reader.say("fact.house"), opener(house["number"], "houses", house["id"])),
        (reader.say("fact.household"), opener(household["number"], "households", household["id"])),
        (reader.say("fact.family"), opener(family["number"], "families", family["id"])),
        (reader.say("fact.grid"), chain(reader, card["chain"])),
        (reader.say("fact.confirmed"), _confirmed(reader, card)),
    ]  # fmt: skip
    body: list[Node] = [cancelled(reader, card), facts([r for r in rows if r[1] is not None])]
    for kind, circle_ in (("household", household), ("family", family)):
        members = circle_["members"]
        if members:
            rows_ = people_rows(reader, members, card["id"], kind)
            body.append(section(reader.say(f"members.{kind}"), len(members), rows_))
    others = card.get("co_residents") or []
    if others:
        body.append(section(reader.say("co_residents"), len(others), people_rows(reader, others)))
    body += received.of_person(reader, card)
    body.append(opened.labels(reader, card))
    body.append(opened.form(reader, card))
    body.append(opened.looks(reader, card))
    building = house["building_id"]
    feature = {"layer": "building", "id": building} if building else {}
    foot = [acts.person(reader, card), show(reader, card["point"], "", "s", **feature),
            opened.printout(reader, card), opened.corrections(reader, card)]  # fmt: skip
    return frame(view, card["name"], beside, body, foot)


def _confirmed(reader: Reader, card: Card) -> Node:
    return html.Span([freshness(reader, card["confirmed_on"]), acts.confirm(reader, card)])


def address(reader: Reader, card: Card) -> str | None:
    """The address, or the stated reason for having none."""
    reason = card["no_place_reason"]
    return card["address"] or (reader.word("no_place_reason", reason) if reason else None)


def _birth(card: Card) -> str:
    """The day of birth; the year with a sign when the day is hidden."""
    born = card["birth_date"]
    return str(born) if "birth_date" in card["masked"] else day(born)


def _id(reader: Reader, card: Card) -> Node:
    if not card["id_number"]:
        return None
    kind = card["id_kind"]
    extra = None if kind == "resident" else html.Small(reader.word("id_kind", kind))
    return html.Span([card["id_number"], " ", extra])


def cancelled(reader: Reader, card: Card) -> Node:
    if card.get("status", "active") == "active":
        return None
    text = reader.say(
        "cancelled",
        at=clock(card["cancelled_at"]),
        reason=reader.named("cancel", card["cancel_reason"]),
    )
    return html.P(text, className="words")


def circle(view: View, card: Card) -> list[Node]:
    """The card of a household or a family with its members."""
    reader, kind = view.reader, card["kind"]
    rows: list[tuple[str, Node]] = [(reader.say("fact.address"), card["address"])]
    if card.get("house_id"):
        rows.append(
            (
                reader.say("fact.house"),
                link(reader.say("open_house"), "card", register="houses", id=card["house_id"]),
            )
        )
    rows.append((reader.say("fact.grid"), chain(reader, card["chain"])))
    body: list[Node] = [cancelled(reader, card), facts(rows)]
    members = card["members"]
    if reader.may("people.read"):
        rows_ = people_rows(reader, members, None, kind)
        body.append(section(reader.say(f"members.{kind}"), len(members), rows_))
        body.append(_history(reader, kind, card["changes"]))
    feature = {"layer": "building", "id": card["building_id"]} if card.get("building_id") else {}
    foot = [acts.circle(reader, card), show(reader, card["point"], "", "s", **feature),
            inside(reader, {kind: card["id"]}), acts.sheet(reader, card)]  # fmt: skip
    title = reader.say(f"{kind}_n", number=card["number"])
    return frame(view, title, [], body, foot)


def _history(reader: Reader, kind: str, changes: Sequence[Card]) -> Node:
    """What became of a household 户籍变动 or a family 家庭变动, the latest first."""
    if not changes:
        return None
    register = {"household": "households", "family": "families"}[kind]
    rows = []
    for one in changes:
        who = opener(one["person"], "people", one["person_id"]) if one["person"] else None
        other = opener(one["other"], register, one["other_id"]) if one["other"] else None
        told = (clock(one["at"]), reader.say(f"change.{kind}.{one['kind']}"), who, other)
        rows.append(html.Tr([html.Td(cell) for cell in told]))
    return section(reader.say(f"changes.{kind}"), len(changes), rows)


def inside(reader: Reader, place: Card, register: str = "people") -> Node:
    """The button that puts who lives there into the table."""
    if not reader.may(f"{register}.read"):
        return None
    return button(
        reader.say(f"rows_of.{register}"), "inside", "i-table", "s", place=place, register=register
    )


def staff(view: View, card: Card) -> list[Node]:
    """The card of a member of the grid staff with all posts."""
    reader = view.reader
    posts = card.get("posts") or []
    first = posts[0]["kind"] if posts else None
    beside = [tag(reader.named("post", first))] if first else []
    rows: Rows = [
        (reader.say("fact.phone"), card.get("phone")),
        (reader.say("fact.duties"), card.get("duties")),
        (reader.say("fact.service_area"), card.get("service_area")),
        (reader.say("fact.honour"), card.get("honour")),
        (reader.say("fact.grid"), chain(reader, card.get("chain"))),
    ]
    held = [
        html.Tr(
            [
                html.Td(_grid_name(reader, post)),
                html.Td(reader.named("level", post["level"]) if post.get("level") else ""),
                html.Td(reader.named("post", post["kind"])),
            ]
        )
        for post in posts
    ]
    body = [facts(rows), section(reader.say("posts"), len(posts), held) if posts else None]
    last = (card.get("chain") or [None])[-1]
    foot = []
    if last and reader.actor.scope.sees(last["id"]):
        foot.append(button(reader.say("open_grid"), "grid", "i-grid", "s p", id=last["id"]))
    return frame(view, card["name"], beside, body, foot)


def _grid_name(reader: Reader, post: Card) -> Node:
    name = post.get("grid") or post.get("name") or NONE
    grid = post.get("grid_id")
    return link(name, "grid", id=grid) if grid and reader.actor.scope.sees(grid) else name
