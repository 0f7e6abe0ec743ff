"""The steps of the sign-in page after the first: code, own password, second factor, provider."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from services.access import service
from services.access.actor import system
from services.config import Settings
from services.db.session import Database
from tests import roots
from tests.browser.conftest import Watched
from tests.conftest import Server

FIRST, OWN = "first password", "three green tables"


@pytest.fixture
def office(settings: Settings, db: Database) -> Iterator[Server]:
    """A site outside of demo mode: ``chief`` was just added, the role demands a second factor."""
    with db.session(system("test")) as session:
        roots.plant(session)
        roots.people_of_the_office(session, {"a": ("screen.view", None)})
        service.add_user(session, "chief", FIRST, "a", None)
    update = {"demo": False, "totp_roles": "a", "oidc_client_id": "x"}
    update["oidc_issuer"] = "http://127.0.0.1:9"
    made = Server(settings.model_copy(update=update), db)
    yield made
    made.stop()


@pytest.fixture
def page(browser: Browser, office: Server) -> Iterator[Page]:
    """A page that is watched for foreign requests and script errors."""
    watched = Watched(browser, office.url)
    yield watched.context(viewport={"width": 390, "height": 844}).new_page()
    watched.close()
    assert watched.foreign == []
    # The browser itself logs each refusal; a blocked script or an error of ours is more than that.
    assert [e for e in watched.errors if "the server responded with a status of 4" not in e] == []


def enter(page: Page, password: str) -> None:
    page.fill("#username", "chief")
    page.fill("#password", password)
    page.click(".go")


def test_from_the_first_password_to_the_second_factor(page: Page) -> None:
    """A new user, as far as the page that was asked for; then once more, with the code."""
    page.goto("/screen/")
    page.wait_for_url(re.compile("/login.next="))
    enter(page, FIRST)
    change = page.locator("#change")
    expect(change).to_be_visible()
    expect(page.locator("#signin")).to_be_hidden()
    change.locator("#new").fill("short")
    change.locator("#again").fill("other")
    change.locator(".send").click()
    expect(change.get_by_role("alert")).to_have_text("两次输入的新密码不一样。")
    change.locator("#again").fill("short")
    change.locator(".send").click()
    expect(change.get_by_role("alert")).to_have_text("密码至少 10 个字符。")
    expect(change.locator("#new")).to_have_attribute("aria-invalid", "true")
    expect(change.locator("#current")).to_have_attribute("aria-invalid", "false")
    change.locator("#new").fill(OWN)
    change.locator("#again").fill(OWN)
    change.locator(".send").click()

    page.locator("#enrol .send").click()
    scan = page.locator("#scan")
    expect(scan.locator("img")).to_be_visible()
    assert scan.locator("img").evaluate("i => i.complete && i.naturalWidth > 0")
    secret = scan.locator("code").inner_text().replace(" ", "")
    scan.locator("#first").fill("000000")
    scan.locator(".send").click()
    expect(scan.get_by_role("alert")).to_have_text("验证码不对或已用过，请等下一个。")
    used = int(time.time()) // 30
    scan.locator("#first").fill(pyotp.TOTP(secret).generate_otp(used))
    scan.locator(".send").click()
    codes = page.locator("#codes li")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.locator("#codes .send").click()
    page.wait_for_url("**/screen/**")

    page.goto(
        "about:blank"
    )  # the wall would notice that its session is gone and go to /login itself
    page.context.clear_cookies()
    page.goto("/login?lang=en")
    enter(page, OWN)
    code = page.locator("#code")
    expect(code.locator("h2")).to_have_text("Enter the code")
    code.locator("#totp").fill(pyotp.TOTP(secret).generate_otp(used))  # it was used
    code.locator(".send").click()
    expect(code.get_by_role("alert")).to_contain_text("wrong or was used before")
    code.locator("#totp").fill(recovery.lower())
    code.locator(".send").click()
    page.wait_for_url("**/screen/**")


def test_the_gate_leads_to_the_duty_and_leaving_is_possible(page: Page) -> None:
    """Reloading does not lose the step; signing out leads back to the beginning."""
    page.goto("/login")
    enter(page, FIRST)
    expect(page.locator("#change")).to_be_visible()
    page.goto("/screen/")
    page.wait_for_url(re.compile(r"/login\?change=1&next=/screen/"))
    expect(page.locator("#change")).to_be_visible()
    expect(page.locator("#current")).to_have_value("")
    page.locator(".lang").click()
    expect(page.locator("#change h2")).to_have_text("Choose your own password")
    page.locator("#change [data-leave]").click()
    expect(page.locator("#signin")).to_be_visible()
    assert page.context.cookies() == []


def test_the_duty_page_without_a_session_is_the_sign_in_page(page: Page) -> None:
    page.goto("/login?enrol=1")
    expect(page.locator("#signin")).to_be_visible()
    expect(page.locator("#enrol")).to_be_hidden()


def test_a_provider_that_is_down_is_told_on_the_page(page: Page) -> None:
    page.goto("/login")
    page.click(".sso")
    expect(page.locator("#notice")).to_have_text("暂时连不上统一身份平台，可用密码登录。")
    page.goto("/login?problem=<b>x</b>")
    expect(page.locator("#notice")).to_be_hidden()
