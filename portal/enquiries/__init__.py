"""Pathway 1: the Support and Advice Line, and the families signposted to it."""
