"""Changing the secret keys: all that is encrypted comes under the newest one, so that an old one can be dropped."""
