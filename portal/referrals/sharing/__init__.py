"""Showing a referral to other organisations: on which ground, how far, until when, and ending that again."""
