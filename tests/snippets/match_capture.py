match a:
    case x: b
    case 1: c
