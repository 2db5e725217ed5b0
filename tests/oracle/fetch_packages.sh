#!/bin/sh
# Downloads the packages of packages.txt and unpacks their Python files: the sources of the optional long test.
#
#   tests/oracle/fetch_packages.sh target/packages [PYTHON]   ->   target/packages/django/django/apps/config.py ...
#
# PYTHON is a CPython 3.14 (default: the one that fetch.sh installs into target/oracle). Packages are asked for by name and
# version through pip, and the wheels are deleted again; only .py files are kept. Afterwards there is one folder for each
# line of packages.txt; a folder that is there already is not fetched again.

set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
say() { printf '%s\n' "fetch_packages.sh: $*" >&2; }
[ "$#/${1:+given}" = 1/given ] || [ "$#/${1:+given}" = 2/given ] || { say "usage: fetch_packages.sh FOLDER [PYTHON]"; exit 1; }

mkdir -p "$1"
target=$(cd "$1" && pwd -P)
python=${2:-$("$here/fetch.sh" "$here/../../target/oracle")}
work=$(mktemp -d "$target/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

grep -v -e '^#' -e '^$' "$here/packages.txt" | while IFS= read -r package; do
    name=${package%%==*}
    [ ! -d "$target/$name" ] || continue
    say "$package"
    rm -rf "$work/wheels" "${work:?}/$name"
    # Wheels only: building from source would run foreign code, and take long.
    "$here/pip.sh" "$python" download --quiet --no-deps --only-binary=:all: --dest "$work/wheels" "$package" </dev/null || {
        say "error: cannot download $package (above: what pip said)"
        exit 1
    }
    "$python" -c '
import pathlib, sys, zipfile
wheels, out = map(pathlib.Path, sys.argv[1:])
out.mkdir()
for wheel in wheels.glob("*.whl"):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out, [name for name in archive.namelist() if name.endswith(".py")])
' "$work/wheels" "$work/$name"
    mv -T "$work/$name" "$target/$name" 2>/dev/null || true # another run was faster
done
say "$(find "$target" -name '*.py' -not -path '*/.new.*' | wc -l) files in $target"
