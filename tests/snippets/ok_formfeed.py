if a:
  b
  c
