"""What changes around referrals while KSAF helps: a child’s school, an organisation’s name, trust or being there."""
