"""Referrals: the form as data, drafts, lifecycle, attachments and timeline."""
