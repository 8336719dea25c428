"""What a trained network is worth, in sentences."""
