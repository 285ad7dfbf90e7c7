"""Keeping a copy of everything: written while people work, verified before anybody is told that it is there."""
