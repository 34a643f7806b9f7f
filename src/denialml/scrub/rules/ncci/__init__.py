"""Medicare's national correct coding edits."""
