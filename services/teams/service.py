"""Service teams 服务团队 (P11): found, change, disband, restore; members with their posts.

Whoever writes holds the team until the end of the transaction, and so does whoever records a
service of it: its members on a day stay those members.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from services.access.scope import visible_grids
from services.errors import BadInput, Conflict, NotFound
from services.grids import service as grids
from services.kit.bodies import Versioned, unchanged
from services.kit.clock import current_day
from services.kit.dictionary import in_dictionary, items
from services.kit.place import Placing
from services.kit.register import Caller, Register
from services.teams import repository
from services.teams.models import LEADER, ServiceTeam, TeamMember
from services.teams.schemas import Change, Disband, Found, Join, Leave, Posted, TeamFilters

READS, WRITES = "staff.read", "teams.write"
Card = dict[str, Any]

TEAMS = Register(
    name="teams",
    permission=READS,
    source=ServiceTeam,
    id=ServiceTeam.id,
    filters=TeamFilters,
    url_filters=TeamFilters,
    columns=repository.columns,
    where=lambda filters, _: repository.where(filters),
    sorts={
        "name": ServiceTeam.name,
        "kind": ServiceTeam.kind,
        "founded_on": ServiceTeam.founded_on,
        "id": ServiceTeam.id,
    },
    order=(ServiceTeam.grid_id, ServiceTeam.id),
    placing=Placing(grid=ServiceTeam.grid_id),
    alive=repository.ACTIVE,
    totals={"kind": ServiceTeam.kind},
    dictionaries={"kind": "dictionary_item/team_kind"},
)


def options(caller: Caller) -> Card:
    """What the lists of the forms of teams offer."""
    caller.actor.require(WRITES)
    names = {"kinds": "team_kind", "posts": "team_post", "reasons": "team_disband_reason"}
    return {name: items(caller.session, source) for name, source in names.items()}


def card(caller: Caller, team_id: int) -> Card:
    """A team with all its members; raises :class:`NotFound` outside the scope.

    Of a member out of sight no name is told.
    """
    caller.actor.require(READS)
    found = repository.one(caller.session, visible_grids(caller.actor), team_id)
    if found is None:
        raise NotFound("team")
    names = ("id", "kind", "name", "founded_on", "grid_id", "status", "cancelled_at",
             "cancel_reason", "updated_at", "version")  # fmt: skip
    members = repository.members(caller.session, caller.actor, found.id)
    return {
        **{name: getattr(found, name) for name in names},
        "members": [dict(row._mapping) for row in members],
        "chain": grids.chain(caller.session, grids.path_of(caller.session, found.grid_id)),
    }


def offered(caller: Caller, day: date | None, limit: int) -> list[Card]:
    """Teams with their members on a day, for whoever records a service; the own teams first."""
    caller.actor.require(READS)
    on = day or current_day(caller.session)
    rows = repository.offered(caller.session, caller.actor, on, limit)
    return [
        {
            "id": team_id,
            "name": name,
            "kind": kind,
            "members": [
                {k: getattr(one, k) for k in ("id", "name", "post", "staff_id")} for one in group
            ],
        }
        for (team_id, name, kind), group in groupby(rows, key=lambda r: (r.team_id, r.team, r.kind))
    ]


def found(caller: Caller, body: Found) -> int:
    """A new team with its leader; returns its id.

    Raises :class:`BadInput` for a grid out of sight, a kind, a day or a leader that does not fit.
    """
    caller.actor.require(WRITES)
    grid = grids.named(caller.session, body.grid_id)
    if grid is None or not visible_grids(caller.actor).sees(body.grid_id):
        zh, en = "没有这个网格，或不在您的范围内。", "No such grid in your area."
        raise BadInput("grid", zh, en, field="grid_id")
    _check_kind(caller, body.kind)
    _check_staff(caller, body.leader_id, body.grid_id, "leader_id")
    day = _day(caller, body.founded_on, "founded_on")
    made = ServiceTeam(grid_id=body.grid_id, kind=body.kind, name=body.name, founded_on=day)
    caller.session.add(made)
    caller.session.flush()
    _add(caller, made, body.leader_id, LEADER, day)
    return made.id


def change(caller: Caller, team_id: int, body: Change) -> None:
    """Another name or kind."""
    team = _to_write(caller, team_id, body)
    if body.kind is not None:
        _check_kind(caller, body.kind)
        team.kind = body.kind
    if body.name is not None:
        team.name = body.name
    _written(caller, team)


def disband(caller: Caller, team_id: int, body: Disband) -> None:
    """A team is no more 解散; members and records stay as they are."""
    team = _to_write(caller, team_id, body)
    if not in_dictionary(caller.session, "team_disband_reason", body.reason):
        zh, en = "请从列表中选择解散原因。", "Choose a reason from the list."
        raise BadInput("reason", zh, en, field="reason")
    team.status, team.cancel_reason, team.cancelled_at = "cancelled", body.reason, datetime.now(UTC)
    _written(caller, team)


def restore(caller: Caller, team_id: int, body: Versioned) -> None:
    """A disbanded team goes on with the members that it had."""
    team = _to_write(caller, team_id, body, active=False)
    if team.status == "active":
        raise Conflict("active", "这支队伍没有解散，不用恢复。", "It is not disbanded.")
    team.status, team.cancelled_at, team.cancel_reason = "active", None, None
    _written(caller, team)


def join(caller: Caller, team_id: int, body: Join) -> int:
    """Somebody of the grid staff comes in; returns the id of that time in the team.

    Raises :class:`Conflict` (``member``) for a member of now.
    """
    team = _to_write(caller, team_id, body)
    _check_post(caller, body.post)
    if body.post == LEADER:
        zh, en = "请先加入，再改任队长。", "Let them join first, then make them leader."
        raise BadInput("post", zh, en, field="post")
    _check_staff(caller, body.staff_id, team.grid_id, "staff_id")
    day = _day(caller, body.joined_on, "joined_on")
    if day < team.founded_on:
        zh, en = "不能早于队伍成立的日子。", "Not before the team was founded."
        raise BadInput("day", zh, en, field="joined_on")
    if repository.is_member(caller.session, team.id, body.staff_id):
        zh, en = "这个人已是队员。", "They are a member already."
        raise Conflict("member", zh, en, field="staff_id")
    made = _add(caller, team, body.staff_id, body.post, day)
    _written(caller, team)
    return made.id


def post(caller: Caller, team_id: int, member_id: int, body: Posted) -> None:
    """Another post in the team; the leader gives the place only to another leader."""
    team = _to_write(caller, team_id, body)
    member = _member(caller, team, member_id)
    _check_post(caller, body.post)
    if member.post == LEADER and body.post != LEADER:
        raise _leads()
    if body.post == LEADER:
        before = repository.leader(caller.session, team.id)
        if before is not None and before.id != member.id:
            before.post = "member"
            caller.session.flush()
    member.post = body.post
    _written(caller, team)


def leave(caller: Caller, team_id: int, member_id: int, body: Leave) -> None:
    """Somebody is no longer in the team; what was done before stays."""
    team = _to_write(caller, team_id, body)
    member = _member(caller, team, member_id)
    if member.post == LEADER:
        raise _leads()
    day = _day(caller, body.left_on, "left_on")
    if day < member.joined_on:
        raise BadInput("day", "不能早于加入的日子。", "Not before they joined.", field="left_on")
    served = repository.last_served(caller.session, team.id, member.id)
    if served is not None and day < served:
        zh = f"这名队员 {served.isoformat()} 还有服务记录，离队不能更早。"
        en = f"This member served on {served.isoformat()}; the last day is not before that."
        raise BadInput("served", zh, en, field="left_on")
    member.left_on = day
    _written(caller, team)


def serving(caller: Caller, team_id: int, members: list[int], day: date) -> ServiceTeam:
    """The team of a service, locked, when all of ``members`` are in it on ``day``.

    Raises :class:`BadInput` for a team out of sight or disbanded, and for members who are not.
    """
    team = repository.locked(caller.session, repository.seen(caller.actor), team_id)
    if team is None or team.status != "active" or team.founded_on > day:
        zh, en = "没有这支队伍，或当天还未成立、已解散。", "No such team on that day."
        raise BadInput("team", zh, en, field="team_id")
    there = repository.on_day(caller.session, team.id, members, day)
    missing = [one for one in members if one not in there]
    if missing:
        zh = "服务人员须是同一支队伍当天的队员，请重新选择。"
        en = "All who served are members of that one team on that day; choose again."
        raise BadInput("members", zh, en, field="members", missing=missing)
    return team


def _to_write(caller: Caller, team_id: int, body: Versioned, *, active: bool = True) -> ServiceTeam:
    """The team, locked. Raises :class:`NotFound`, ``stale`` and ``disbanded``."""
    caller.actor.require(WRITES)
    shown = visible_grids(caller.actor).where(ServiceTeam.grid_id)
    team = repository.locked(caller.session, shown, team_id)
    if team is None:
        raise NotFound("team")
    unchanged(team, body.version)
    if active and team.status != "active":
        zh, en = "这支队伍已解散，先恢复再办。", "This team is disbanded; restore it first."
        raise Conflict("disbanded", zh, en)
    return team


def _member(caller: Caller, team: ServiceTeam, member_id: int) -> TeamMember:
    found = repository.member(caller.session, team.id, member_id)
    if found is None:
        raise NotFound("member")
    if found.left_on is not None:
        zh, en = "这个人已离队，再来请另行加入。", "They have left; let them join anew."
        raise Conflict("left", zh, en)
    return found


def _add(caller: Caller, team: ServiceTeam, staff_id: int, what: str, day: date) -> TeamMember:
    made = TeamMember(team_id=team.id, staff_id=staff_id, post=what, joined_on=day)
    caller.session.add(made)
    caller.session.flush()
    return made


def _written(caller: Caller, team: ServiceTeam) -> None:
    """Every change moves the version, so that an open form notices it."""
    team.updated_at = datetime.now(UTC)
    caller.session.flush()


def _leads() -> Conflict:
    zh, en = "队长先交给别人，再改任或离队。", "Let somebody else lead first."
    return Conflict("leads", zh, en)


def _check_kind(caller: Caller, kind: str) -> None:
    if not in_dictionary(caller.session, "team_kind", kind):
        zh, en = "请从列表中选择队伍类别。", "Choose a kind from the list."
        raise BadInput("kind", zh, en, field="kind")


def _check_post(caller: Caller, code: str) -> None:
    if not in_dictionary(caller.session, "team_post", code):
        raise BadInput("post", "请从列表中选择职务。", "Choose a post from the list.", field="post")


def _check_staff(caller: Caller, staff_id: int, grid_id: int, field: str) -> None:
    scope = visible_grids(caller.actor)
    if not repository.serves_in(caller.session, scope, staff_id, grid_id):
        zh, en = "请选择本网格或下级网格的在岗人员。", "Choose active staff of this grid or below."
        raise BadInput("staff", zh, en, field=field)


def _day(caller: Caller, given: date | None, field: str) -> date:
    today = current_day(caller.session)
    if given is not None and given > today:
        raise BadInput("day", "日期不能晚于今天。", "Not in the future.", field=field)
    return given or today
