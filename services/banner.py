"""What ``gridgov up`` says once it is ready: address, demo accounts, what to look at first."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.console import Console

from services.config import Settings

ACCOUNTS = (
    ("screen", "大屏 command-centre wall", "/screen"),
    ("county", "县级网格长 county leader", "/desk"),
    ("township", "乡镇网格长 leader of one township", "/desk"),
    ("village", "村网格长 leader of one village", "/desk"),
    ("micro", "微网格长 leader of one micro-grid", "/desk"),
    ("patrol", "巡查员 patrol officer", "/patrol"),
    ("department", "部门 department", "/desk"),
    ("admin", "管理员 administrator", "/desk"),
)


OLD_DAYS = 2


def show(console: Console, settings: Settings, demo_since: datetime | None) -> None:
    """Print the banner; ``demo_since`` is when the demo county was loaded."""
    base = f"http://{settings.host}:{settings.port}"
    console.print(f"\n[bold]gridgov 网格治理一张图[/bold]  {base}")
    if settings.demo:
        console.print("演示数据，人物均为虚构 / demo data, every person is made up")
        console.print("账号 / accounts, password [bold]gridgov-demo[/bold]:")
        for name, what, path in ACCOUNTS:
            console.print(f"  [bold]{name:<11}[/bold]{base + path:<36}{what}")
        console.print(
            "先看 / look first: sign in as screen, open /screen, click a township; then as "
            "township on /desk draw a polygon; then as patrol on a phone-sized /patrol."
        )
        days = (datetime.now(UTC) - demo_since).days if demo_since else 0
        if days >= OLD_DAYS:
            console.print(
                f"演示事件已有 {days} 天，灯多已变红 / the incidents are {days} days old, most "
                "lights are red; 重新生成 / make them anew: .venv/bin/gridgov demo load --replace"
            )
    console.print("Ctrl-C 停止 / stops everything.\n")
