"""What can be done about the person, the household or the house of a card: the ways into the forms.

The forms themselves are ``dashboards/forms``; a button says which one, and hands over what the card
shows of it already, so that nobody is looked at twice.
"""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.desk.parts import Icon, Node, Reader, button, intent

Card = dict[str, Any]
PERSON, HOUSEHOLD = "people.write", "households.write"
TYPED = ("name", "sex", "birth_date", "id_kind", "id_number", "phone", "address")


def _may(reader: Reader, permission: str) -> bool:
    """Whether the reader may write; nobody does while looking through somebody else's eyes."""
    return reader.may(permission) and not reader.actor.seen_as


def _menu(reader: Reader, ident: str, deeds: list[tuple[str, Card]]) -> Node:
    """A button with the forms behind it; nothing where nothing can be done."""
    if not deeds:
        return None
    entries = [
        html.Button(
            reader.say(f"do.{form}"),
            type="button",
            className="danger" if form.endswith((".cancel", ".death", ".dissolve")) else "",
            **intent("form", form=form, **what),
        )
        for form, what in deeds
    ]
    name = reader.say(f"do.{ident}")
    opener = [name, Icon(name="i-down")]
    act = html.Button(
        opener, type="button", className="btn s p", **intent("menu", id=f"do-{ident}")
    )
    return html.Div(
        [act, html.Div(entries, id=f"do-{ident}", className="menu up")], className="holder"
    )


def confirm(reader: Reader, card: Card) -> Node:
    """The button that notes that an entry was found right today 确认在住."""
    if not _may(reader, PERSON) or card["status"] != "active":
        return None
    return html.Button(
        reader.say("do.confirm"),
        type="button",
        className="lnk beside",
        **intent("confirm", id=card["id"], version=card["version"]),
    )


def person(reader: Reader, card: Card) -> Node:
    """The forms of a person's entry."""
    if not _may(reader, PERSON):
        return None
    what = {"id": card["id"], "version": card["version"]}
    if card["status"] != "active":
        return _menu(reader, "person", [("person.restore", what)])
    members = (card["household"] or {"members": []})["members"]
    leads = any(one["id"] == card["id"] and one["head"] for one in members)
    heads = [_brief(one) for one in members if one["id"] != card["id"]] if leads else []
    hidden = list(card["masked"])
    values = {name: str(card[name] or "") for name in TYPED if name not in hidden}
    deeds = [
        ("person.change", {**what, "values": {**values, "class": card["class"]}, "hidden": hidden}),
        ("person.move", {**what, "heads": heads, "here": _here(card)}),
    ]
    if card["class"] == "unsettled":
        deeds.append(("person.settle", what))
    if card["household"] is None and _may(reader, HOUSEHOLD):
        first = {"id": card["id"], "title": card["name"], "sub": ""}
        deeds.append(("household.found", {"members": [first]}))
    if _may(reader, "labels.write"):
        deeds += [("label.start", {"id": card["id"]}), ("label.stop", {"id": card["id"]})]
    deeds.append(("person.cancel", {**what, "heads": heads}))
    return _menu(reader, "person", deeds)


def household(reader: Reader, card: Card) -> Node:
    """The forms of a household; what needs members shows only where there are some."""
    if not (_may(reader, HOUSEHOLD) and _may(reader, PERSON)) or card["status"] != "active":
        return None
    members = [_brief(one) for one in card["members"]]
    what = {"id": card["id"], "version": card["version"], "members": members}
    home = {key: card[key] for key in ("house_id", "building_id") if card.get(key)}
    first = dict([next(iter(home.items()))]) if home else None
    at = {"at": {"title": card["address"] or card["number"], "at": first}} if first else {}
    deeds: list[tuple[str, Card]] = [("household.join", what), ("household.birth", {**what, **at})]
    if members:
        deeds += [("household.leave", what), ("household.death", what)]
    if len(members) > 1:
        deeds += [("household.head", what), ("household.split", what)]
    deeds += [
        ("household.merge", what),
        ("household.renumber", {**what, "number": card["number"]}),
    ]
    if not members:
        deeds.append(("household.dissolve", what))
    return _menu(reader, "household", deeds)


def premises(reader: Reader, card: Card) -> list[Node]:
    """The forms of a premises; the inspection has a button of its own."""
    what = {"id": card["id"], "version": card["version"]}
    made: list[Node] = []
    active = card["status"] == "active"
    if _may(reader, "premises.inspect") and active:
        words = reader.say("do.premises.inspect")
        look = {"form": "premises.inspect", "id": card["id"], "name": card["name"]}
        made.append(button(words, "form", "i-check", "s p", **look))
    if not _may(reader, "premises.write"):
        return made
    if not active:
        return [*made, _menu(reader, "premises", [("premises.restore", what)])]
    plain = ("name", "licence", "kind", "also", "in_charge", "address", "floor_area_m2",
             "employees")  # fmt: skip
    deeds: list[tuple[str, Card]] = [
        ("premises.change", {**what, "values": {name: card[name] for name in plain}}),
        ("premises.move", {**what, "here": _here(card)}),
        ("premises.raise", what),
    ]
    if card["attention"] > 1:
        deeds.append(("premises.lower", what))
    return [*made, _menu(reader, "premises", [*deeds, ("premises.cancel", what)])]


def house(reader: Reader, card: Card) -> Node:
    """The forms of a house."""
    if not _may(reader, "places.write"):
        return None
    what = {"id": card["id"], "version": card["version"]}
    if card["status"] != "active":
        return _menu(reader, "house", [("house.restore", what)])
    values = {name: card[name] for name in ("unit", "floor", "room", "use", "owner", "area_m2")}
    rent = ("house.unlet" if card["rented"] else "house.let", what)
    deeds: list[tuple[str, Card]] = [
        ("house.change", {**what, "values": values}),
        ("house.renumber", {**what, "number": card["number"]}),
        rent,
        ("house.cancel", what),
    ]
    return _menu(reader, "house", deeds)


def new_house(reader: Reader, building_id: int) -> Node:
    """The form of a new house of a building."""
    if not _may(reader, "places.write"):
        return None
    words = reader.say("do.house.enter")
    return button(words, "form", "i-plus", "s", form="house.enter", building_id=building_id)


def into_house(reader: Reader, card: Card) -> Node:
    """The form of a new entry, with the house filled in."""
    if not _may(reader, PERSON):
        return None
    at = {"title": card["number"], "at": {"house_id": card["id"]}}
    return button(reader.say("do.enter_here"), "form", "i-plus", "s", form="person.enter", at=at)


def new(reader: Reader) -> list[Node]:
    """The buttons above the table that begin something new; each shows with its own register."""
    made: list[Node] = []
    if _may(reader, PERSON):
        made.append(_new(reader, "people", "person.enter"))
    if _may(reader, PERSON) and _may(reader, HOUSEHOLD):
        made.append(_new(reader, "households", "household.found"))
    if _may(reader, "premises.write"):
        made.append(_new(reader, "premises", "premises.enter"))
    return made


def _new(reader: Reader, register: str, form: str) -> html.Button:
    words = [Icon(name="i-plus"), reader.say(f"do.new.{register}")]
    return html.Button(
        words, type="button", className=f"btn s p new for-{register}", **intent("form", form=form)
    )


def _here(card: Card) -> Card:
    """Where something is now: its point and its grid, for the pin that can be dragged."""
    last = card["chain"][-1]
    return {"point": card["point"], "grid": {"id": last["id"], "name": last["name"]}}


def _brief(member: Card) -> Card:
    """A member as the forms list one."""
    return {key: member[key] for key in ("id", "name", "age", "relation", "head")}
