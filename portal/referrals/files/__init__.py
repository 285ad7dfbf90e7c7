"""Files sent with a referral: what is accepted, where the bytes lie, and how they are read back."""
