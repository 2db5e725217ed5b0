if a: \
  b
