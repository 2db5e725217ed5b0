if a = b: pass
