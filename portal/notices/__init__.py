"""What everybody may read about the portal before using it: privacy, accessibility, and the terms people work under."""
