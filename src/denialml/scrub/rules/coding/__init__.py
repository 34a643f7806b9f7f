"""What codes say of each other and of the patient."""
