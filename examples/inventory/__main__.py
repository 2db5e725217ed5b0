"""python -m inventory < stock.txt"""

import asyncio
import sys

from . import model, render


async def read_lines(stream):
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, stream.readline):
        yield line


async def main() -> int:
    try:
        stock = model.parse([line async for line in read_lines(sys.stdin)])
    except model.ParseError as error:
        print(error, file=sys.stderr)
        return 1
    print(render(stock), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
