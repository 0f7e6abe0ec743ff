"""Services and property at the desk: recorded from a person's card, with a photo, seen there."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Locator, Page, expect

SLOW = 60_000


def test_p13_a_service_is_recorded_from_the_card(
    page: Page, sign_in: Callable[[Page, str], None]
) -> None:
    sign_in(page, "village")
    asked = {"filters": {"mine": True}, "size": 1}
    answer = page.context.request.post("/api/v1/service-objects/search", data=asked)
    (mine,) = answer.json()["items"]
    page.goto(f"/desk/?tab=service-objects&id={mine['id']}")
    expect(page.locator("#card h2")).to_have_text(mine["name"], timeout=SLOW)
    expect(page.locator("#shown")).to_have_attribute("data-total", str(answer.json()["total"]))

    page.locator("#card").get_by_text("登记服务").click()

    def field(name: str) -> Locator:
        return page.locator(f'#drawer [data-field="{name}"]')

    field("kind").get_by_text("代办事项").click()
    field("team_id").locator("select").select_option(index=1)
    expect(field("members").locator("input:checked")).to_have_count(1)  # oneself, of the team
    field("words").locator("textarea").fill("代交电费，送回收据。")
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    field("photos").locator("input").set_input_files([photo])
    page.locator("#drawer button[type=submit]").click()
    expect(page.locator("#drawer")).to_have_count(0)

    received = page.locator("#card .served li").first
    expect(received).to_contain_text("代交电费，送回收据。", timeout=SLOW)
    expect(received.locator("img")).to_have_js_property("naturalWidth", 60)
    page.locator("#card").get_by_text("登记财产").click()
    field("kind").locator("select").select_option("ebike")
    field("number").locator("input").fill("示例-浏览")
    page.locator("#drawer button[type=submit]").click()
    expect(page.locator("#card")).to_contain_text("示例浏览", timeout=SLOW)

    received.get_by_text("撤回").click()
    field("reason").get_by_text("内容有误").click()
    page.locator("#drawer button[type=submit]").click()
    expect(page.locator("#card .served li.gone")).to_contain_text("撤回：内容有误", timeout=SLOW)
