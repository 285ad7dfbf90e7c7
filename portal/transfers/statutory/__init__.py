"""Referrals that KSAF makes to a statutory front door, until they are acknowledged and their outcome is known."""
