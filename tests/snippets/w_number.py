x = 1if a else 2
