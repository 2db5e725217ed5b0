f)
