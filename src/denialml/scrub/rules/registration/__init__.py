"""Who the patient is and who referred, ordered or insures."""
