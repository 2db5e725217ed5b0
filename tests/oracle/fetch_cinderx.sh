#!/bin/sh
# Makes a virtual environment with CinderX, whose compiler and runtime are the oracle for static modules.
#
#   tests/oracle/fetch_cinderx.sh target/cinderx target/oracle/python3.14   ->   target/cinderx/bin/python
#
# The path of its interpreter is the only line on standard output. Afterwards that interpreter imports cinderx in the
# version below. A folder that does already is left as it is; one rename publishes a new one.

set -eu

version=2026.10.26.0
here=$(cd "$(dirname "$0")" && pwd -P)
die() { printf '%s\n' "fetch_cinderx.sh: error: $*" >&2; exit 1; }
[ "$#/${1:+given}/${2:+given}" = 2/given/given ] || die "usage: fetch_cinderx.sh FOLDER PYTHON"

mkdir -p "$1"
target=$(cd "$1" && pwd -P)
check() {
    [ -x "$1/bin/python" ] && "$1/bin/python" -I -c "
import cinderx, importlib.metadata as metadata
assert metadata.version('cinderx') == '$version'" 2>/dev/null
}
if check "$target"; then
    printf '%s\n' "$target/bin/python"
    exit 0
fi

work=$(mktemp -d "$target.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"$2" -m venv --without-pip "$work" || die "$2 cannot make a virtual environment"
"$here/pip.sh" "$work/bin/python" install --quiet --no-compile --only-binary=:all: "cinderx==$version" >&2 ||
    die "cannot install cinderx $version (above: what pip said)"
check "$work" || { "$work/bin/python" -I -c 'import cinderx' >&2; die "the installed cinderx does not work"; }
chmod 755 "$work"
# The environment may be moved: all in it that we use is the interpreter, a link to $2.
if ! mv -T "$work" "$target" 2>/dev/null && ! check "$target"; then
    old=$(mktemp -d "$target.old.XXXXXX")
    mv -T "$target" "$old/was" && mv -T "$work" "$target"
    rm -rf "$old"
fi
check "$target" || die "could not put the environment into $target"
printf '%s\n' "$target/bin/python"
