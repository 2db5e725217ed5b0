with (a, b: pass
