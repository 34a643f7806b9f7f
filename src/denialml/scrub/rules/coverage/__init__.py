"""Whether the payer covers it, how often, and who must be told."""
