#!/bin/sh
# Sets up everything for `make demo` (runtime) or `make test` (runtime, browser, test tools).
# Works again and again: what is there is left alone. Needs git, make, Python 3.11 and root or sudo.
set -eu
cd "$(dirname "$0")/.."
want="${1:-runtime}"
say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }

stamp=.setup/stamp-$want
now=$(cat docker/setup.sh pyproject.toml requirements.lock package-lock.json hatch_build.py \
    dashboards/vendor.py | sha256sum | cut -d' ' -f1)
have_postgis() {
    [ -n "${GRIDGOV_DATABASE_URL:-}" ] && [ "$want" = runtime ] && return 0
    ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1
}
have_browser() { [ "$want" != test ] || command -v chromium-headless-shell >/dev/null 2>&1; }
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ] && [ -x .venv/bin/gridgov ] \
    && have_postgis && have_browser && [ -d dashboards/vendor_files ]; then
    exit 0
fi
mkdir -p .setup

# 1. Debian packages, only those that are missing.
missing=""
have_postgis || missing="$missing postgresql-postgis"
have_browser || missing="$missing chromium-headless-shell"
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    root=""
    [ "$(id -u)" = 0 ] || root="sudo"
    if [ -n "$root" ] && ! command -v sudo >/dev/null 2>&1; then
        say "Missing packages:$missing. Install them as root with:"
        say "  apt-get update && apt-get install -y --no-install-recommends$missing"
        exit 1
    fi
    say "Installing:$missing"
    # No system cluster is wanted: gridgov runs a private one.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        $root mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' \
            | $root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    $root apt-get -q -o DPkg::Lock::Timeout=300 update >.setup/apt.log 2>&1 \
        || { cat .setup/apt.log >&2; exit 1; }
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $root apt-get -q -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends $missing >>.setup/apt.log 2>&1 \
        || { tail -n 30 .setup/apt.log >&2; exit 1; }
fi

# 2. The Python environment, from the lock; uv where it can be had, pip otherwise.
export UV_PYTHON_DOWNLOADS=never
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x .setup/uv/bin/uv ] || {
        python3 -m venv .setup/uv && .setup/uv/bin/pip -q install uv >/dev/null 2>&1 || true
    }
    [ -x .setup/uv/bin/uv ] && uv=.setup/uv/bin/uv
fi
say "Installing Python packages"
if [ -n "$uv" ]; then
    [ -x .venv/bin/python ] || "$uv" venv -q --python python3 .venv
    "$uv" pip sync -q --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock
    "$uv" pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
else
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/pip -q install --require-hashes -r requirements.lock
    .venv/bin/pip -q install --no-deps --no-build-isolation -e .
fi

# 3. Browser files: MapLibre, the font, the drawing tools.
say "Fetching browser files"
.venv/bin/python -m dashboards.vendor >/dev/null
echo "$now" >"$stamp"
