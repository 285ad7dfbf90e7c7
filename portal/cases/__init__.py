"""Pathway 2: who works with a family, week by week, and how it ends."""
