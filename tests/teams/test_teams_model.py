"""P11: any sequence of acts on a team against a model: one leader, records that fit its times."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from services.db.session import Database
from tests.conftest import Clients
from tests.serving.helpers import API, card, home, now, person, run, service, staff, team

STEPS, SEQUENCES = 25, 4
# How often each is tried: a disbanded team soon goes on.
ACTS = {"join": 3, "leave": 2, "lead": 2, "record": 5, "disband": 1, "restore": 3}


@dataclass
class Time:
    """Somebody's time in the team, as the model knows it."""

    staff: int
    joined: date
    left: date | None = None
    served: date | None = None

    def on(self, day: date) -> bool:
        return self.joined <= day and (self.left is None or day <= self.left)


@dataclass
class Model:
    """What the team has to be."""

    leader: int
    times: dict[int, Time] = field(default_factory=dict)
    active: bool = True
    records: int = 0

    def now(self, staff_id: int) -> bool:
        return any(t.staff == staff_id and t.left is None for t in self.times.values())


class Walk:
    """One team and its model, and acts of both."""

    def __init__(self, client: Any, database: Database, seed: int):
        self.client, self.rng, self.database = client, random.Random(seed), database
        self.made = team(client, database)
        grid = home(database, "village")
        self.staff = [staff(database, grid, n) for n in range(3)] + [
            staff(database, home(database))
        ]
        self.person = person(database)
        self.today = now().date()
        self.founded = self.today - timedelta(60)
        times = {
            self.made["leader"]: Time(self.staff[0], self.founded),
            self.made["other"]: Time(self.staff[1], self.today - timedelta(30)),
        }
        self.model = Model(self.made["leader"], times)
        self.path = f"{API}/teams/{self.made['id']}"

    def send(self, path: str, ok: bool, method: str = "POST", **body: Any) -> Any:
        """Act with the version of now; the answer has to be what the model says."""
        if path.startswith(self.path):
            body["version"] = card(self.client, self.made["id"])["version"]
        answer = self.client.request(method, path, json=body)
        assert answer.is_success is ok, (method, path, body, ok, answer.text)
        assert answer.status_code < 500
        return answer.json() if ok and answer.content else None

    def day(self) -> date:
        return self.today - timedelta(self.rng.choice([0, 0, 1, 5, 29, 30, 31, 59, 60, 61]))

    def join(self) -> None:
        who, day = self.rng.choice(self.staff), self.day()
        ok = self.model.active and not self.model.now(who) and day >= self.founded
        made = self.send(f"{self.path}/members", ok, staff_id=who, joined_on=day.isoformat())
        if ok:
            self.model.times[made["id"]] = Time(who, day)

    def leave(self) -> None:
        number, day = self.rng.choice(list(self.model.times)), self.day()
        time = self.model.times[number]
        free = time.left is None and number != self.model.leader
        ok = self.model.active and free and day >= max(time.joined, time.served or time.joined)
        self.send(f"{self.path}/members/{number}/leave", ok, left_on=day.isoformat())
        if ok:
            time.left = day

    def lead(self) -> None:
        number = self.rng.choice(list(self.model.times))
        ok = self.model.active and self.model.times[number].left is None
        self.send(f"{self.path}/members/{number}", ok, "PATCH", post="leader")
        if ok:
            self.model.leader = number

    def record(self) -> None:
        times = self.model.times
        chosen = self.rng.sample(list(times), min(len(times), self.rng.randint(1, 2)))
        at = now() - (self.today - self.day())
        day = at.date()
        ok = self.model.active and day >= self.founded and all(times[n].on(day) for n in chosen)
        sent = service(self.made, members=chosen, served_at=at.isoformat())
        self.send(f"{API}/services", ok, **sent, person_id=self.person)
        if ok:
            self.model.records += 1
            for n in chosen:
                times[n].served = max(times[n].served or day, day)

    def disband(self) -> None:
        self.send(f"{self.path}/disband", self.model.active, reason="done")
        self.model.active = False

    def restore(self) -> None:
        self.send(f"{self.path}/restore", not self.model.active)
        self.model.active = True

    def check(self) -> None:
        """What is stored is what the model says."""
        told = card(self.client, self.made["id"])
        assert (told["status"] == "active") is self.model.active
        stored = {m["id"]: (m["staff_id"], m["joined_on"], m["left_on"]) for m in told["members"]}
        assert stored == {
            n: (t.staff, t.joined.isoformat(), t.left and t.left.isoformat())
            for n, t in self.model.times.items()
        }
        leaders = [m["id"] for m in told["members"] if m["post"] == "leader" and not m["left_on"]]
        assert leaders == [self.model.leader]
        query = "SELECT count(*) FROM service_record WHERE team_id = :t"
        assert run(self.database, query, t=self.made["id"]).scalar_one() == self.model.records


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_p11_any_sequence_keeps_the_rules(
    own_clients: Clients, demo_copy: Database, seed: int
) -> None:
    walk = Walk(own_clients("village"), demo_copy, seed)
    for _ in range(STEPS):
        getattr(walk, walk.rng.choices(list(ACTS), ACTS.values())[0])()
        walk.check()
    assert walk.model.records > 0
