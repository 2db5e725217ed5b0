type X[T: (yield)] = int
