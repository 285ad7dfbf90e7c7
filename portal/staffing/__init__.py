"""Who works on what: the part each person has in a referral, handing it to a colleague, and leaving."""
