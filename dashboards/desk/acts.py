"""What can be done about the person, the household or the house of a card: the ways into the forms.

The forms themselves are ``dashboards/forms``; a button says which one, and hands over what the card
shows of it already, so that nobody is looked at twice.
"""

from __future__ import annotations

from typing import Any

from dash import html

from dashboards.desk.parts import Icon, Node, Reader, button, intent, link

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
    heads = {"heads": _heirs(card, "household"), "family_heads": _heirs(card, "family")}
    hidden = list(card["masked"])
    values = {name: str(card[name] or "") for name in TYPED if name not in hidden}
    deeds = [
        ("person.change", {**what, "values": {**values, "class": card["class"]}, "hidden": hidden}),
        ("person.move", {**what, **heads, "here": _here(card)}),
    ]
    if card["class"] == "unsettled":
        deeds.append(("person.settle", what))
    for kind in ("household", "family"):
        if card[kind] is None and _may(reader, HOUSEHOLD):
            first = {"id": card["id"], "title": card["name"], "sub": ""}
            deeds.append((f"{kind}.found", {"members": [first]}))
    if _may(reader, "labels.write"):
        deeds += [("label.start", {"id": card["id"]}), ("label.stop", {"id": card["id"]})]
    deeds.append(("person.cancel", {**what, **heads}))
    return _menu(reader, "person", deeds)


def _heirs(card: Card, kind: str) -> list[Card]:
    """Who may follow a person who is head of others in a household or a family."""
    members = (card[kind] or {"members": []})["members"]
    if not any(one["id"] == card["id"] and one["head"] for one in members):
        return []
    return [_brief(one) for one in members if one["id"] != card["id"]]


def circle(reader: Reader, card: Card) -> Node:
    """The forms of a household or a family; what needs members shows only where there are some."""
    if not (_may(reader, HOUSEHOLD) and _may(reader, PERSON)) or card["status"] != "active":
        return None
    kind, members = card["kind"], [_brief(one) for one in card["members"]]
    what = {"id": card["id"], "version": card["version"], "members": members}
    family = kind == "family"
    deeds: list[tuple[str, Card]] = [("join", what)]
    if not family:
        deeds.append(("birth", {**what, **_home(card)}))
    if members:
        deeds.append(("leave", what))
        deeds += [] if family else [("death", what)]
    if len(members) > 1:
        deeds += [("head", what), ("split", what)]
    deeds += [("merge", what), ("renumber", {**what, "number": card["number"]})]
    if family:
        hidden = not reader.may("people.address")
        address = "" if hidden else card["address"]
        deeds += [("change", {**what, "address": address}), ("move", {**what, "here": _here(card)})]
    if not members:
        deeds.append(("dissolve", what))
    return _menu(reader, kind, [(f"{kind}.{deed}", given) for deed, given in deeds])


def _home(card: Card) -> Card:
    """The home of a household, for the form of a newborn child."""
    home = {key: card[key] for key in ("house_id", "building_id") if card.get(key)}
    if not home:
        return {}
    first = dict([next(iter(home.items()))])
    return {"at": {"title": card["address"] or card["number"], "at": first}}


def sheet(reader: Reader, card: Card) -> Node:
    """The button that fetches the sheet to print 打印."""
    if not (reader.may("export") and reader.may("people.read")) or reader.actor.seen_as:
        return None
    register = {"household": "households", "family": "families"}[card["kind"]]
    return html.Button(
        [Icon(name="i-download"), reader.say("do.print")],
        id="sheet",
        type="button",
        className="btn s",
        **intent("print", url=f"/api/v1/{register}/{card['id']}/sheet.pdf"),
    )


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


def record(reader: Reader, person: Card) -> Node:
    """The form of a new service to a person."""
    return _beside(reader, "services.write", "service.record", person)


def look_after(reader: Reader, person: Card) -> Node:
    """The form that makes a person somebody's service object."""
    return _beside(reader, "services.write", "service.start", person)


def own(reader: Reader, person: Card) -> Node:
    """The form of a new thing of a person."""
    return _beside(reader, PERSON, "property.enter", person)


def _beside(reader: Reader, permission: str, form: str, person: Card) -> Node:
    if not _may(reader, permission) or person["status"] != "active":
        return None
    who = {"id": person["id"], "name": person["name"], "grid": person["chain"][-1]["id"]}
    return link(reader.say(f"do.{form}"), "form", form=form, **who)


def stop(reader: Reader, one: Card, look: str = "lnk") -> Node:
    """The form that ends looking after a person; ``look``: the classes of its button."""
    if not _may(reader, "services.write") or one["stopped_on"] is not None:
        return None
    what = {"id": one["id"], "version": one["version"], "person": one["person_id"]}
    words = reader.say("do.service.stop")
    return html.Button(
        words, type="button", className=look, **intent("form", form="service.stop", **what)
    )


def withdraw(reader: Reader, one: Card, person_id: int) -> Node:
    """The form that withdraws a record."""
    if not _may(reader, "services.write") or one["withdrawn_at"] is not None:
        return None
    what = {"id": one["id"], "version": one["version"], "person": person_id}
    return link(reader.say("do.service.withdraw"), "form", form="service.withdraw", **what)


def thing(reader: Reader, card: Card) -> Node:
    """The forms of a thing."""
    if not _may(reader, PERSON):
        return None
    what = {"id": card["id"], "version": card["version"]}
    if card["status"] != "active":
        return _menu(reader, "property", [("property.restore", what)])
    values = {name: card[name] for name in ("kind", "number", "brand", "colour", "note")}
    deeds: list[tuple[str, Card]] = [
        ("property.change", {**what, "values": values}),
        ("property.cancel", what),
    ]
    return _menu(reader, "property", deeds)


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
        made.append(_new(reader, "families", "family.found"))
    if _may(reader, "premises.write"):
        made.append(_new(reader, "premises", "premises.enter"))
    if _may(reader, "services.write"):
        made.append(_new(reader, "service-objects", "service.record"))
    if _may(reader, PERSON):
        made.append(_new(reader, "properties", "property.enter"))
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
