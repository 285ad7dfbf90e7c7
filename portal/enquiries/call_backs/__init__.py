"""Calls that KSAF owes a family or a caller: asked for, taken, tried, made, and written down."""
