"""Consent as a ledger: who agreed to what, for whom, on which words."""
