"""A practice and its payers with known truth: everything between them passes through X12 bytes."""
