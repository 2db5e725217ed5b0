#!/bin/sh
# Runs pip for an interpreter that may have none of its own.
#
#   tests/oracle/pip.sh target/oracle/python3.14 download numpy
#
# Tried in this order: the interpreter's own pip; the wheel that Debian keeps apart (fetch.sh brings it along); a pip of
# another Python on this machine, told to act for this interpreter.

set -eu
[ $# -ge 2 ] || { echo "usage: pip.sh PYTHON ARGUMENTS..." >&2; exit 1; }
python=$1
shift
export PIP_DISABLE_PIP_VERSION_CHECK=1

if "$python" -m pip --version >/dev/null 2>&1; then
    exec "$python" -m pip "$@"
fi
wheel=$("$python" -c 'import glob, sys; print(*glob.glob(sys.base_prefix + "/share/python-wheels/pip-*.whl")[:1])')
if [ -n "$wheel" ]; then
    PYTHONPATH=$wheel exec "$python" -m pip "$@"
fi
for pip in pip3 pip; do
    if command -v $pip >/dev/null 2>&1; then
        exec $pip --python "$python" "$@"
    fi
done
echo "pip.sh: error: no pip for $python: install pip for any Python, or use the interpreter that fetch.sh installs" >&2
exit 1
