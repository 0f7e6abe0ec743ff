"""The cards of what has a place: house, building, premises, and "what is here"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from dashboards.desk import acts, cards, chart
from dashboards.desk.cards import View
from dashboards.desk.parts import (
    BEIJING,
    NONE,
    Node,
    Reader,
    button,
    facts,
    light,
    link,
    number,
    tag,
)
from dashboards.desk.rows import day, two

Card = dict[str, Any]
MICRO = 5


def house(view: View, card: Card) -> list[Node]:
    """The card of a house with those who live in it."""
    reader = view.reader
    beside = [tag(reader.word("use", card["use"]))]
    if card["rented"]:
        beside.append(tag(reader.say("rented.true")))
    where = reader.say("unit_floor_room", unit=card["unit"], floor=card["floor"], room=card["room"])
    area = None if card["area_m2"] is None else reader.say("m2", n=f"{card['area_m2']:,.1f}")
    home = card["building_id"]
    rows: list[tuple[str, Node]] = [
        (reader.say("fact.building"), cards.opener(card["building"], "buildings", home)),
        (reader.say("fact.place"), where),
        (reader.say("fact.area"), area),
    ]  # fmt: skip
    if reader.may("people.read"):
        rows.append((reader.say("fact.owner"), card["owner"]))
    rows.append((reader.say("fact.grid"), cards.chain(reader, card["chain"])))
    body: list[Node] = [facts(rows)]
    lives = card["residents"]
    if lives is not None:
        people = cards.people_rows(reader, lives)
        body.append(cards.section(reader.say("residents"), card["people"], people))
    if card["families"]:
        rows_ = _homes(card["families"], "families")
        body.append(cards.section(reader.say("tab.families"), len(rows_), rows_))
    foot = [
        acts.house(reader, card),
        acts.into_house(reader, card),
        cards.show(reader, card["point"], "", "s", layer="building", id=home),
        cards.inside(reader, {"house": card["id"]}),
    ]
    return cards.frame(view, card["number"], beside, body, foot)


def building(view: View, card: Card) -> list[Node]:
    """The card of a building: facts, its households, who lives here."""
    reader = view.reader
    beside = [tag(reader.word("use", card["use"]))]
    rows: list[tuple[str, Node]] = [
        (reader.say("fact.code"), card["code"]),
        (reader.say("fact.address"), card["address"]),
        (reader.say("fact.estate"), card["estate"]),
        (reader.say("fact.size"), _size(reader, card)),
        (reader.say("fact.houses"), _inside(reader, card["houses"], "houses", card["id"])),
        (reader.say("fact.grid"), cards.chain(reader, card["chain"])),
    ]  # fmt: skip
    body: list[Node] = [facts(rows), chart.section(reader, card["chart"])]
    homes = card["household_list"]
    if homes is not None:
        action = (
            _inside(reader, reader.say("in_table"), "households", card["id"]) if homes else None
        )
        body.append(cards.section(reader.say("tab.households"), len(homes), _homes(homes), action))
    lives = card["residents"]
    if lives is not None:
        people = cards.people_rows(reader, lives)
        action = _inside(reader, reader.say("in_table"), "people", card["id"]) if lives else None
        body.append(cards.section(reader.say("residents"), card["people"], people, action))
    foot = [cards.show(reader, card["point"], card["name"], layer="building", id=card["id"]),
            acts.new_house(reader, card["id"])]  # fmt: skip
    if reader.may("premises.read"):
        foot.append(_premises_button(reader, {"building": card["id"]}))
    return cards.frame(view, card["name"], beside, body, foot)


def _size(reader: Reader, building: Card) -> str:
    return reader.say("floors_units", floors=building["floors"], units=building["units"])


def _inside(reader: Reader, text: Node, register: str, building_id: int) -> Node:
    shown = number(text) if isinstance(text, int) else text
    return link(shown, "inside", register=register, place={"building": building_id})


def _premises_button(reader: Reader, place: Card) -> Node:
    return button(
        reader.say("rows_of.premises"),
        "inside",
        "i-premises",
        "s",
        place=place,
        register="premises",
    )


def _homes(homes: Sequence[Card], register: str = "households") -> list[html.Tr]:
    return [
        html.Tr(
            [
                html.Td(link(home["number"], "card", register=register, id=home["id"])),
                html.Td(home["address"] or NONE),
            ]
        )
        for home in homes
    ]


def premises(view: View, card: Card) -> list[Node]:
    """The card of a premises."""
    reader = view.reader
    beside = [tag(two(reader, kind)) for kind in card["kinds"]]
    if card["attention"] > 1:
        name = reader.named("attention", card["attention"])
        beside.append(html.Span(name, className=f"att a{card['attention']}"))
    due = card["due_on"]
    late = due is not None and due <= datetime.now(BEIJING).date()
    area = (
        None
        if card["floor_area_m2"] is None
        else reader.say("m2", n=f"{card['floor_area_m2']:,.0f}")
    )
    rows: list[tuple[str, Node]] = [
        (reader.say("fact.licence"), card["licence"]),
        (reader.say("fact.in_charge"), card["in_charge"]),
        (reader.say("fact.phone"), card["phone"]),
        (reader.say("fact.address"), cards.address(reader, card)),
        (reader.say("fact.floor_area"), area),
        (reader.say("fact.employees"), number(card["employees"])),
        (reader.say("fact.last_check"), day(card["last_check_on"]) or reader.say("never_checked")),
        (reader.say("fact.next_check"), html.Span(day(due), className="att late" if late else "")),
        (reader.say("fact.grid"), cards.chain(reader, card["chain"])),
    ]  # fmt: skip
    if card["building_id"] and reader.may("places.read"):
        opened = link(
            reader.say("open_building"), "card", register="buildings", id=card["building_id"]
        )
        rows.insert(4, (reader.say("fact.building"), opened))
    body: list[Node] = [cards.cancelled(reader, card), facts(rows)]
    shown = cards.show(reader, card["point"], "", "s", layer="premises", id=card["id"])
    foot = [*acts.premises(reader, card), shown]
    return cards.frame(view, card["name"], beside, body, foot)


def here(view: View, found: Card, hits: Sequence[tuple[str, Card]]) -> list[Node]:
    """What is at a point: what was hit, grids, building, households, premises, staff."""
    reader = view.reader
    body: list[Node] = []
    if len(hits) > 1:
        rows = [_hit(reader, register, card) for register, card in hits]
        body.append(cards.section(reader.say("hits"), len(rows), rows))
    body.append(facts([(reader.say("fact.grid"), cards.chain(reader, found["chain"]))]))
    if found["building"]:
        one = found["building"]
        name = link(one["name"], "card", register="buildings", id=one["id"])
        row = html.Tr([html.Td(name), html.Td(_size(reader, one))])
        body.append(cards.section(reader.say("fact.building"), None, [row]))
    if found["households"]:
        homes = found["households"]
        body.append(cards.section(reader.say("tab.households"), len(homes), _homes(homes)))
    if found["premises"]:
        shops = [_shop(reader, one) for one in found["premises"]]
        body.append(cards.section(reader.say("tab.premises"), len(shops), shops))
    if found["staff"]:
        # Everybody of the micro-grid; of the grids above only those who lead them.
        staff = [s for s in found["staff"] if s["level"] == MICRO or s["post"] != "staff"]
        officers = [_officer(reader, one) for one in staff]
        body.append(cards.section(reader.say("responsible"), len(officers), officers))
    last = found["chain"][-1]
    foot = [button(reader.say("open_grid"), "grid", "i-grid", "s p", id=last["id"])]
    return cards.frame(view, reader.say("here"), [], body, foot)


def _hit(reader: Reader, register: str, card: Card) -> html.Tr:
    name = card.get("name") or card.get("title")
    if register == "incidents":
        sign: Node = light(reader, card["light"])
    else:
        sign = (
            two(reader, card["kinds"][0]) if register == "premises" else reader.say("fact.building")
        )
    return html.Tr([html.Td(link(name, "card", register=register, id=card["id"])), html.Td(sign)])


def _shop(reader: Reader, one: Card) -> html.Tr:
    cells = [html.Td(link(one["name"], "card", register="premises", id=one["id"]))]
    cells.append(html.Td(reader.word("kind", one["kind"])))
    return html.Tr(cells)


def _officer(reader: Reader, one: Card) -> html.Tr:
    return html.Tr(
        [
            html.Td(link(one["name"], "card", register="staff", id=one["staff_id"])),
            html.Td(one["grid"]),
            html.Td(reader.named("post", one["post"])),
        ]
    )
