"""pyclast: an ahead-of-time compiler for Python.

The compiler is a program: `pyclast` on PATH, or `python -m pyclast`. `pyclast.loader` loads what it wrote for CinderX.
"""

__all__ = ["find_program"]


def find_program():
    """The path of the program that was installed with this package."""
    import os
    import sys
    import sysconfig

    name = "pyclast" + (sysconfig.get_config_var("EXE") or "")
    folders = [sysconfig.get_path("scripts"), os.path.dirname(sys.executable)]
    if hasattr(sysconfig, "get_preferred_scheme"):
        folders.append(sysconfig.get_path("scripts", scheme=sysconfig.get_preferred_scheme("user")))
    # `pip install --target DIR` puts it beside the package.
    folders.append(os.path.join(os.path.dirname(os.path.dirname(__file__)), "bin"))
    for folder in folders:
        program = os.path.join(folder, name)
        if os.path.isfile(program):
            return program
    raise FileNotFoundError(f"no {name} in {', '.join(folders)}")
