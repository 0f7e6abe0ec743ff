"""The pages /admin and /account, and the sign of a preview, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.access import service
from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from tests.browser.conftest import PASSWORD, Watched
from tests.conftest import Server

OWN = "three green tables"
ON_TOP = """() => {
  const box = document.querySelector('#preview').getBoundingClientRect()
  return box.y === 0 && box.width >= 1279
}"""
SignIn = Callable[[Page, str], None]


@pytest.fixture
def office(settings: Settings, demo_copy: Database) -> Iterator[Server]:
    """A site of this test's own: what is done here stays here."""
    made = Server(settings, demo_copy)
    yield made
    made.stop()


@pytest.fixture
def desktop(browser: Browser, office: Server) -> Iterator[Watched]:
    """Contexts on that site; refusals by the server are told by the browser as errors."""
    made = Watched(browser, office.url)
    yield made
    made.close()
    assert made.foreign == []
    assert [e for e in made.errors if "the server responded with a status of" not in e] == []


def opened(watched: Watched, sign_in: SignIn, username: str, width: int = 1280) -> Page:
    page = watched.context(viewport={"width": width, "height": 844}).new_page()
    sign_in(page, username)
    return page


def choose(page: Page, words: str) -> None:
    page.locator(".picker input").fill(words)
    page.locator(".found button").first.click()


def test_from_a_new_user_to_a_narrower_post(desktop: Watched, sign_in: SignIn) -> None:
    """A made-up password has to be changed; a post that shrinks shows less at once."""
    admin = opened(desktop, sign_in, "admin")
    admin.goto("/admin/users/new")
    admin.fill("input[name=name]", "新同事")
    admin.fill("input[name=username]", "newcomer")
    admin.locator(".form .btn.p").click()
    expect(admin.locator(".problem:not(:empty)")).to_have_count(1)
    admin.locator("[data-field=role] select").select_option("department")
    admin.locator(".form .btn.p").click()
    expect(admin.locator("[data-field=grid_id] .problem")).to_have_text("请选这个岗位的网格。")
    grids = admin.request.get("/api/v1/grids/tops").json()
    county = grids[0]
    town = admin.request.get(f"/api/v1/grids/{county['id']}/children").json()[0]
    choose(admin, county["name"])
    admin.locator(".form .btn.p").click()
    first = admin.locator(".secret code").inner_text()
    admin.locator(".form .btn.p").click()
    expect(admin.locator(".side h2")).to_have_text("新同事")

    page = desktop.context(viewport={"width": 1280, "height": 844}).new_page()
    page.goto("/account")
    page.wait_for_url(re.compile("/login.next=/account"))
    page.fill("#username", "newcomer")
    page.fill("#password", first)
    page.click(".go")
    page.fill("#new", OWN)
    page.fill("#again", OWN)
    page.locator("#change .send").click()
    expect(page.locator(".who-am-i")).to_contain_text("newcomer")
    seen = f"/api/v1/grids/{county['id']}"
    assert page.request.get(seen).status == 200

    post = admin.locator(".posts li")
    post.get_by_text("修改").click()
    admin.locator(".posts .pick button").click()
    choose(admin, town["name"])
    admin.locator(".posts .btn.p").click()
    expect(admin.locator("#said")).to_have_text("岗位已保存，立即生效")
    expect(post.locator(".post")).to_contain_text(town["name"])
    assert page.request.get(seen).status == 404
    assert page.request.get(f"/api/v1/grids/{town['id']}").status == 200


def test_a_preview_is_told_on_every_page_and_ends(desktop: Watched, sign_in: SignIn) -> None:
    page = opened(desktop, sign_in, "admin")
    page.goto("/admin")
    page.locator('tr[data-user="township"] .lnk').click()
    page.locator(".doing .btn").click()
    page.wait_for_url("**/desk/**")
    name = page.request.get("/api/v1/me").json()["user"]["name"]
    sign = page.locator("#preview")
    for path in ("/desk/", "/screen/", "/patrol", "/account", "/admin"):
        page.goto(path)
        expect(sign).to_contain_text(f"正在以 {name} 的视角查看")
        page.wait_for_function(ON_TOP)  # once its style is there
    sign.get_by_role("button").click()
    expect(page.locator(".v-users")).to_be_visible()
    expect(sign).to_have_count(0)
    assert page.request.get("/api/v1/me").json()["preview"] is None


