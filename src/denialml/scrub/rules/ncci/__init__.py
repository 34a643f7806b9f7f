"""National correct coding edits: Medicaid's own for Medicaid where they are loaded, else Medicare's."""
