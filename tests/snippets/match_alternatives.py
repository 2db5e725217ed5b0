match a:
    case [x] | y: b
