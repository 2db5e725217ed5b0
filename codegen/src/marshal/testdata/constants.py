"""Every kind of constant, shared and alone."""
ints = 1, 256, 257, -5, -6, 2**31 - 1, 2**31, -2**31 - 1, 123456789012345678901234567890
floats = 1.0, -0.0, 1e300, 2.5j, 1.0
strings = "", "a", "name", "two words", "two words", "\xe9", "\xe9t\xe9", "\u20ac", "\ud800", "x" * 300
data = b"", b"a", b"ab", b"ab"
more = None, ..., True, False, (), (1,), ((1, 2), (1, 2)), ints[1:2], ints[1:1000:257]


def f(a, /, b, *c, d=1000, **e):
    """Same docstring."""
    return a in {"name", "a", 3000} and b in {b"ab", (1, "two words")}


class C:
    """Same docstring."""

    def m(self):
        return super().m, lambda: self, "C"
