"""Made-up people: exact numbers, plausible families, ids and phones that belong to nobody."""

from __future__ import annotations

import csv
import re

import numpy as np
import pytest

from data.paths import DICTIONARIES
from services.demo.county import County
from services.demo.idnumbers import AREA, id_numbers, phones
from services.demo.labels import ages

# Provinces of GB/T 2260 and the codes that identity documents use beside them.
PROVINCES = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
PROVINCES |= {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91}
EXCLUDED = "信访 上访 宗教 信仰 民族 政治 党派 传染 艾滋 感染"
EXCLUDED += " petition relig ethnic politic infect hiv"


def check_digit(base: str) -> str:
    """ISO 7064 MOD 11-2, by Horner's scheme instead of the table of weights."""
    rest = 0
    for digit in base:
        rest = (rest + int(digit)) * 2 % 11
    value = (12 - rest) % 11
    return "X" if value == 10 else str(value)


def test_the_four_classes_have_exactly_the_planned_sizes(county: County) -> None:
    people = county.people
    active = people.gone < 0
    counted = {c: int((people.cls[active] == c).sum()) for c in set(people.cls)}
    assert counted == {
        "registered": 142_906,
        "floating": 11_034,
        "unsettled": 1_187,
        "overseas": 111,
    }
    assert (~active).sum() == 620
    assert len(county.homes.micro) == 43_494


def test_id_numbers_are_right_unique_and_were_never_issued(county: County) -> None:
    people = county.people
    numbers = people.id_number[people.id_kind == "resident"].tolist()
    assert len(numbers) == len(set(numbers)) > 150_000
    assert int(AREA[:2]) not in PROVINCES
    assert all(n[:6] == AREA and len(n) == 18 for n in numbers)
    assert all(check_digit(n[:17]) == n[17] for n in numbers[::7])


def test_id_numbers_carry_birth_date_and_sex(county: County) -> None:
    people = county.people
    for i in np.flatnonzero(people.id_kind == "resident")[::97].tolist():
        number = people.id_number[i]
        assert number[6:14] == str(people.birth[i]).replace("-", "")
        assert int(number[16]) % 2 == int(people.male[i])


def test_the_standards_own_example_has_the_computed_check_digit() -> None:
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"
    made = id_numbers(np.array(["1949-12-31"] * 2, dtype="datetime64[D]"), np.array([True, False]))
    assert [n[14:17] for n in made] == ["001", "002"]
    assert all(check_digit(n[:17]) == n[17] for n in made)


def test_too_many_births_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="serials"):
        id_numbers(np.full(600, np.datetime64("2000-01-01")), np.ones(600, dtype=bool))


def test_no_phone_can_be_called(county: County) -> None:
    called = county.people.phone[county.people.phone != ""].tolist()
    assert len(called) == len(set(called)) > 90_000
    assert all(re.fullmatch(r"12\d{9}", p) for p in called)  # mobiles: 13 to 19
    assert len(set(phones(np.arange(0, 100_000_000, 997)).tolist())) == 100_301


def test_every_household_has_one_head_and_members_of_plausible_age(county: County) -> None:
    people = county.people
    member = (people.household >= 0) & (people.gone < 0) & (people.cls == "registered")
    head = people.relation == "head"
    counts = np.bincount(people.household[member & head], minlength=43_494)
    assert (counts == 1).all()
    assert (people.household[county.heads] == np.arange(43_494)).all()
    age = ages(people, county.today)
    of_head = age[county.heads][people.household[member]]
    relation, own = people.relation[member], age[member]
    for kind in ("son", "daughter"):
        assert (of_head - own)[relation == kind].min() > 14
    for kind in ("father", "mother"):
        assert (own - of_head)[relation == kind].min() > 14
    for kind in ("grandson", "granddaughter"):
        assert (of_head - own)[relation == kind].min() > 30
    spouse = np.abs(of_head - own)[relation == "spouse"]
    assert spouse.max() < 14
    assert own[relation == "spouse"].min() > 18
    assert of_head.min() > 17
    assert age.min() >= 0 and age.max() < 102


def test_people_live_where_their_household_lives(county: County) -> None:
    people = county.people
    at_home = (people.household >= 0) & (people.house >= 0) & (people.gone < 0)
    home = county.homes.house[people.household[at_home]]
    assert (people.house[at_home] == home).all()
    housed = people.house >= 0
    building = county.houses.building[people.house[housed]]
    assert (county.buildings.micro[building] == people.micro[housed]).all()


def test_the_age_pyramid_is_that_of_a_chinese_county(county: County) -> None:
    people = county.people
    age = ages(people, county.today)[people.gone < 0]
    male = people.male[people.gone < 0]
    assert 0.15 < (age < 15).mean() < 0.21
    assert 0.17 < (age >= 60).mean() < 0.22
    assert 0.50 < male.mean() < 0.53
    assert male[age >= 80].mean() < 0.5 < male[age < 15].mean()
    bands = np.bincount((age / 5).astype(int))[:18]
    assert bands[:16].min() > 2_000  # no hole in the pyramid
    assert (np.diff(bands[9:18]) < 0).all()  # it narrows from the mid forties on


def test_few_people_have_no_place_and_some_of_them_say_why(county: County) -> None:
    people = county.people
    lost = (people.house < 0) & (people.gone < 0)
    assert 60 <= lost.sum() <= 100
    reasons = people.no_place[lost]
    assert 30 <= (reasons == "").sum() <= 60
    assert (people.level[lost & (people.no_place == "")] < 5).all()
    assert not people.no_place[~lost].any()


def test_the_elderly_label_is_exactly_the_rule(county: County) -> None:
    people, labels = county.people, county.labels
    marked = labels.person[labels.code == "elderly"]
    sixty = []
    for i in np.flatnonzero(people.gone < 0).tolist():
        born = people.birth[i].item()
        years = county.today.year - born.year
        if (county.today.month, county.today.day) < (born.month, born.day):
            years -= 1
        if years >= 60:
            sixty.append(i)
    assert sorted(marked.tolist()) == sixty


def test_the_catalogue_has_no_excluded_label_and_a_basis_for_each() -> None:
    for name in ("label_catalogue", "dictionaries"):
        text = (DICTIONARIES / f"{name}.csv").read_text(encoding="utf-8").lower()
        assert [word for word in EXCLUDED.split() if word in text] == []
    with (DICTIONARIES / "label_catalogue.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(r["legal_basis"] and r["visible_to"] for r in rows)
    statutory = {r["code"] for r in rows if r["label_group"] == "statutory"}
    assert len(statutory) == 6
    narrow = {"county_leader", "township_leader", "village_leader"}
    for row in rows:
        if row["code"] in statutory:
            assert row["sensitivity"] == "3"
            assert set(row["visible_to"].split(";")) <= narrow


def test_labels_used_are_in_the_catalogue(county: County) -> None:
    with (DICTIONARIES / "label_catalogue.csv").open(encoding="utf-8", newline="") as file:
        known = {r["code"] for r in csv.DictReader(file)}
    assert set(county.labels.code) <= known
    assert (county.people.gone[county.labels.person] < 0).all()
