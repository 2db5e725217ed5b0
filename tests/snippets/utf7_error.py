# coding: utf-7
x = "+AOkA6Q-" $ 1
