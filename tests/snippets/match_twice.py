match a:
    case [x, x]: b
