"""Days of service, stay and filing."""
