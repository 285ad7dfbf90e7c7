"""KSAF's decision on a referral and its authorisation."""
