match a:
  case {1: b, f"x": 1}: pass
