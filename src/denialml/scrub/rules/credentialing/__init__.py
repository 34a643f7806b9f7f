"""Who may bill this payer for this, and with which numbers."""
