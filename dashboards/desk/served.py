"""The cards of a service object 服务对象 and of a thing of a resident 居民财产 (P13, P14)."""

from __future__ import annotations

from typing import Any

from dashboards.desk import acts, received
from dashboards.desk.cards import View, cancelled, chain, frame, show
from dashboards.desk.parts import Node, button, facts, link, tag
from dashboards.desk.rows import day

Card = dict[str, Any]


def object_card(view: View, card: Card) -> list[Node]:
    """The card of a service object, with what its person received."""
    reader = view.reader
    names = card["named"]["service-objects"]["kind"]
    rows = [
        (reader.say("fact.staff"), card["staff"] or reader.say("out_of_sight")),
        (reader.say("fact.started_on"), day(card["started_on"])),
        (reader.say("fact.grid"), chain(reader, card["chain"])),
    ]
    if card["stopped_on"]:
        rows.insert(2, (reader.say("fact.stopped_on"), day(card["stopped_on"])))
    opener = button(reader.say("open_person"), "card", "i-person", "s", register="people",
                    id=card["person_id"])  # fmt: skip
    person = {**card, "id": card["person_id"], "status": card["person_status"]}
    body = [facts(rows), received.records(reader, person)]
    foot = [acts.stop(reader, card, "btn s"), opener, show(reader, card["point"], "", "s")]
    return frame(view, card["name"], [tag(names.get(card["kind"], ""))], body, foot)


def thing(view: View, card: Card) -> list[Node]:
    """The card of a thing."""
    reader = view.reader
    owner: Node = card["owner"]
    if card["person_id"] is not None:
        owner = link(card["owner"], "card", register="people", id=card["person_id"])
    rows = [
        (reader.say("fact.owned_by"), owner),
        (reader.say("fact.phone"), card["phone"]),
        (reader.say("fact.brand"), card["brand"]),
        (reader.say("fact.colour"), card["colour"]),
        (reader.say("fact.note"), card["note"]),
        (reader.say("fact.grid"), chain(reader, card["chain"])),
    ]
    kind = reader.word("kind", card["kind"])
    body = [cancelled(reader, card), facts([r for r in rows if r[1]])]
    foot = [acts.thing(reader, card), show(reader, card["point"], "", "s")]
    return frame(view, card["number"], [tag(kind)], body, foot)
