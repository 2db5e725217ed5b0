"""A small package to compile: a stock list read from text, queried and reported."""

from .model import Item, Stock
from .report import render

__all__ = ["Item", "Stock", "render"]
