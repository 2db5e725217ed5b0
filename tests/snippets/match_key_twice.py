match a:
    case {1: x, 1: y}: b
