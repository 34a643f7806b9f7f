"""Who may not be paid at all."""
