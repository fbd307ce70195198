"""Stands in for Kinova's package `kortex_api`: the same names and behaviour, towards the emulator instead of an arm.

Source: the public documentation, messages and examples of the Kortex API. What travels is this project's own (`wire`).
"""
