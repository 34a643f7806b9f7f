"""Whether codes are in force on the day of service."""
