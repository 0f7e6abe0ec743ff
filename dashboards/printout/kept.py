"""The parts of the printout that tell of services received and of property (P13, P14)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dashboards.printout.say import Held, Say, clock, day, say_list, table

Part = tuple[str, str]


def parts(say: Say, kept: Held) -> list[Part]:
    """(name, HTML) of the parts that there is anything to say in."""
    services, things = kept["services"], kept["properties"]
    made: list[Part] = []
    if services is None:
        made.append(("services", f"<p>{say('services_elsewhere')}</p>"))
    else:
        if services["objects"]:
            made.append(("objects", _objects(say, services["objects"], kept["named"])))
        if services["records"]:
            made.append(("services", _records(say, services["records"], kept["named"])))
    if things:
        made.append(("property", _things(say, things, kept["named"])))
    return made


def _objects(say: Say, objects: Sequence[Held], named: Held) -> str:
    kinds = named["service-objects"]["kind"]
    rows = [
        (
            escape(one["staff"]) if one["staff"] else say("out_of_sight"),
            escape(kinds.get(one["kind"], one["kind"])),
            day(one["started_on"]),
            day(one["stopped_on"]) or say("running"),
        )
        for one in objects
    ]
    return table(say, ("object_staff", "object_kind", "from", "until"), rows)


def _records(say: Say, records: Sequence[Held], named: Held) -> str:
    kinds, why = named["services"]["kind"], named["services"]["withdraw_reason"]
    rows = []
    for one in records:
        said = escape(one["words"])
        if one["photos"]:
            said += f"<small>{say('photos_n', n=len(one['photos']))}</small>"
        if one["withdrawn_at"]:
            reason = why.get(one["withdraw_reason"], one["withdraw_reason"])
            said += f"<small>{say('withdrawn', reason=reason)}</small>"
        who = say_list(say, [escape(name) for name in one["members"]])
        if one["others"]:
            who = f"{who} {say('others', n=one['others'])}".strip()
        kind = escape(kinds.get(one["kind"], one["kind"]))
        team = f"<small>{escape(one['team'])}</small>"
        rows.append((clock(one["served_at"]), f"<b>{kind}</b>{team}", said, who))
    return table(say, ("served_at", "service", "said", "served_by"), rows)


def _things(say: Say, things: Sequence[Held], named: Held) -> str:
    kinds = named["properties"]["kind"]
    rows = []
    for one in things:
        look = " ".join(word for word in (one["colour"], one["brand"]) if word)
        state = say("active")
        if one["status"] != "active":
            reason = say.word("property_cancel_reason", one["cancel_reason"])
            state = say("cancelled", at=clock(one["cancelled_at"]), reason="\0")
            state = state.replace("\0", reason)
        kind = escape(kinds.get(one["kind"], one["kind"]))
        rows.append((kind, escape(one["number"]), escape(look), escape(one["note"]), state))
    return table(say, ("thing", "plate", "look", "note", "state"), rows)
