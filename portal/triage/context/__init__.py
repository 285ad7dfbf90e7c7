"""Attendance context: what the family or a school says before a decision, where no school sent the referral."""
