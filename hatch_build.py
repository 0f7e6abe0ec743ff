"""Build hook of the wheel: fetch the browser files first, so that they are packed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs ``dashboards.vendor.ensure`` of the tree that is being built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Lay out dashboards/vendor_files unless it is up to date."""
        path = Path(self.root) / "dashboards" / "vendor.py"
        spec = importlib.util.spec_from_file_location("gridgov_vendor", path)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"cannot load {path}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.ensure()