@pytest.mark.parametrize(("username", "path"), [("county", "/admin/users"), ("micro", "/admin")])
def test_others_are_told_that_it_is_not_for_them(
    desktop: Watched, sign_in: SignIn, username: str, path: str
) -> None:
    page = opened(desktop, sign_in, username)
    page.goto(path)
    expect(page.locator(".notice")).to_contain_text("您的岗位没有这一页的权限")
    expect(page.locator('.nav a[href="/admin/users"]')).to_have_count(0)
    if username == "micro":
        answer = page.request.get("/admin")
        assert answer.status == 403


def test_a_role_is_changed_in_the_matrix(desktop: Watched, sign_in: SignIn) -> None:
    """What the administrator does not hold stays locked; what is saved counts at once."""
    admin, other = opened(desktop, sign_in, "admin"), opened(desktop, sign_in, "department")
    admin.goto("/admin/roles")
    admin.locator('.matrix a[href="/admin/roles/department"]').click()
    expect(admin.locator('.tick input[value="people.address"]')).to_be_disabled()
    assert "people.read" not in other.request.get("/api/v1/me").json()["permissions"]
    admin.locator('.tick input[value="people.read"]').check()
    admin.locator(".form .btn.p").click()
    expect(admin.locator("#said")).to_have_text("角色已保存，立即生效")
    assert "people.read" in other.request.get("/api/v1/me").json()["permissions"]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_account_page_changes_the_password_and_ends_other_sessions(
    desktop: Watched, sign_in: SignIn, width: int
) -> None:
    page = opened(desktop, sign_in, "micro", width)
    other = opened(desktop, sign_in, "micro")
    page.goto("/account")
    expect(page.locator(".places li")).to_have_count(2)
    page.fill("input[name=current]", PASSWORD)
    page.fill("input[name=new]", OWN)
    page.fill("input[name=again]", "something else")
    page.locator("#password .btn.p").click()
    expect(page.locator("[data-field=again] .problem")).to_have_text("两次输入的新密码不一样。")
    page.fill("input[name=again]", OWN)
    page.locator("#password .btn.p").click()
    expect(page.locator("#said")).to_contain_text("密码已修改")
    expect(page.locator(".places li")).to_have_count(1)
    assert other.request.get("/api/v1/me").status == 401
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    end = page.locator("#sessions .btn")
    end.click()
    end.click()
    page.wait_for_url("**/login")
    assert page.context.cookies() == []


def test_the_second_factor_begins_with_the_password(desktop: Watched, sign_in: SignIn) -> None:
    page = opened(desktop, sign_in, "micro")
    page.goto("/account")
    page.locator("#factor .btn").click()
    page.fill("#factor input", "wrong")
    page.locator("#factor .btn.p").click()
    expect(page.locator("#factor .problem:not(:empty)")).to_have_text("密码不对。")
    page.fill("#factor input", PASSWORD)
    page.locator("#factor .btn.p").click()
    image = page.locator("#factor img")
    expect(image).to_be_visible()
    assert image.evaluate("i => i.complete && i.naturalWidth > 0")


def test_no_view_is_wider_than_a_phone(
    desktop: Watched, sign_in: SignIn, demo_copy: Database
) -> None:
    with demo_copy.session(system("test")) as session:
        service.add_user(session, "a_very_long_sign_in_name_without_any_break", OWN, "screen", None)
    page = opened(desktop, sign_in, "admin", 390)
    for path in ("/admin/users", "/admin/users/new", "/admin/roles", "/admin/roles/screen"):
        page.goto(path)
        expect(page.locator("#view .card:visible").first).to_be_visible()
        assert page.evaluate("document.querySelector('#view').scrollWidth - innerWidth") <= 0, path
