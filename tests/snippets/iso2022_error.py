# coding: iso2022-jp
x = "亜亜" + f(
