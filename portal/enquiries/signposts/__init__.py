"""Families that partners and councillors point to the Support and Advice Line, with or without their details."""
