"""KSAF's initial assessment of a referral: what it finds, and the level of need with the signs seen."""
