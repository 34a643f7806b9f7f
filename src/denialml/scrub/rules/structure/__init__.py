"""Whether a claim is put together as payers take it."""
