"""The sign-in page: in a real browser, and what the server writes into it."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from dashboards.server import build_with
from services.config import Settings
from services.db.session import Database

PASSWORD = "gridgov-demo"


def test_wrong_password_then_right(page: Page, watched: object) -> None:
    """A wrong password is told in words and the field is ready again; the right one leads on."""
    page.goto("/login")
    page.fill("#username", "county")
    page.click(".go")
    expect(page.locator("#problem")).to_have_text("用户名和密码都要填。")
    page.fill("#password", "wrong")
    with page.expect_response("**/api/v1/session") as refused:
        page.click(".go")
    assert refused.value.status == 401
    expect(page.locator("#problem")).to_have_text("用户名或密码不对。")
    expect(page.locator("#username")).to_have_attribute("aria-invalid", "true")
    watched.errors.clear()  # type: ignore[attr-defined] - the browser logs the refusal itself
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/**")


def test_demo_account_by_one_click(page: Page) -> None:
    """A demo account enters by one click, on the page of its post."""
    page.goto("/login?lang=en")
    expect(page.locator("h1")).to_have_text("Grid governance map")
    expect(page.locator(".demo li")).to_have_count(8)
    page.click('[data-account="township"]')
    page.wait_for_url("**/desk/**")
    cookie = next(c for c in page.context.cookies() if c["name"] == "gridgov_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_the_page_that_was_asked_for_comes_next(page: Page) -> None:
    """A deep link leads to sign-in and from there to where it pointed; the language is kept."""
    page.goto("/desk/?grid=2&tab=premises")
    page.wait_for_url(re.compile(r"/login\?next="))
    page.click(".lang")
    expect(page.locator(".go")).to_have_text("Sign in")
    page.click('[data-account="county"]')
    page.wait_for_url(re.compile(r"/desk/\?grid=2&tab=premises$"))


def test_the_password_can_be_shown(page: Page) -> None:
    """The eye shows the password and says so."""
    page.goto("/login")
    page.fill("#password", "abc")
    page.click("#show")
    expect(page.locator("#password")).to_have_attribute("type", "text")
    expect(page.locator("#show")).to_have_attribute("aria-pressed", "true")


def test_signing_out_ends_the_session(page: Page, sign_in: object) -> None:
    """Sign out in the user menu; going back needs a new sign-in."""
    sign_in(page, "county")  # type: ignore[operator]
    page.goto("/desk/")
    page.locator(".me").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login")
    page.goto("/desk/")
    page.wait_for_url(re.compile(r"/login\?next="))


@pytest.fixture
def plain(settings: Settings, demo_db: Database) -> TestClient:
    """The site outside of demo mode."""
    chosen = settings.model_copy(update={"demo": False})
    return TestClient(build_with(chosen, demo_db))


def test_no_demo_account_outside_of_demo_mode(plain: TestClient) -> None:
    """Neither an account nor the password is in the page or in its script."""
    for address in ("/login", "/static/login/login.mjs"):
        answer = plain.get(address)
        assert answer.status_code == 200
        assert PASSWORD not in answer.text
        assert "data-account=" not in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/",
        "//example.org/",
        "/\\example.org",
        "javascript:alert(1)",
        "/desk/ onload=x",
        '/desk/"><script>alert(1)</script>',
    ],
)
def test_next_leads_nowhere_else(plain: TestClient, target: str) -> None:
    """Only an own path is kept, and it is written as text."""
    text = plain.get("/login", params={"next": target}).text
    assert "example.org" not in text
    assert "javascript:" not in text
    assert "<script>alert" not in text
    assert "onload=x" not in text


def test_only_the_two_files_are_served(plain: TestClient) -> None:
    """Nothing else of the folder leaves the house."""
    assert plain.get("/static/login/login.css").status_code == 200
    for name in ("mount.py", "login.html", "..%2fmount.py", "__init__.py"):
        assert plain.get(f"/static/login/{name}").status_code == 404
