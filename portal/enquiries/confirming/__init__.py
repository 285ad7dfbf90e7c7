"""A referral that a professional makes by telephone, until it is confirmed in writing."""
